"""Which files a text utility may open: itself, and what its loader and its interpreter need."""

import os
from collections.abc import Iterator

import attrs

_READ_ONLY = (
    "/bin",
    "/lib",
    "/lib32",
    "/lib64",
    "/usr/bin",
    "/usr/lib",
    "/usr/lib32",
    "/usr/lib64",
    "/usr/libexec",
    "/usr/local/bin",
    "/usr/local/lib",
    "/usr/local/lib64",
    "/usr/share/awk",
    "/usr/share/locale",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/gnu/store",
    "/nix/store",
    "/home/linuxbrew/.linuxbrew/Cellar",
    "/home/linuxbrew/.linuxbrew/lib",
)
_DEEPEST = 4


@attrs.frozen
class Reach:
    """What may be opened, with everything below: to read and execute, to list, to read and write."""

    read: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    written: tuple[str, ...] = ()


def reach(folder: str, *programs: str) -> Reach:
    """What *programs* need, which start in *folder*."""
    own = (path for program in programs for path in _needed(program, _DEEPEST))
    # Python looks into /proc/self/fd of the new process for what to close; the names of processes
    # are no secret, and nothing in there can be read
    return Reach((*_READ_ONLY, *dict.fromkeys(own)), (folder, "/proc"), (os.devnull,))


def _needed(program: str, depth: int) -> Iterator[str]:
    """The file, what is installed beside it, and the same for the interpreter of a script."""
    for path in (program, os.path.realpath(program)):
        yield path
        place, last = os.path.split(os.path.dirname(path))
        if last == "bin" and place not in ("/", "/usr", "/usr/local"):
            yield from (os.path.join(place, name) for name in ("lib", "lib64", "pyvenv.cfg"))
    interpreter = _interpreter(program)
    if interpreter and depth:
        yield from _needed(interpreter, depth - 1)


def _interpreter(program: str) -> str:
    """What the first line of a script names; empty for anything else."""
    try:
        with open(program, "rb", buffering=0) as file:
            first = file.read(256).partition(b"\n")[0]
    except OSError:
        return ""
    words = first[2:].split(maxsplit=1) if first.startswith(b"#!") else []
    return os.fsdecode(words[0]) if words else ""
