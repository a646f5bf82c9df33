"""What walls this machine has, found out once and in a process of its own."""

import json
import logging
import os
import signal
import subprocess
import sys
from functools import cache
from typing import Any

from .enclosure import Enclosure
from .environment import LOCALE

_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from walls.probe import main; main()"
_SECONDS = 10.0
_log = logging.getLogger("kubeport.filters")


@cache
def enclosure() -> Enclosure:
    """The walls that hold here; the first answer is kept, and what is missing is logged."""
    if sys.platform != "linux":
        return _none("this is not Linux")
    found = _find_out()
    for what, why in found.open.items():
        _log.warning("Text utilities can reach %s; %s.", what, why)
    return found


def _find_out() -> Enclosure:
    argv = (sys.executable, "-IBS", "-c", _PROGRAM, os.path.dirname(__file__))
    nothing, pipe = subprocess.DEVNULL, subprocess.PIPE
    try:
        tried = subprocess.run(
            argv, env=LOCALE, stdin=nothing, stdout=pipe, stderr=nothing, timeout=_SECONDS, check=False
        )
        return _enclosure(json.loads(tried.stdout)) if not tried.returncode else _ended(tried.returncode)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return _none(f"it could not be tried: {error}")


def _ended(code: int) -> Enclosure:
    how = signal.Signals(-code).name if code < 0 else f"code {code}"
    return _none(f"a process that tried it ended with {how}")


def _none(reason: str) -> Enclosure:
    return Enclosure(no_landlock=reason, no_seccomp=reason)


def _enclosure(found: dict[str, Any]) -> Enclosure:
    """A text says why there is none."""
    landlock, seccomp = found["landlock"], found["seccomp"]
    return Enclosure(
        landlock if isinstance(landlock, int) else 0,
        seccomp is True,
        landlock if isinstance(landlock, str) else "",
        seccomp if isinstance(seccomp, str) else "",
    )
