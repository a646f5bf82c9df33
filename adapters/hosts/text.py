"""A configuration text with our entry in it: everything else in it stays as it was."""

import json
import tomllib
from typing import Any, cast

from ...domain.errors import CommandError
from .commented import loads, with_entry
from .entry import Entry
from .table import Host

_MISSING = "Install what keeps comments: pip install 'kubeport[setup]'; or add what `kubeport setup` prints."


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
    known = _read(host, text)
    servers = known.get(host.key, {})
    if not isinstance(servers, dict):
        raise CommandError(f"{host.key} is not a table in this file.", hint="Repair the file by hand first.")
    found = cast("dict[str, Any]", servers).get(entry.name)
    if found == entry.value(host):
        return text
    if found is not None and not _ours(found):
        raise CommandError(
            f"{host.key}.{entry.name} is another server.", hint="Choose another name: --name kubeport."
        )
    if host.language == "toml":
        return _in_toml(host, entry, text)
    return with_entry(text, (host.key, entry.name), entry.value(host))


def _ours(found: object) -> bool:
    """Whether an entry starts Kubeport, by its words."""
    return "kubeport" in json.dumps(found)


def _read(host: Host, text: str) -> dict[str, Any]:
    try:
        found: Any = tomllib.loads(text) if host.language == "toml" else loads(text)
    except ValueError as error:
        raise CommandError(f"The file cannot be read: {error}", hint="Repair it by hand first.") from error
    if not isinstance(found, dict):
        raise CommandError("The file does not hold one object.", hint="Repair it by hand first.")
    return cast("dict[str, Any]", found)


def _in_toml(host: Host, entry: Entry, text: str) -> str:
    try:
        import tomlkit
    except ImportError as error:
        raise CommandError("This file may have comments.", hint=_MISSING) from error
    document: Any = tomlkit.parse(text)
    servers = document.setdefault(host.key, tomlkit.table(is_super_table=True))
    table = tomlkit.table()
    for key, value in entry.value(host).items():
        table[key] = value
    servers[entry.name] = table
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
