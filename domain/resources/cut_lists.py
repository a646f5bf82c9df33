"""The items of a JSON list that kubectl printed, even where its end is missing."""

import json
from typing import Any

from .tree import Tree


def items(text: str, most: int = 2000) -> tuple[Tree, ...]:
    """The whole items at the beginning of ``{"apiVersion": …, "items": [ … ``; none of other text."""
    place = text.find('"items": [')
    found = list[Tree]()
    place = place + len('"items": [') if place >= 0 else len(text)
    while len(found) < most:
        value, place = _next(text, place)
        if value is None:
            break
        found.append(Tree(value))
    return tuple(found)


def _next(text: str, place: int) -> tuple[Any, int]:
    """The object that begins at *place*, after blanks and a comma, and where it ends."""
    while place < len(text) and text[place] in _BETWEEN:
        place += 1
    if not text.startswith("{", place):
        return None, place
    try:
        return _DECODER.raw_decode(text, place)
    except (ValueError, RecursionError):
        return None, place


_BETWEEN = " \t\r\n,"
_DECODER = json.JSONDecoder()
