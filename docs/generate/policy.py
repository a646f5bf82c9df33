"""The page of the policy language: the keys of a policy file, and what they mean."""

import enum
from typing import Any, cast, get_args

import attrs

from kubeport.domain.effect import Level
from kubeport.domain.policy import BUILT_IN, Policy, Rule
from kubeport.domain.tools.grammar import Sensitivity

from .markdown import code, codes, page, prose, table

_LEAD = """\
A policy file is TOML. An unknown key, a wrong type or a rule that decides nothing refuses to start. How one is written and tried
is told in [policies](../policy.md)."""


def policy() -> str:
    """The page."""
    return page(
        "Policy language",
        _LEAD,
        "## The file",
        prose(Policy),
        table(("key", "value", "default"), (_key(field) for field in attrs.fields(Policy) if field.name != "rules")),
        "## Rules",
        f"Each rule is a table `[[rules]]`. {prose(Rule)}",
        table(("key", "value", "default"), (_key(field) for field in attrs.fields(Rule))),
        "## Levels",
        prose(Level),
        f"Built-in policies: {codes(BUILT_IN)}. Each is a default without rules, and `security.level` chooses one.",
        "## Sensitive output",
        f"{prose(Sensitivity)} The values are {codes(one.value for one in Sensitivity)}.",
    )


def _key(field: "attrs.Attribute[Any]") -> tuple[str, ...]:
    return (code(field.name), _type(field.type), _default(field))


def _type(kind: Any) -> str:
    choices: list[Any] = [one for one in (kind, *get_args(kind)) if isinstance(one, enum.EnumMeta)]
    nested: list[Any] = [
        one for arg in get_args(kind) for one in get_args(arg) if isinstance(one, enum.EnumMeta)
    ]
    several = nested or "tuple" in str(kind)
    if found := choices or nested:
        return ("a list of " if several else "one of ") + codes(str(one.value) for one in found[0])
    return "a list of globs" if several else "a text"


def _default(field: "attrs.Attribute[Any]") -> str:
    if field.name == "name" and field.default is attrs.NOTHING:
        return "the file's name; needed in a rule"
    value: Any = field.default
    if value is attrs.NOTHING:
        return "needed"
    if value is None or value == ():
        return "none"
    if isinstance(value, tuple):
        return codes(str(getattr(one, "value", one)) for one in cast("Any", value))
    return code(str(getattr(value, "value", value)))
