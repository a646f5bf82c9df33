"""The page of settings: each field with type, unit, default, variable and option."""

import inspect
from enum import EnumMeta
from typing import Any, cast, get_origin

import attrs

from kubeport.adapters.cli.arguments import SHORTHANDS
from kubeport.application.settings import Settings

from .markdown import code, codes, meanings, page, sentence, table

_LEAD = """\
Where a value comes from, and which one wins, is told in [settings](../settings.md). `kubeport config show` prints the
value in force and where it came from. A list in a variable is separated by commas."""
_UNITS = {"seconds": "seconds", "timeout": "seconds", "bytes": "bytes", "tokens": "tokens"}
_HEADS = ("setting", "type", "default", "meaning", "environment", "option")


def settings() -> str:
    """The page."""
    return page("Settings", _LEAD, *(_section(field) for field in attrs.fields(Settings)))


def _section(section: "attrs.Attribute[Any]") -> str:
    kind: Any = section.type
    fields = attrs.fields(kind)
    lead, told = meanings(kind, [field.name for field in fields])
    rows = [_row(section.name, field, told[field.name]) for field in fields]
    return f"## {section.name}\n\n{lead}\n\n{table(_HEADS, rows)}"


def _row(section: str, field: "attrs.Attribute[Any]", meaning: str) -> tuple[str, ...]:
    name = f"{section}.{field.name}"
    variable = f"KUBEPORT_{section}_{field.name}".upper()
    if get_origin(field.type) is dict:
        variable += "_NAME"
    return (code(name), _type(field), _default(field), sentence(meaning), code(variable), _option(name))


def _option(name: str) -> str:
    found = next((option for option, setting in SHORTHANDS.items() if setting == name), "")
    return code(f"--{found.replace('_', '-')}") if found else ""


def _type(field: "attrs.Attribute[Any]") -> str:
    bounds = _bounds(field.validator)
    if "allowed" in bounds:
        several = "some of " if get_origin(field.type) is tuple else ""
        return several + codes(bounds["allowed"])
    kind: Any = field.type
    if isinstance(kind, EnumMeta):
        members: Any = kind
        return codes(str(one.value) for one in members if one.value != "none")
    kinds = {str: "text", bool: "`true` or `false`", int: "whole number", float: "number"}
    simple = {tuple: "list of texts", dict: "table of texts"}
    origin: Any = get_origin(field.type)
    told = simple.get(origin) or kinds[field.type or str]
    unit = next((unit for part in field.name.split("_") if (unit := _UNITS.get(part))), "")
    limits = f", {_number(bounds['least'])} to {_number(bounds['most'])}" if "least" in bounds else ""
    return told + limits + (f", in {unit}" if unit else "")


def _bounds(validator: Any) -> dict[str, Any]:
    """What a validator of ``application/settings.py`` was made with."""
    return dict(inspect.getclosurevars(validator).nonlocals) if inspect.isfunction(validator) else {}


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _default(field: "attrs.Attribute[Any]") -> str:
    default: Any = field.default
    value = default.factory() if isinstance(default, attrs.Factory) else default  # type: ignore[arg-type]
    if isinstance(value, bool):
        return code(str(value).lower())
    if isinstance(value, int | float):
        return code(_number(value))
    if not value:
        return "none"
    if isinstance(value, tuple):
        several = cast("tuple[str, ...]", value)
        return "all" if several == _bounds(field.validator).get("allowed") else codes(several)
    return code(str(getattr(value, "value", value)))
