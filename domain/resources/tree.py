"""A JSON value that others wrote, read without ever failing and without ever growing."""

import json
import unicodedata
from typing import Any, TypeGuard

import attrs

from ..errors import ExecutionFailed

TEXT = 200
ITEMS = 20
DEPTH = 5


@attrs.frozen
class Tree:
    """A value out of a cluster's answer; what is missing or of another type reads as nothing."""

    value: Any = None

    @classmethod
    def of(cls, text: str) -> "Tree":
        """The value that *text* is.

        Raises:
            ExecutionFailed: the text is not JSON.
        """
        try:
            return cls(json.loads(text))
        except (ValueError, RecursionError):
            raise ExecutionFailed("What the tool printed is not JSON.", reason="unreadable") from None

    def __bool__(self) -> bool:
        return self.value not in (None, "", [], {})

    def at(self, *path: str | int) -> "Tree":
        """What is at *path*: keys of objects and places in lists."""
        value = self.value
        for step in path:
            value = _step(value, step)
        return Tree(value)

    def text(self, limit: int = TEXT) -> str:
        """A text, number or truth as a text of at most *limit* characters; else empty."""
        if isinstance(self.value, bool):
            return "true" if self.value else "false"
        if isinstance(self.value, str):
            return shown(self.value, limit)
        number = self.number()
        return "" if number is None else str(number)

    def number(self) -> int | float | None:
        """A number of a sensible size; None where there is none."""
        value = self.value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return None
        return value if -_GREAT < value < _GREAT else None

    def count(self) -> int:
        """A whole number from 0 on; 0 where there is none."""
        number = self.number()
        return 0 if number is None else max(0, int(number))

    def items(self, limit: int = ITEMS) -> tuple["Tree", ...]:
        """The first *limit* items of a list."""
        return tuple(Tree(item) for item in self.value[:limit]) if _is_list(self.value) else ()

    def pairs(self, limit: int = ITEMS) -> tuple[tuple[str, "Tree"], ...]:
        """The first *limit* keys of an object, in order of the alphabet, with their values."""
        if not _is_dict(self.value):
            return ()
        keys = sorted(str(key) for key in self.value)[:limit]
        return tuple((key, Tree(self.value.get(key))) for key in keys)

    def size(self) -> int:
        """How many items or keys there are."""
        return len(self.value) if _is_list(self.value) or _is_dict(self.value) else 0

    def texts(self, limit: int = ITEMS) -> list[str]:
        """The texts among the first *limit* items of a list."""
        return [text for item in self.items(limit) if (text := item.text())]

    def labels(self, limit: int = ITEMS) -> dict[str, str]:
        """The first *limit* pairs of an object whose values are texts."""
        return {shown(key): value.text() for key, value in self.pairs(limit)}

    def plain(self, depth: int = DEPTH) -> Any:
        """A bounded copy: at most *depth* levels, ITEMS items each, TEXT characters."""
        if _is_list(self.value) or _is_dict(self.value):
            if depth <= 0:
                return f"[{self.size()} more inside]"
            if _is_list(self.value):
                return [item.plain(depth - 1) for item in self.items()]
            return {shown(key): value.plain(depth - 1) for key, value in self.pairs()}
        if isinstance(self.value, bool):
            return self.value
        number = self.number()
        return self.text() if number is None else number


def shown(text: str, limit: int = TEXT) -> str:
    """*text* cut to *limit* characters, with blanks for characters that cannot be seen."""
    cut = text if len(text) <= limit else text[: limit - 1] + "…"
    if cut.isprintable():
        return cut
    return "".join(c if c in "\n\t" or unicodedata.category(c) not in _HIDDEN else " " for c in cut)


def _step(value: Any, step: str | int) -> Any:
    if _is_dict(value) and isinstance(step, str):
        return value.get(step)
    if _is_list(value) and isinstance(step, int):
        return value[step] if -len(value) <= step < len(value) else None
    return None


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def _is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    return isinstance(value, dict)


_GREAT = 10**18
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
