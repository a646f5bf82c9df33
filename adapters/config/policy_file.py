"""A policy as a TOML file: structured strictly, checked, and read again when it changes."""

import logging
from pathlib import Path
from typing import Any, cast

import attrs
import cattrs

from ...domain.errors import CommandError
from ...domain.policy import Policy, Rule
from ...domain.policy_lint import canonical
from ...domain.tools.grammar import Sensitivity
from .stamps import Stamp
from .stamps import stamp as stamp_of
from .strict import STRICT, as_table, read_toml

_log = logging.getLogger("kubeport.policy")


def read_policy(file: Path) -> Policy:
    """The policy in *file*.

    Raises:
        CommandError: it cannot be read, a key is unknown or missing, or a value has the wrong type;
            the message names file and key.
    """
    content = read_toml(file)
    rows = content.pop("rules", [])
    if not isinstance(rows, list):
        raise CommandError(f"{file}: rules: expected a list of tables [[rules]].")
    given: dict[str, Any] = {"name": file.stem, **_fields(content, Policy, f"{file}", {"rules"})}
    given["rules"] = tuple(
        _rule(row, place, file) for place, row in enumerate(cast("list[object]", rows), start=1)
    )
    _check_names(given["rules"], file)
    return canonical(Policy(**given))


def _rule(row: object, place: int, file: Path) -> Rule:
    where = f"{file}: rule {place}"
    table = as_table(row)
    if table is None:
        raise CommandError(f"{where}: expected a table [[rules]].")
    if isinstance(table.get("name"), str):
        where = f"{file}: rule {place} ({table['name']})"
    fields = _fields(table, Rule, where, set())
    for needed in ("name", "reason"):
        if not fields.get(needed):
            raise CommandError(f"{where}: {needed} is missing; a refusal quotes it.")
    if all(fields.get(axis) is None for axis in ("access", "sensitive", "approval")):
        raise CommandError(f"{where}: it decides nothing; give it access, sensitive or approval.")
    return Rule(**fields)


def _check_names(rules: tuple[Rule, ...], file: Path) -> None:
    seen = set[str]()
    for rule in rules:
        if rule.name in seen:
            raise CommandError(f"{file}: two rules are called {rule.name!r}.")
        seen.add(rule.name)


def _fields(row: dict[str, Any], kind: type, where: str, handled: set[str]) -> dict[str, Any]:
    known = {field.name: field for field in attrs.fields(kind) if field.name not in handled}
    for key in row:
        if key not in known:
            raise CommandError(
                f"{where}: there is no key {key!r}.", hint=f"Keys: {', '.join(known)}."
            )
    return {key: _value(key, value, known[key].type, where) for key, value in row.items()}


def _value(key: str, value: object, kind: Any, where: str) -> object:
    try:
        if key == "sensitive":
            return tuple(Sensitivity(one) for one in STRICT.structure(value, tuple[str, ...]))
        return STRICT.structure(value, kind)
    except (ValueError, TypeError, cattrs.BaseValidationError) as error:
        raise CommandError(
            f"{where}: {key}: expected {_EXPECTED.get(key, 'a list of texts')}, not {value!r}."
        ) from error


_EXPECTED = {
    "name": "a text",
    "reason": "a text",
    "access": "one of none, read-only, write, admin",
    "sensitive": "a list of logs, secrets, exec",
    "approval": "one of none, admin, changes, all",
}


@attrs.define
class PolicyFile:
    """The policy in a file that may change: read again when it does, the last good one kept.

    Calling it gives the policy in force. A file that has become unreadable or wrong is logged once
    for each change and leaves the last good policy in force.
    """

    file: Path
    _policy: Policy = attrs.field(init=False)
    _stamp: Stamp = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._stamp = stamp_of(self.file)
        self._policy = read_policy(self.file)

    def __call__(self) -> Policy:
        """The policy in force now; never raises."""
        stamp = stamp_of(self.file)
        if stamp != self._stamp:
            self._stamp = stamp
            self._reload()
        return self._policy

    def _reload(self) -> None:
        try:
            self._policy = read_policy(self.file)
            _log.info("policy %s read again", self.file)
        except CommandError as error:
            _log.error("policy not reloaded, the last good one stays in force: %s", error)
