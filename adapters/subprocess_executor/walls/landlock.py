"""Landlock: a thread gives up files, TCP and signals but for what a set of rules leaves it.

See landlock(7). The numbers of the calls are the same on all machines. What a process starts has
the same walls; each ``restrict`` makes a domain of its own, so two of them cannot touch each other.
"""

import ctypes
import os
import stat
from collections.abc import Mapping

from .system_calls import call, refuse_privileges

EXECUTE, WRITE_FILE, READ_FILE, READ_DIRECTORY = 1 << 0, 1 << 1, 1 << 2, 1 << 3

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_ASK_FOR_VERSION = 1
_PATH_BENEATH = 1

_RIGHTS_BY_VERSION = (0, 13, 14, 15, 15, 16)
_TCP_SINCE, _TCP = 4, 0b11
_SCOPES_SINCE, _SCOPES = 6, 0b11
_OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE


class _Attributes(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _Rule(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("parent", ctypes.c_int32))


def version() -> int:
    """The version of the kernel's interface.

    Raises:
        OSError: ENOSYS, there is no Landlock; EOPNOTSUPP, it is switched off.
    """
    return call(_CREATE, 0, 0, _ASK_FOR_VERSION)


def ruleset(known: int, rights: Mapping[str, int]) -> int:
    """A descriptor of the rules: *rights* on paths and below, if there, and on nothing else.

    *known* is the kernel's version.

    Raises:
        OSError: the kernel refuses.
    """
    every = _RIGHTS_BY_VERSION[min(known, len(_RIGHTS_BY_VERSION) - 1)]
    given = _Attributes(
        (1 << every) - 1,
        _TCP if known >= _TCP_SINCE else 0,
        _SCOPES if known >= _SCOPES_SINCE else 0,
    )
    size = 24 if known >= _SCOPES_SINCE else 16 if known >= _TCP_SINCE else 8
    rules = call(_CREATE, ctypes.addressof(given), size)
    try:
        for path, allowed in rights.items():
            _allow(rules, path, allowed)
    except BaseException:
        os.close(rules)
        raise
    return rules


def restrict(rules: int) -> None:
    """Leave the calling thread only what *rules* allow, for good."""
    refuse_privileges()
    call(_RESTRICT, rules, 0)


def _allow(rules: int, path: str, allowed: int) -> None:
    try:
        parent = os.open(path, os.O_PATH)
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return
    try:
        folder = stat.S_ISDIR(os.fstat(parent).st_mode)
        rule = _Rule(allowed if folder else allowed & _OF_A_FILE, parent)
        call(_ADD, rules, _PATH_BENEATH, ctypes.addressof(rule), 0)
    finally:
        os.close(parent)
