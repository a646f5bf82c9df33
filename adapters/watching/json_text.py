"""JSON from outside, whose form is not known: what is not of the form asked for is empty."""

import json
from typing import Any, TypeGuard

Row = dict[str, Any]


def parsed(text: bytes) -> Row | None:
    """The JSON object that *text* is, or None."""
    try:
        found: Any = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if _is_row(found) else None


def row(value: Any) -> Row:
    """*value* if it is an object, else an empty one."""
    return value if _is_row(value) else {}


def rows(value: Any) -> list[Row]:
    """The objects in *value*, if it is an array."""
    return [row(item) for item in value] if _is_list(value) else []


def text(value: Any) -> str:
    """*value* if it is a text, else an empty one."""
    return value if isinstance(value, str) else ""


def texts(value: Any) -> list[str]:
    """The texts in *value*, if it is an array."""
    return [text(item) for item in value] if _is_list(value) else []


def _is_row(value: Any) -> TypeGuard[Row]:
    return isinstance(value, dict)


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
