"""Tool arguments against their JSON Schema, before anything structures them."""

from collections.abc import Callable, Iterable
from typing import Any, Protocol, cast

from .schemas import Schema

_MOST = 5
_LENGTH = 200


class _Finding(Protocol):
    """What jsonschema says of one place."""

    path: Iterable[str | int]
    message: str


class _Validator(Protocol):
    """The one method of jsonschema's that is used; its own types are partly unknown."""

    def iter_errors(self, instance: object) -> Iterable[_Finding]:
        """What is wrong with *instance*."""
        ...


def validator(schema: Schema) -> Callable[[dict[str, Any]], list[str]]:
    """A function that says what is wrong with arguments; an empty list for good ones."""
    # imported at the first call: a server that only lists its tools does without its 3 MiB
    from jsonschema import Draft202012Validator

    errors = cast("_Validator", Draft202012Validator(schema)).iter_errors

    def check(arguments: dict[str, Any]) -> list[str]:
        found = sorted(errors(arguments), key=lambda one: [str(part) for part in one.path])
        return [f"{_place(one.path)}{one.message[:_LENGTH]}" for one in found[:_MOST]]

    return check


def _place(path: Iterable[str | int]) -> str:
    named = ".".join(str(part) for part in path)
    return f"{named}: " if named else ""
