"""A script in a word of the command line: its text, and errors that point into it."""

import attrs

from ..command import Token
from ..errors import CommandError, Span


@attrs.frozen
class Script:
    """The program of a filter: one word, or several that the filter joins with line breaks."""

    parts: tuple[Token, ...]
    source: str

    @property
    def text(self) -> str:
        """What the filter reads."""
        return "\n".join(part.text for part in self.parts)

    def error(self, start: int, end: int, message: str, hint: str = "") -> CommandError:
        """An error about ``text[start:end]``."""
        return CommandError(message, self.source, self._span(start, end), hint)

    def _span(self, start: int, end: int) -> Span:
        """Where that stretch stands in the source; the whole word where quoting hides it."""
        part, begin = self._part(start)
        found = self.source.find(part.text, part.span.start, part.span.end)
        if found < 0 or not part.text:
            return part.span
        first = min(found + start - begin, part.span.end - 1)
        return Span(first, max(first + 1, min(found + end - begin, part.span.end)))

    def _part(self, place: int) -> tuple[Token, int]:
        begin = 0
        for part in self.parts[:-1]:
            if place <= begin + len(part.text):
                return part, begin
            begin += len(part.text) + 1
        return self.parts[-1], begin
