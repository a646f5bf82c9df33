"""The credential plugins that kubeconfigs name: their programs only, never an argument or a credential."""

from collections.abc import Iterable, Iterator

from ..domain.errors import KubeportError
from .yaml_events import YamlEvents
from .yaml_file import YamlFile


def credential_plugins(paths: Iterable[str]) -> tuple[str, ...]:
    """The programs that kubectl starts for credentials, each once; a file that cannot be read has none."""
    found = dict[str, None]()
    for path in paths:
        try:
            programs = YamlFile(path, _extract, "kubeconfig", "kubeconfig").read() or ()
        except KubeportError:
            continue  # the contexts' own line says what is wrong with it
        found.update(dict.fromkeys(programs))
    return tuple(found)


def _extract(events: YamlEvents) -> tuple[str, ...]:
    found = list[str]()
    for _ in events.documents():
        found = [program for program in _programs(events) if program]
        break  # kubectl reads the first document only
    return tuple(found)


def _programs(events: YamlEvents) -> Iterator[str]:
    for key in events.fields():
        if key == "users":
            for _ in events.items():
                for part in events.fields():
                    if part == "user":
                        yield from _of_user(events)


def _of_user(events: YamlEvents) -> Iterator[str]:
    for key in events.fields():
        if key == "exec":
            for part in events.fields():
                if part == "command":
                    yield events.string()
