"""System calls that Python has no name for, on 64-bit Linux; an error is an OSError."""

import ctypes
import os
from typing import Any

_LIBC = ctypes.CDLL(None, use_errno=True)
_ARGUMENTS = 5
_NO_NEW_PRIVILEGES = 38


def call(number: int, *values: int) -> int:
    """Make the system call *number*; pointers are given as addresses."""
    return _checked(_LIBC.syscall, number, *values)


def control(option: int, *values: int) -> int:
    """Call prctl(2), which acts on the calling thread."""
    return _checked(_LIBC.prctl, option, *values)


def refuse_privileges() -> None:
    """No program that this thread starts gains rights by its mode or owner: the kernel asks for that."""
    control(_NO_NEW_PRIVILEGES, 1)


def _checked(function: Any, number: int, *values: int) -> int:
    padded = (number, *values, *(0,) * (_ARGUMENTS - len(values)))
    result = int(function(*map(ctypes.c_long, padded)))
    if result < 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
    return result
