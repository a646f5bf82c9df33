"""JSON, with comments and trailing commas where an editor allows them: read, and changed in one place.

Comments and trailing commas are overwritten by blanks, so that Python's own reader takes the rest and
every place in it is a place in the text. A change only cuts and joins that text.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import attrs

_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL)
_BLANK = re.compile(r"[^\n]")
_DECODER = json.JSONDecoder()


def loads(text: str) -> Any:
    """The value of *text*.

    Raises:
        ValueError: not JSON, comments and trailing commas aside; tells line and column.
    """
    return json.loads(_plain(text))


def with_value(text: str, path: tuple[str, ...], value: object) -> str:
    """*text* with *value* at *path*, a key in a key: added first, or in place of what was there."""
    plain, indent = _plain(text), _indent(text)
    at = plain.index("{")
    for depth, name in enumerate(path, start=1):
        old = _member(plain, at, name)
        below = path[depth:]
        if old is not None and below and plain[old.start] == "{":
            at = old.start
            continue
        for key in reversed(below):
            value = {key: value}
        pair = _Pair(name, value, indent, depth)
        if old is None:
            return _added(text, plain, at, pair)
        return text[: old.start] + pair.body + text[old.end :]
    raise ValueError("no path")


@attrs.frozen
class _Pair:
    """A key and its value to be written at a *depth* of an indented text."""

    name: str
    value: object
    indent: str
    depth: int

    @property
    def body(self) -> str:
        lines = json.dumps(self.value, indent=self.indent, ensure_ascii=False)
        return lines.replace("\n", "\n" + self.indent * self.depth)

    def __str__(self) -> str:
        return f"\n{self.indent * self.depth}{json.dumps(self.name, ensure_ascii=False)}: {self.body}"


@attrs.frozen
class _Member:
    """Where the value of one key lies."""

    name: str
    start: int
    end: int


def _plain(text: str) -> str:
    """*text* with blanks for comments and trailing commas."""

    def blank(found: "re.Match[str]") -> str:
        token = found[0]
        return token if token.startswith('"') else _BLANK.sub(" ", token)

    return _TOKEN.sub(blank, text)


def _member(plain: str, start: int, name: str) -> _Member | None:
    """The last value of *name* in the object at *start*: a reader takes the last one, too."""
    return next((one for one in reversed(list(_members(plain, start))) if one.name == name), None)


def _members(plain: str, start: int) -> Iterator[_Member]:
    at = _skip(plain, start + 1)
    while plain[at] != "}":
        name, at = _DECODER.raw_decode(plain, at)
        first = _skip(plain, _skip(plain, at) + 1)
        _, end = _DECODER.raw_decode(plain, first)
        yield _Member(name, first, end)
        at = _skip(plain, end)
        if plain[at] == ",":
            at = _skip(plain, at + 1)


def _skip(plain: str, at: int) -> int:
    """The next place that is no blank."""
    while plain[at].isspace():
        at += 1
    return at


def _added(text: str, plain: str, start: int, pair: _Pair) -> str:
    """*text* with *pair* in front of the others of the object at *start*."""
    follows = "" if plain[_skip(plain, start + 1)] == "}" else ","
    outer, inner = pair.indent * (pair.depth - 1), pair.indent * pair.depth
    rest = text[start + 1 :].lstrip(" \t")
    if not rest.startswith(("\n", "\r\n")):
        rest = f"\n{outer if rest.startswith('}') else inner}{rest}"
    return f"{text[: start + 1]}{pair}{follows}{rest}"


def _indent(text: str) -> str:
    """The blanks that the first indented line begins with; two where none is."""
    found = re.search(r"\n([ \t]+)\S", text)
    return found[1] if found else "  "
