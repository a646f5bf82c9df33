"""A configuration text with our entry in it: everything else in it stays as it was."""

import json
import tomllib
from collections.abc import Iterable
from typing import Any, cast

from ...domain.errors import CommandError
from ..installation import extra
from .changes import Edit, edits, is_ours
from .commented import loads, with_value
from .entry import Entry
from .table import Host


def snippet(host: Host, entry: Entry) -> str:
    """A whole configuration with nothing but our entry, for a person to copy and for a new file."""
    if host.language == "toml":
        return _as_toml(host, entry)
    return json.dumps({host.key: {entry.name: entry.value(host)}}, indent=2, ensure_ascii=False) + "\n"


def merged(host: Host, entry: Entry, text: str) -> str:
    """*text* with the entry added or brought up to date; *text* itself where it is there already.

    Raises:
        CommandError: the text cannot be read, holds another server of that name, or needs a library.
    """
    if not text.strip():
        return snippet(host, entry)
    found = found_in(host, entry.name, text)
    if found is not None and not is_ours(found, entry):
        hint = "Choose another name, such as --name kubeport, or take that one out first."
        raise CommandError(f"{host.key}.{entry.name} is another server.", hint=hint)
    steps = edits(found, entry.value(host))
    if not steps:
        return text
    if host.language == "toml":
        return _in_toml(host, entry.name, text, steps)
    for path, value in steps:
        text = with_value(text, (host.key, entry.name, *path), value)
    return text


def found_in(host: Host, name: str, text: str) -> object:
    """The value of the server *name* in *text*; None where there is none.

    Raises:
        CommandError: the text cannot be read.
    """
    servers: object = _read(host, text).get(host.key, {}) if text.strip() else {}
    if not isinstance(servers, dict):
        raise CommandError(f"{host.key} is not a table in this file.", hint="Repair the file by hand first.")
    return cast("dict[str, Any]", servers).get(name)


def _read(host: Host, text: str) -> dict[str, Any]:
    try:
        found: Any = tomllib.loads(text) if host.language == "toml" else loads(text)
    except ValueError as error:
        raise CommandError(f"The file cannot be read: {error}", hint="Repair it by hand first.") from error
    if not isinstance(found, dict):
        raise CommandError("The file does not hold one object.", hint="Repair it by hand first.")
    return cast("dict[str, Any]", found)


def _in_toml(host: Host, name: str, text: str, steps: Iterable[Edit]) -> str:
    try:
        import tomlkit
    except ImportError as error:
        told = "To be changed with its comments kept, it needs one more package."
        hint = f"Install it: {extra('setup')}; or add what `kubeport setup` prints."
        raise CommandError(told, hint=hint) from error
    document: Any = tomlkit.parse(text)
    servers = document.setdefault(host.key, tomlkit.table(is_super_table=True))
    for path, value in steps:
        *above, last = (name, *path)
        table = servers
        for key in above:
            table = table[key]
        table[last] = value
    return str(tomlkit.dumps(document))


def _as_toml(host: Host, entry: Entry) -> str:
    lines, tables = [f"[{host.key}.{entry.name}]"], list[str]()
    for key, value in entry.value(host).items():
        if isinstance(value, dict):
            named = cast("dict[str, str]", value)
            tables += ["", f"[{host.key}.{entry.name}.{key}]", *(_assigned(*one) for one in named.items())]
        else:
            lines.append(_assigned(key, value))
    return "\n".join([*lines, *tables]) + "\n"


def _assigned(key: str, value: object) -> str:
    """JSON's spelling of a text or a list of texts is TOML's, too."""
    return f"{key} = {json.dumps(value, ensure_ascii=False)}"
