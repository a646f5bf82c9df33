"""The tokens of a jq filter, with what each stands in; yq's two languages share their shapes."""

import re
from collections.abc import Generator, Iterator

import attrs

from .scripts import Script

_TOKEN = re.compile(
    r"(?P<blank>[ \t\n]++)"
    r"|(?P<comment>\#[^\n]*+)"
    r"|(?P<number>[0-9]++(?:\.[0-9]*+)?(?:[eE][+-]?[0-9]++)?|\.[0-9]++(?:[eE][+-]?[0-9]++)?)"
    r"|(?P<field>\.[A-Za-z_][A-Za-z0-9_]*+)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*+)"
    r"|(?P<format>@[A-Za-z0-9_]++)"
    r'|(?P<quote>")'
    r"|(?P<operator>::|\?//=?|//=|//|\.\.|[-+*/%|!=<>]=|[-.?=;:,+*/%$<>|(){}\[\]])"
)
_STRING = re.compile(r'(?:[^"\\]|\\[^(])*+')
_CLOSES = {")": ("(", "\\("), "]": ("[",), "}": ("{",)}


@attrs.frozen
class Piece:
    """One token; *inside* is the innermost bracket it stands in, ``\\(`` for an interpolation.

    A string is one piece for each stretch of its text, of kind ``string``.
    """

    kind: str
    text: str
    start: int
    inside: str

    @property
    def end(self) -> int:
        """The place behind it."""
        return self.start + len(self.text)


def pieces(script: Script) -> tuple[Piece, ...]:
    """The tokens of *script* without blanks and comments.

    Raises:
        CommandError: a character, a quote or a bracket that does not fit.
    """
    return tuple(piece for piece in tokens(script) if piece.kind != "comment")


def tokens(script: Script) -> Iterator[Piece]:
    """Every token of *script* but blanks; comments included.

    Raises:
        CommandError: a character, a quote or a bracket that does not fit.
    """
    text, at, open_ = script.text, 0, list[str]()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise script.error(at, at + 1, f"{text[at]!r} is not expected in this filter.")
        kind, word, inside = found.lastgroup or "", found[0], open_[-1] if open_ else ""
        if kind == "comment" and word.endswith("\\"):
            raise script.error(at, found.end(), "A comment may not end with a backslash.")
        if kind != "blank":
            yield Piece(kind, word, at, inside)
        at = found.end()
        if kind == "quote":
            at = yield from _string(script, at, open_)
        elif word in ("(", "[", "{"):
            open_.append(word)
        elif word in _CLOSES:
            if inside not in _CLOSES[word]:
                raise script.error(at - 1, at, f"{word} does not close what was opened.")
            if open_.pop() == "\\(":
                at = yield from _string(script, at, open_)
    if open_:
        raise script.error(at, at + 1, f"A {open_[-1]} is never closed.")


def _string(script: Script, at: int, open_: list[str]) -> Generator[Piece, None, int]:
    """The text of a string from *at* to its end, or to an interpolation, which is opened."""
    found = _STRING.match(script.text, at)
    end = found.end() if found else at
    yield Piece("string", script.text[at:end], at, open_[-1] if open_ else "")
    if script.text.startswith('"', end):
        return end + 1
    if not script.text.startswith("\\(", end):
        raise script.error(at - 1, end, "The string is never closed.")
    open_.append("\\(")
    return end + 2
