"""How many files the server may have open: each connection is one, and so is each pipe of a program."""

import logging

from ...application.settings import Settings

_log = logging.getLogger("kubeport.http")
_ENOUGH = 65_536
"""More is never asked for: some programs close every file that there could be before they begin."""
_OWN = 64
_CALL = 20
"""What the pipes and processes of one call take, if it is a long pipeline."""


def raise_open_files(wanted: int = _ENOUGH) -> int:
    """Raise the soft limit towards the hard one; returns what is in force now.

    The usual soft limit, 1024, is for programs with select(); on macOS it is 256.
    """
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return wanted
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    # macOS has a limit below the hard one, and names it nowhere
    for limit in (most, 10_240):
        if soft < limit <= most:
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
            except (OSError, ValueError):
                continue
            return limit
    return soft


def bounded_connections(settings: Settings) -> int:
    """``server.connections``, or as many as there are files for beside those of calls and watches."""
    most, limits = settings.server.connections, settings.limits
    others = _OWN + _CALL * limits.concurrency + limits.watches
    files = raise_open_files(max(_ENOUGH, most + others))
    left = max(files - others, files // 2)
    if left < most:
        _log.warning(
            "only %d of server.connections = %d: not more than %d files may be open (ulimit -n)",
            left, most, files,
        )  # fmt: skip
    return min(most, left)
