"""A secret that goes on over several lines and becomes one mark once it ends."""

import re
from typing import Protocol

import attrs

from .inline import PEM_END
from .limits import OPENED_MAX
from .marks import Marks

_BASE64 = re.compile(r"[A-Za-z0-9+/=\\]+[\"',]*")
_PEM_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Version|Comment):")
_SECTION_END = re.compile(r"(?:[-._a-zA-Z0-9]+:|BinaryData|Events:.*)")


class Extent(Protocol):
    """Tells which lines belong to a secret."""

    def holds(self, indent: int, line: str) -> bool:
        """Whether *line*, without the blanks around it and indented by *indent*, does."""
        ...


@attrs.frozen
class Scalar:
    """A scalar of YAML: blank lines, and lines indented by more than its key is."""

    limit: int

    def holds(self, indent: int, line: str) -> bool:
        """Whether *line* is indented enough."""
        return indent > self.limit or not line


@attrs.frozen
class Section:
    """A value of ``kubectl describe configmap``: up to the next key or the end of the data."""

    def holds(self, indent: int, line: str) -> bool:
        """Whether *line* is not yet the next heading."""
        return _SECTION_END.fullmatch(line) is None


@attrs.define
class PemBody:
    """The lines of a PEM block, also where a log puts the same *words* before each of them."""

    words: int = 0

    def holds(self, indent: int, line: str) -> bool:
        """Whether *line* has the form of the lines before."""
        if PEM_END.search(line) or _PEM_HEADER.search(line) or not line:
            return True
        words = line.split()
        self.words = self.words or len(words)
        return len(words) == self.words and _BASE64.fullmatch(words[-1]) is not None


@attrs.define(eq=False)
class Opened:
    """Collects the lines of a secret; only its first 64 KiB make the mark.

    *lead* is written before the mark (None: the indentation of the first line), *suffix* behind it.
    """

    extent: Extent
    lead: str | None = ""
    suffix: str = ""
    _pieces: list[str] = attrs.field(factory=list[str])
    _size: int = 0
    _ending: str = ""

    def take(self, line: str) -> None:
        """Add *line* as it is; blank lines count only if more follows."""
        text = line.strip()
        if not text:
            self._ending = (self._ending + line)[:OPENED_MAX]
            return
        if self.lead is None:
            self.lead = line[: len(line) - len(line.lstrip())]
        self._ending = "\n" if line.endswith("\n") else ""
        if self._size < OPENED_MAX:
            self._pieces.append(text[: OPENED_MAX - self._size])
            self._size += len(text)

    def close(self, marks: Marks) -> str:
        """What is written in the secret's place."""
        if not self._pieces:
            return self._ending
        return f"{self.lead or ''}{marks.of(chr(10).join(self._pieces))}{self.suffix}{self._ending}"
