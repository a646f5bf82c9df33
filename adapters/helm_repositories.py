"""The aliases of the chart repositories that helm is configured with; never an address."""

import os
import sys
from collections.abc import Mapping

import attrs

from .yaml_events import YamlEvents
from .yaml_file import YamlFile


def repositories_path(environ: Mapping[str, str], platform: str = sys.platform) -> str:
    """Where helm keeps its list, by helm's own rules; empty where it is told to have none."""
    if "HELM_REPOSITORY_CONFIG" in environ:
        return environ["HELM_REPOSITORY_CONFIG"]
    return os.path.join(_config_home(environ, platform), "repositories.yaml")


def _config_home(environ: Mapping[str, str], platform: str) -> str:
    if environ.get("HELM_CONFIG_HOME"):
        return environ["HELM_CONFIG_HOME"]
    if environ.get("XDG_CONFIG_HOME"):
        return os.path.join(environ["XDG_CONFIG_HOME"], "helm")
    below = ("Library", "Preferences") if platform == "darwin" else (".config",)
    return os.path.join(environ.get("HOME", ""), *below, "helm")


@attrs.define(eq=False)
class HelmRepositories:
    """Reads helm's list where *environ* (by default the process's) puts it, again if it changed."""

    environ: Mapping[str, str] | None = None
    _file: YamlFile[tuple[str, ...]] | None = attrs.field(default=None, init=False, repr=False)

    def names(self) -> tuple[str, ...]:
        """The aliases, such as ``bitnami``; empty where helm has none.

        Raises:
            ExecutionFailed: the list exists and cannot be read.
        """
        path = repositories_path(os.environ if self.environ is None else self.environ)
        if not path:
            return ()
        if self._file is None or self._file.path != path:
            self._file = YamlFile(path, _extract, "list of helm repositories", "helm_repositories")
        return self._file.read() or ()


def _extract(events: YamlEvents) -> tuple[str, ...]:
    for _ in events.documents():
        return _names(events)
    return ()


def _names(events: YamlEvents) -> tuple[str, ...]:
    names = list[str]()
    for key in events.fields():
        if key == "repositories":
            names = [_name(events) for _ in events.items()]
    return tuple(dict.fromkeys(name for name in names if name))


def _name(events: YamlEvents) -> str:
    name = ""
    for key in events.fields():
        if key == "name":
            name = events.string()
    return name
