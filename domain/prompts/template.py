"""Texts with places for arguments: ``{name}``; ``{{name}}`` stands for a literal ``{name}``.

Any other brace is itself, so that JSONPath and Go templates with blanks need no escapes.
"""

import re
from collections.abc import Iterator, Mapping

import attrs

from ..errors import Span

_PLACE = re.compile(r"\{\{(?P<literal>[a-z][a-z0-9_]*)\}\}|\{(?P<name>[a-z][a-z0-9_]*)\}")


@attrs.frozen
class Place:
    """A place for the argument *name*, and where it stands."""

    name: str
    span: Span


def places(text: str) -> Iterator[Place]:
    """The places of *text*, in order."""
    for found in _PLACE.finditer(text):
        if found["name"]:
            yield Place(found["name"], Span(found.start(), found.end()))


def fill(text: str, values: Mapping[str, str]) -> str:
    """*text* with each place filled once: what a value holds is never read again."""

    def filled(found: "re.Match[str]") -> str:
        return values[found["name"]] if found["name"] else f"{{{found['literal']}}}"

    return _PLACE.sub(filled, text)
