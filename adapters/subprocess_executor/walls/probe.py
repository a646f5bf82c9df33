"""Tries the walls on itself and prints what holds, as JSON; run in a process of its own.

Not in the server: a sandbox around it may kill whoever asks, and walls never come down again.
"""

import errno
import json
import os
import socket

from . import landlock, seccomp

_REASONS = {
    errno.ENOSYS: "the kernel has none, or a container hides it (Linux 5.13 brought it)",
    errno.EOPNOTSUPP: "it is switched off when the kernel starts (lsm=landlock,...)",
}


def main() -> None:
    """Print ``{"landlock": version, "seccomp": true}``, with a text for what does not hold."""
    found = {"landlock": _landlock(), "seccomp": _seccomp()}
    print(json.dumps(found))


def _landlock() -> int | str:
    try:
        known = landlock.version()
        landlock.restrict(landlock.ruleset(known, {}))
    except OSError as error:
        return _REASONS.get(error.errno or 0, str(error.strerror))
    try:
        os.close(os.open("/", os.O_RDONLY))
    except PermissionError:
        return known
    return "the kernel accepts rules and does not keep them"


def _seccomp() -> bool | str:
    if not seccomp.known_machine():
        return f"the system calls of {os.uname().machine} are not known"
    try:
        seccomp.restrict()
    except OSError as error:
        return str(error.strerror)
    try:
        socket.socket(socket.AF_UNIX).close()
    except PermissionError:
        return True
    return "the kernel accepts rules and does not keep them"
