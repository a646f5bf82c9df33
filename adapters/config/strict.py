"""Strict structuring: cattrs without its coercions, and TOML files read with clear errors.

cattrs alone makes True of the text "false" and a set of letters of a text (cattrs issue 44); for an
allow list that would be a security defect.
"""

import tomllib
from pathlib import Path
from typing import Any, cast

import cattrs

from ...domain.effect import Approval, Level
from ...domain.errors import CommandError


def read_toml(file: Path) -> dict[str, Any]:
    """The content of a TOML file.

    Raises:
        CommandError: it cannot be read or is not TOML; says why and where.
    """
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{file}: cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: not TOML: {error}.") from error


def as_table(value: object) -> dict[str, Any] | None:
    """*value* as a table, as TOML and JSON have them; None for anything else."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def _strict_converter() -> cattrs.Converter:
    """A converter that coerces nothing."""
    converter = cattrs.Converter(forbid_extra_keys=True)

    def exact(kind: type) -> Any:
        def structure(value: Any, _: Any) -> Any:
            if type(value) is not kind:
                raise ValueError(f"expected {kind.__name__}")
            return value

        return structure

    def number(value: Any, _: Any) -> float:
        if type(value) not in (int, float):
            raise ValueError("expected a number")
        return float(value)

    def word(value: Any, kind: type[Level] | type[Approval]) -> Level | Approval:
        if not isinstance(value, str) or value not in {one.value for one in kind}:
            raise ValueError(f"expected one of {', '.join(kind)}")
        return kind(value)

    def texts(value: Any, _: Any) -> tuple[str, ...]:
        given = cast("list[object]", value) if isinstance(value, (list, tuple)) else None
        found = tuple(one for one in given or () if isinstance(one, str))
        if given is None or len(found) < len(given):
            raise ValueError("expected a list of texts")
        return found

    def table(value: Any, _: Any) -> dict[str, str]:
        named = as_table(value)
        if named is None:
            raise ValueError("expected a table of texts")
        found = {name: one for name, one in named.items() if isinstance(one, str)}
        if len(found) < len(named):
            raise ValueError("expected a table of texts")
        return found

    for kind in (str, int, bool):
        converter.register_structure_hook(kind, exact(kind))
    converter.register_structure_hook(float, number)
    converter.register_structure_hook(Level, word)
    converter.register_structure_hook(Approval, word)
    converter.register_structure_hook_func(lambda kind: kind == tuple[str, ...], texts)
    converter.register_structure_hook_func(lambda kind: kind == dict[str, str], table)
    return converter


STRICT = _strict_converter()
