"""Old files: ``audit.jsonl.000000004711`` is what ended with record 4711."""

import os
import re

from .canonical import failed

_NUMBER = re.compile(r"\.\d{12}")


def rotated(path: str) -> list[str]:
    """The old files of *path*, the oldest first."""
    folder, name = os.path.split(path)
    found = [
        one
        for one in os.listdir(folder or ".")
        if one.startswith(name) and _NUMBER.fullmatch(one[len(name) :])
    ]
    return [os.path.join(folder, one) for one in sorted(found)]


def all_files(path: str) -> list[str]:
    """The old files and the present one, as far as they exist, in the order of their records."""
    return [*rotated(path), *([path] if os.path.lexists(path) else [])]


def rotate(path: str, seq: int, keep: int) -> None:
    """Put away the file, which ends with record *seq*, and remove all old ones but *keep* (0: none).

    Raises:
        ExecutionFailed: there is one of that number already.
        OSError: it cannot be moved.
    """
    put_away = f"{path}.{seq:012d}"
    if os.path.lexists(put_away):
        raise failed(f"{put_away} exists already", "Move the old files of another chain away.")
    os.rename(path, put_away)
    for old in rotated(path)[:-keep] if keep else ():
        os.unlink(old)
