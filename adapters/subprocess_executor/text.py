"""From a child's bytes to text that is safe to show: decoded, cleaned, sieved, and only so much."""

import codecs
import io
import re

import attrs

from ...application.ports import Sieve

_CSI = r"[0-?]{0,64}[ -/]{0,8}"
_STRING = r"[^\x07\x1b\x9c\n]{0,2048}"
_ESCAPE = rf"\x1b(?:\[{_CSI}[@-~]|[\]PX^_]{_STRING}(?:\x07|\x1b\\|\x9c)|[ -/]{{0,8}}[0-~])"
_C1_ESCAPE = rf"\x9b{_CSI}[@-~]|[\x90\x98\x9d-\x9f]{_STRING}(?:\x07|\x1b\\|\x9c)"
_CONTROL = (
    r"\x00-\x08\x0b-\x1f\x7f-\x9f"
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f"
)

_UNSAFE = re.compile(f"[{_CONTROL}]")
_REMOVED = re.compile(f"{_ESCAPE}|{_C1_ESCAPE}|[{_CONTROL}]")
_UNFINISHED = re.compile(
    rf"(?:\x1b(?:\[{_CSI}|[\]PX^_]{_STRING}\x1b?|[ -/]{{0,8}})"
    rf"|\x9b{_CSI}|[\x90\x98\x9d-\x9f]{_STRING}\x1b?)\Z"
)
_LONGEST = 2100
_ASCII_CONTROL = dict.fromkeys([*range(9), *range(11, 32), 127])


@attrs.define
class Cleaner:
    """Takes out of a text what a terminal would act on or a reader would not see.

    These are escape sequences, control characters but line feed and tab, marks that change the
    direction of writing, and tag characters.
    """

    _held: str = ""

    def feed(self, text: str) -> str:
        """Take the next piece; what may be the start of an escape sequence waits for the next."""
        if not self._held and text.isascii() and "\x1b" not in text:
            return text.translate(_ASCII_CONTROL)  # seven times as fast as the expressions below
        if not self._held and not _UNSAFE.search(text):
            return text
        text = self._held + text
        unfinished = _UNFINISHED.search(text, max(0, len(text) - _LONGEST))
        self._held = unfinished[0] if unfinished else ""
        return _REMOVED.sub("", text[: len(text) - len(self._held)])

    def finish(self) -> str:
        """What waited, without its control characters."""
        held, self._held = self._held, ""
        return _REMOVED.sub("", held)


class Strainer:
    """Bytes → text: UTF-8 with replacements, cleaned, then through a sieve if there is one.

    Cleaned first: a secret in two halves around an escape sequence would pass the sieve.
    """

    def __init__(self, sieve: Sieve | None = None) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._cleaner = Cleaner()
        self._sieve = sieve

    def feed(self, data: bytes) -> str:
        """Take the next bytes; return the text that can be passed on already."""
        text = self._cleaner.feed(self._decoder.decode(data))
        return self._sieve.feed(text) if self._sieve else text

    def finish(self) -> str:
        """The rest, once no more will come."""
        text = self._cleaner.feed(self._decoder.decode(b"", final=True)) + self._cleaner.finish()
        return self._sieve.feed(text) + self._sieve.finish() if self._sieve else text


@attrs.define
class Beginning:
    """The first *limit* bytes of a text, cut at a character."""

    limit: int
    truncated: bool = False
    _size: int = 0
    _text: io.StringIO = attrs.field(factory=io.StringIO)

    def add(self, text: str) -> None:
        """Append *text* as far as there is room."""
        if self.truncated:
            return
        data = text.encode(errors="replace")
        room = self.limit - self._size
        self.truncated = len(data) > room
        self._text.write(data[:room].decode(errors="ignore") if self.truncated else text)
        self._size += len(data)

    @property
    def text(self) -> str:
        """What was kept."""
        return self._text.getvalue()


@attrs.define
class BothEnds:
    """About *limit* bytes of a text: all of it, or its beginning and its end.

    A failing program names the cause either first (and a trace follows) or last (after warnings).
    """

    limit: int
    _size: int = 0
    _head: bytes = b""
    _tail: bytes = b""

    def add(self, text: str) -> None:
        """Append *text*."""
        data = text.encode(errors="replace")
        self._size += len(data)
        half = self.limit // 2
        room = half - len(self._head)
        self._head += data[:room]
        self._tail = (self._tail + data[room:])[-(self.limit - half) :] if self.limit else b""

    @property
    def text(self) -> str:
        """What was kept, with a line that tells how much is missing between."""
        if self._size <= self.limit:
            return (self._head + self._tail).decode()
        head, tail = self._head.decode(errors="ignore"), self._tail.decode(errors="ignore")
        return f"{head}\n[{self._size - self.limit} bytes left out]\n{tail}"

    @property
    def last_line(self) -> str:
        """The last line that is not empty."""
        lines = (self._tail or self._head)[-1024:].decode(errors="ignore").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")
