"""What tells that a file has changed, without reading it."""

from pathlib import Path

Stamp = tuple[int, int, int, int]
MISSING: Stamp = (-1, -1, -1, -1)


def stamp(file: Path) -> Stamp:
    """Time, size, inode and mode of *file*, since chmod mends it, too.

    ``MISSING`` where there is none, or it cannot be looked at.
    """
    try:
        found = file.stat()
    except OSError:
        return MISSING
    return (found.st_mtime_ns, found.st_size, found.st_ino, found.st_mode)
