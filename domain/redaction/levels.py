"""The mappings of a YAML text that are open at a line, told by indentation."""

import io

import attrs

from . import modes
from .keys import is_secret
from .modes import Mode

HOLDS_MAX = 4


@attrs.define(eq=False)
class Level:
    """A mapping: its indentation, how the content of its last key is read, and what it said."""

    indent: int
    below: Mode = Mode.PLAIN
    kind: str = ""
    named: bool = False
    was_held: bool = False

    def observe(self, key: str, value: str) -> None:
        """Take in what *key* says about its siblings."""
        if key == "kind":
            self.kind = value
        elif key in modes.NAME_KEYS:
            self.named = is_secret(value)


@attrs.define(eq=False)
class Levels:
    """The open mappings, outermost first; empty where nothing needs to be remembered."""

    stack: list[Level] = attrs.field(factory=list[Level])

    def leave(self, indent: int, place: int, dash: bool) -> None:
        """Close what ends at a line indented by *indent*, whose key stands at *place*."""
        limit = indent if dash else place
        while self.stack and self.stack[-1].indent > limit:
            self.stack.pop()

    def mode(self, place: int, dash: bool) -> Mode:
        """How a line is read by what it lies in."""
        for level in reversed(self.stack):
            if level.indent < place or dash:
                return level.below
        return Mode.PLAIN

    def at(self, place: int) -> Level:
        """The mapping whose keys stand at *place*."""
        if not self.stack or self.stack[-1].indent < place:
            self.stack.append(Level(place))
        return self.stack[-1]

    def forget(self) -> None:
        """Drop the innermost mapping where it says nothing that is not so without it."""
        if self.stack:
            top = self.stack[-1]
            outer = self.stack[-2].below if len(self.stack) > 1 else Mode.PLAIN
            if outer is Mode.PLAIN and top.below is Mode.PLAIN and not (top.kind or top.named):
                self.stack.pop()

    def may_hold(self) -> bool:
        """Whether waiting for one more kind stays cheap: each level reads its lines again."""
        return sum(level.was_held for level in self.stack) < HOLDS_MAX


@attrs.define(eq=False)
class Held:
    """Lines kept back until the ``kind``, or with *named* the ``name``, of *level* is known."""

    level: Level
    named: bool = False
    size: int = 0
    _lines: io.StringIO = attrs.field(factory=io.StringIO)

    @property
    def text(self) -> str:
        """All lines."""
        return self._lines.getvalue()

    def add(self, line: str) -> None:
        """Keep *line*."""
        self._lines.write(line)
        self.size += len(line)

    def answer(self, key: str, value: str) -> bool:
        """Whether the sibling *key* settles it."""
        if self.named:
            return key in modes.NAME_KEYS
        return key == "kind" or (key == "type" and modes.is_secret_type(value))
