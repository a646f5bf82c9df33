"""How an audit file ends: its newest record, and what a crash left behind that."""

import os

import attrs

from .canonical import failed
from .seal import Link, Seal, link_of, parsed

_BLOCK = 64 * 1024
_FARTHEST = 16 * 1024 * 1024


@attrs.frozen
class End:
    """*last* is the place of the newest record (None: there is none), *torn* the bytes behind it.

    *open* tells that only the line end of the newest record is missing.
    """

    last: Link | None = None
    torn: bytes = b""
    open: bool = False


def end_of(file: int, path: str, seal: Seal) -> End:
    """The end of an open *file*; reads no more of it than it must.

    Raises:
        ExecutionFailed: it is no audit file, or its newest record is not sealed by *seal*.
    """
    size, block = os.fstat(file).st_size, _BLOCK
    while True:
        start = max(0, size - block)
        text = os.pread(file, size - start, start)
        # what stands before the first line end may be the rest of a line
        found = _found(text if start == 0 else text[text.find(b"\n") + 1 :], path, seal)
        if found is not None:
            return found
        if start == 0:
            return _without_record(text, path)
        if block >= _FARTHEST:
            raise _foreign(path)
        block *= 4


def _found(text: bytes, path: str, seal: Seal) -> End | None:
    """The end, where *text*, which begins with a line, has a record."""
    end = text.rfind(b"\n")
    behind = parsed(text[end + 1 :])
    if behind is not None and seal.holds(behind):
        return End(link_of(behind), open=True)
    while end >= 0:
        start = text.rfind(b"\n", 0, end) + 1
        record = parsed(text[start:end])
        if record is not None:
            _check(record, path, seal)
            return End(link_of(record), text[end + 1 :])
        end = start - 1
    return None


def _check(record: dict[str, object], path: str, seal: Seal) -> None:
    if not seal.holds(record):
        told = "was changed, or its hash was made with another key or without one"
        hint = "Ask kubeport audit verify. After a change of the key move the file away: a new one is begun."
        raise failed(f"the newest record of {path} {told}", hint)


def _without_record(text: bytes, path: str) -> End:
    """A crash in the middle of the very first line leaves its beginning; anything else is not ours."""
    if text and (b"\n" in text or not text.startswith(b'{"')):
        raise _foreign(path)
    return End(None, text)


def _foreign(path: str) -> Exception:
    return failed(f"{path} does not end as an audit file does", "Move it away, or name another file.")
