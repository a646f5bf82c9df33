"""One kubeconfig file → ``Config``; what is not needed to reach a cluster is passed over unread."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from ..yaml_events import YamlEvents, flaw_at
from .settings import Cluster, Config, Plugin, Selection, User

EXTENSION = "client.authentication.k8s.io/exec"

_T = TypeVar("_T")
_Read = Callable[[YamlEvents], Any]
_YES = frozenset({"y", "yes", "on", "true"})
_NO = frozenset({"", "~", "null", "n", "no", "off", "false"})


def extract(events: YamlEvents) -> Config:
    """What the first document says, as kubectl reads no other; Flaw where it is no kubeconfig."""
    found = dict[str, Any]()
    for _ in events.documents():
        found = _fields(events, _CONFIG)
        break
    return Config(**found)


def _fields(events: YamlEvents, table: dict[str, tuple[str, _Read]]) -> dict[str, Any]:
    """The fields of a mapping that *table* names: argument of ours, and how its value is read."""
    found = dict[str, Any]()
    for key in events.fields():
        if key in table:
            name, read = table[key]
            found[name] = read(events)
    return found


def _truth(events: YamlEvents) -> bool:
    at: Any = events.peek()
    events.skip()
    plain = hasattr(at, "value") and not at.style
    word = at.value.lower() if plain else "?"
    if word not in _YES | _NO:
        raise flaw_at(at, "expected true or false")
    return word in _YES


def _text(events: YamlEvents) -> str:
    return events.text_of_any_form()


def _texts(events: YamlEvents) -> tuple[str, ...]:
    return tuple(_text(events) for _ in events.items())


def _extra(events: YamlEvents) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((key, _texts(events)) for key in events.fields())


def _variables(events: YamlEvents) -> tuple[tuple[str, str], ...]:
    table: dict[str, tuple[str, _Read]] = {"name": ("name", _text), "value": ("value", _text)}
    rows = (_fields(events, table) for _ in events.items())
    return tuple((row.get("name", ""), row.get("value", "")) for row in rows)


def _named(part: str, read: Callable[[YamlEvents], _T]) -> Callable[[YamlEvents], dict[str, _T]]:
    """How a list of things with names is read: each has its content under *part*."""

    def every(events: YamlEvents) -> dict[str, _T]:
        found = dict[str, _T]()
        for _ in events.items():
            at = events.peek()
            row = _fields(events, {"name": ("name", _text), part: ("content", read)})
            if (name := row.get("name", "")) in found:
                raise flaw_at(at, f"a second {part} of the same name")
            if name and "content" in row:
                found[name] = row["content"]
        return found

    return every


def _extended(events: YamlEvents) -> bool:
    return EXTENSION in list(_extensions(events))


def _extensions(events: YamlEvents) -> Iterator[str]:
    for _ in events.items():
        yield _fields(events, {"name": ("name", _text)}).get("name", "")


def _provider(events: YamlEvents) -> str:
    return str(_fields(events, {"name": ("name", _text)}).get("name", "?"))


_CLUSTER: dict[str, tuple[str, _Read]] = {
    "server": ("server", _text),
    "certificate-authority": ("authority", _text),
    "certificate-authority-data": ("authority_data", _text),
    "insecure-skip-tls-verify": ("insecure", _truth),
    "tls-server-name": ("server_name", _text),
    "proxy-url": ("proxy", _text),
    "extensions": ("extended", _extended),
}
_PLUGIN: dict[str, tuple[str, _Read]] = {
    "apiVersion": ("version", _text),
    "command": ("command", _text),
    "args": ("args", _texts),
    "env": ("variables", _variables),
    "interactiveMode": ("mode", _text),
    "provideClusterInfo": ("wants_cluster", _truth),
}
_USER: dict[str, tuple[str, _Read]] = {
    "client-certificate": ("certificate", _text),
    "client-certificate-data": ("certificate_data", _text),
    "client-key": ("key", _text),
    "client-key-data": ("key_data", _text),
    "token": ("token", _text),
    "tokenFile": ("token_file", _text),
    "username": ("name", _text),
    "password": ("password", _text),
    "exec": ("plugin", lambda events: Plugin(**_fields(events, _PLUGIN))),
    "auth-provider": ("provider", _provider),
    "as": ("acts_as", _text),
    "as-uid": ("acts_as_uid", _text),
    "as-groups": ("acts_as_groups", _texts),
    "as-user-extra": ("acts_as_extra", _extra),
}
_CONTEXT: dict[str, tuple[str, _Read]] = {"cluster": ("cluster", _text), "user": ("user", _text)}
_CONFIG: dict[str, tuple[str, _Read]] = {
    "clusters": ("clusters", _named("cluster", lambda events: Cluster(**_fields(events, _CLUSTER)))),
    "users": ("users", _named("user", lambda events: User(**_fields(events, _USER)))),
    "contexts": ("contexts", _named("context", lambda events: Selection(**_fields(events, _CONTEXT)))),
}
