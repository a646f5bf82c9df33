"""What of an entry that is there already is Kubeport's to change, and what is told of it."""

import difflib
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any, cast

from ...domain.redaction import redact
from .entry import Entry

Edit = tuple[tuple[str, ...], Any]
"""A path below the entry, empty for the whole of it, and the value to be there."""

_PACKAGE = re.compile(r"kubeport(\[[\w,-]*\])?([=@<>~!].*)?")
_KIND = frozenset({"type", "command", "args", "env", "url", "serverUrl", "httpUrl"})
_LONGEST = 160  # a file of one line is shown in part


def is_ours(found: object, entry: Entry) -> bool:
    """Whether the value *found* starts Kubeport, by its program, or has the address of *entry*."""
    table = _table(found)
    if entry.url and entry.url in table.values():
        return True
    args = table.get("args")
    words = [str(one) for one in cast("list[object]", args)] if isinstance(args, list) else []
    program = re.split(r"[/\\]", str(table.get("command", "")))[-1].removesuffix(".exe")
    if program in ("uv", "uvx", "pipx"):
        return any(_PACKAGE.fullmatch(word) for word in words)
    if program.startswith("py"):
        return ("-m", "kubeport") in pairwise(words)
    return program == "kubeport"


def edits(found: object, value: Mapping[str, Any]) -> list[Edit]:
    """What makes *value* of the value *found*; keys and variables that are not in *value* stay."""
    table = _table(found)
    if not table or ("command" in table) != ("command" in value):
        others = {key: one for key, one in table.items() if key not in _KIND}
        return [((), {**value, **others})]
    steps = list[Edit]()
    for key, one in value.items():
        variables = _table(table.get(key))
        if key == "env" and variables:
            steps += [((key, name), text) for name, text in one.items() if variables.get(name) != text]
        elif table.get(key) != one:
            steps.append(((key,), one))
    return steps


def summary(before: object, after: object) -> Iterator[str]:
    """Which of the entry's keys and variables stay as they were, change, come and go."""
    old, new = dict(_named(_table(before))), dict(_named(_table(after)))
    if not old:
        return
    for told, names in (
        ("kept", [name for name in old if old[name] == new.get(name)]),
        ("changed", [name for name in old if name in new and old[name] != new[name]]),
        ("added", [name for name in new if name not in old]),
        ("removed", [name for name in old if name not in new]),
    ):
        if names:
            yield f"{told}: {', '.join(names)}"


def difference(before: str, after: str) -> Iterator[str]:
    """The lines that go and those that come, without secrets."""
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm=""):
        if not line.startswith(("---", "+++", "@@")):
            told = redact(line[1:])[0]
            yield f"{line[0]} {told if len(told) <= _LONGEST else told[:_LONGEST] + '…'}"


def _named(table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        if key == "env" and _table(value):
            yield from ((f"env.{name}", text) for name, text in value.items())
        else:
            yield key, value


def _table(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}
