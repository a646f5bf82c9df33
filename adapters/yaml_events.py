"""YAML as a stream of events: the fields that are wanted are read, the rest is passed over unread.

Nothing is built from what is passed over, so a credential never becomes a part of any object; and
what is found wrong is told by place and rule, never by quoting.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import attrs
import yaml
from yaml.reader import Reader

DEPTH = 100

_TOO_DEEP = f"nested deeper than {DEPTH} levels"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT_TAGS = (None, "!", "tag:yaml.org,2002:str")
_NULLS = ("", "~", "null", "Null", "NULL")
_TRUTHS = ("y", "n", "yes", "no", "on", "off", "true", "false")
_NOT_TEXT = frozenset(spelt for word in _TRUTHS for spelt in (word, word.title(), word.upper()))
_NUMBER = re.compile(
    r"[-+]?(?:0[bB][01_]+|0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN"
    r"|[0-9][0-9_]*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)"
)
_QUOTED = re.compile(r"(['\"]).*\1", re.DOTALL)


@attrs.define(eq=False)
class Flaw(Exception):
    """What is wrong with a text, and at which line and column; never what stands there."""

    what: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"line {self.line}, column {self.column}: {self.what}"


@attrs.define(eq=False)
class YamlEvents:
    """A cursor over the events of *text*; each method reads the node it stands at, whole.

    Raises:
        Flaw: from any method, where the text is not YAML or not of the form asked for.
    """

    text: str = attrs.field(repr=False)
    _events: Iterator[yaml.Event] = attrs.field(init=False, repr=False)
    _ahead: yaml.Event | None = attrs.field(default=None, init=False, repr=False)
    _taken: int = attrs.field(default=0, init=False)
    _depth: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        parse: Callable[..., Iterator[yaml.Event]] = getattr(yaml, "parse")  # noqa: B009
        self._events = parse(self.text, Loader=_LOADER)

    def documents(self) -> Iterator[None]:
        """Stop at the root of each document; what the caller leaves there is passed over."""
        self._check_characters()
        self.take()
        while isinstance(self.peek(), yaml.DocumentStartEvent):
            self.take()
            yield from self._each()
            self.take()

    def fields(self) -> Iterator[str]:
        """The keys of a mapping (none, if null); a value the caller leaves is passed over."""
        seen = set[str]()
        for event in self._inside(yaml.MappingStartEvent, yaml.MappingEndEvent, "a mapping"):
            if not isinstance(event, yaml.ScalarEvent):
                self.skip()
                self.skip()
            else:
                self.take()
                self.check_key(event, seen)
                seen.add(event.value)
                for _ in self._each():
                    yield event.value

    def items(self) -> Iterator[None]:
        """Stop at each item of a sequence (at none, if null); one that is left is passed over."""
        for _ in self._inside(yaml.SequenceStartEvent, yaml.SequenceEndEvent, "a list"):
            yield from self._each()

    def string(self) -> str:
        """A text in one line; empty for null. What YAML reads as a number or a truth value is none."""
        at = self.peek()
        found = self.text_of_any_form()
        if not found.isprintable():
            raise flaw_at(at, "expected a text without control or invisible characters")
        return found

    def text_of_any_form(self) -> str:
        """As ``string``, and the text may have several lines."""
        event = self._take_value()
        if not isinstance(event, yaml.ScalarEvent) or event.tag not in _TEXT_TAGS:
            raise flaw_at(event, "expected a text")
        plain = not event.style and event.tag is None
        if plain and event.value in _NULLS:
            return ""
        if plain and (event.value in _NOT_TEXT or _NUMBER.fullmatch(event.value)):
            raise flaw_at(event, "expected a text: put a number or a truth value in quotes")
        return str(event.value)

    def skip(self) -> None:
        """Pass over a node of any form."""
        depth = 0
        while True:
            event = self.take()
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH:
                raise flaw_at(event, _TOO_DEEP)
            if depth == 0:
                return

    def check_key(self, event: yaml.ScalarEvent, seen: set[str]) -> None:
        """Refuse a key that would bring in fields from elsewhere; *seen* came before it."""
        if event.value == "<<" and not event.style:
            raise flaw_at(event, "a merge key is not supported here: write the fields out")

    def peek(self) -> yaml.Event:
        """The next event, which stays the next."""
        if self._ahead is None:
            self._ahead = self._pull()
        return self._ahead

    def take(self) -> yaml.Event:
        """The next event, which is then behind."""
        event, self._ahead = self.peek(), None
        self._taken += 1
        return event

    def _take_value(self) -> yaml.Event:
        event = self.take()
        if isinstance(event, yaml.AliasEvent):
            raise flaw_at(event, "an alias is not supported here: write the value out")
        return event

    def _each(self) -> Iterator[None]:
        before = self._taken
        yield
        if self._taken == before:
            self.skip()

    def _inside(
        self, opening: type[yaml.Event], closing: type[yaml.Event], name: str
    ) -> Iterator[yaml.Event]:
        event = self._take_value()
        if not isinstance(event, opening):
            if _is_null(event):
                return
            raise flaw_at(event, f"expected {name}")
        self._depth += 1
        if self._depth > DEPTH:
            raise flaw_at(event, _TOO_DEEP)
        while not isinstance(self.peek(), closing):
            yield self.peek()
        self._depth -= 1
        self.take()

    def _pull(self) -> yaml.Event:
        try:
            return next(self._events)
        except yaml.MarkedYAMLError as error:
            flaw = _syntax_flaw(error)
        except yaml.YAMLError:
            flaw = Flaw("not YAML", 1, 1)
        raise flaw

    def _check_characters(self) -> None:
        found = Reader.NON_PRINTABLE.search(self.text)
        if found:
            before = self.text[: found.start()]
            line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
            raise Flaw("a control character is not allowed", line, column)


def flaw_at(event: yaml.Event, what: str) -> Flaw:
    """A flaw at the place where *event* starts."""
    return _flaw(event.start_mark, what)


def _flaw(mark: Any, what: str) -> Flaw:
    return Flaw(what, mark.line + 1, mark.column + 1)


def _syntax_flaw(error: yaml.MarkedYAMLError) -> Flaw:
    """The parser's own words, without what it quotes from the text."""
    problem = _QUOTED.sub("…", error.problem or "unreadable")
    return _flaw(error.problem_mark or error.context_mark, f"not YAML ({problem})")


def _is_null(event: yaml.Event) -> bool:
    return (
        isinstance(event, yaml.ScalarEvent)
        and not event.style
        and event.tag is None
        and event.value in _NULLS
    )
