"""Redaction of a stream, of a text, and of the words of a command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .limits import LINE_MAX
from .marks import Marks

if TYPE_CHECKING:
    from .scanner import Scanner


class Redactor:
    """Replaces secrets in a text that arrives in pieces by marks, and counts them.

    Equal values get equal marks within this process, and nobody outside can guess a short secret
    from its mark. With a *key* of one's own the marks are equal wherever that key is used.
    """

    def __init__(self, key: bytes | None = None) -> None:
        self._marks = Marks(key)
        self._scanner = _scanner(self._marks)
        self._pieces = list[str]()
        self._size = 0
        self._enough = 0

    @property
    def count(self) -> int:
        """How many secrets were replaced so far."""
        return self._marks.count

    def feed(self, text: str) -> str:
        """Take the next piece; return what can be passed on already."""
        self._pieces.append(text)
        self._size += len(text)
        readable = "\n" in text or self._scanner.in_json or self._size > LINE_MAX
        if not readable or self._size < self._enough:
            return ""
        waiting = "".join(self._pieces)
        done = self._scanner.run(waiting)
        # A token or line longer than the pieces would otherwise be read anew for each of them.
        self._enough = 0 if done else 2 * self._size
        self._pieces, self._size = [waiting[done:]], len(waiting) - done
        return self._ready()

    def finish(self) -> str:
        """The rest, once no more will come."""
        self._scanner.close("".join(self._pieces))
        self._pieces, self._size = [], 0
        return self._ready()

    def _ready(self) -> str:
        ready = "".join(self._scanner.out)
        self._scanner.out.clear()
        return ready


def redact(text: str, key: bytes | None = None) -> tuple[str, int]:
    """*text* without its secrets, and how many there were."""
    redactor = Redactor(key)
    return redactor.feed(text) + redactor.finish(), redactor.count


def redact_words(words: Sequence[str], key: bytes | None = None) -> tuple[tuple[str, ...], int]:
    """The *words* of a command line without their secrets, and how many there were.

    Other than ``redact`` on a single word, this knows what ``--password`` means for the next one.
    """
    from .words import conceal_words

    marks = Marks(key)
    return conceal_words(words, marks), marks.count


def _scanner(marks: Marks) -> Scanner:
    # Imported at first use: its expressions take longer to compile than all else takes to import.
    from .scanner import Scanner

    return Scanner(marks)
