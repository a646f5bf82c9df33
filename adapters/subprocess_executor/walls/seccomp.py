"""seccomp: a thread gives up system calls, those that Landlock leaves and no text utility makes.

A list of calls that are refused, not of those that are allowed: what a loader, a C library or a
runtime needs differs from one version to the next. A refused call fails with EPERM.
"""

import ctypes
import os
import struct
import sys
from functools import cache

from .system_calls import control, refuse_privileges

_SET_SECCOMP, _FILTER = 22, 2

# by name: the number on x86_64, on aarch64 (None: there is no such call)
_REFUSED: dict[str, tuple[int | None, int | None]] = {
    # network, and other ways to talk to processes
    "socket": (41, 198),
    "socketpair": (53, 199),
    "io_uring_setup": (425, 425),
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
    # other processes and their descriptors, name spaces, keys, the kernel
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "unshare": (272, 97),
    "setns": (308, 268),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    # changes of files without opening them
    "truncate": (76, 45),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "setxattrat": (463, 463),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
}
_LIMITS = (302, 261)  # prlimit64: of the caller itself only, which the launcher needs

_COLUMNS = {"x86_64": 0, "aarch64": 1}
_ARCHITECTURES = (0xC000003E, 0xC00000B7)
_FOREIGN = 0x40000000  # the calls of x32, a third kind on x86_64

_LOAD, _RETURN, _IF_EQUAL, _IF_AT_LEAST = 0x20, 0x06, 0x15, 0x35
_NUMBER, _ARCHITECTURE, _FIRST_LOW, _FIRST_HIGH = 0, 4, 16, 20
_ALLOW, _FAIL_WITH_EPERM = 0x7FFF0000, 0x00050001


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("instructions", ctypes.c_void_p))


def known_machine() -> bool:
    """Whether the numbers of this machine's system calls are in the table."""
    return os.uname().machine in _COLUMNS and sys.maxsize > 2**32


def restrict() -> None:
    """Take the calls from the calling thread and from what it starts, for good.

    Raises:
        OSError: the kernel refuses.
    """
    code = _code(_COLUMNS[os.uname().machine])
    instructions = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(instructions))
    refuse_privileges()
    control(_SET_SECCOMP, _FILTER, ctypes.addressof(program))


@cache
def _code(column: int) -> bytes:
    """The program that the kernel runs at each call: eight bytes for each line."""
    numbers = [numbers[column] for numbers in _REFUSED.values()]
    lines = [
        (_LOAD, "", "", _ARCHITECTURE),
        (_IF_EQUAL, "next", "fail", _ARCHITECTURES[column]),
        (_LOAD, "", "", _NUMBER),
        (_IF_AT_LEAST, "fail", "next", _FOREIGN),
        (_IF_EQUAL, "next", "list", _LIMITS[column]),
        (_LOAD, "", "", _FIRST_LOW),
        (_IF_EQUAL, "next", "fail", 0),
        (_LOAD, "", "", _FIRST_HIGH),
        (_IF_EQUAL, "allow", "fail", 0),
        *((_IF_EQUAL, "fail", "next", number) for number in numbers if number is not None),
        (_RETURN, "", "", _ALLOW),
        (_RETURN, "", "", _FAIL_WITH_EPERM),
    ]
    places = {"list": 9, "allow": len(lines) - 2, "fail": len(lines) - 1}

    def skip(line: int, target: str) -> int:
        return places.get(target, line + 1) - line - 1

    return b"".join(
        struct.pack("=HBBI", code, skip(line, yes), skip(line, no), value)
        for line, (code, yes, no, value) in enumerate(lines)
    )
