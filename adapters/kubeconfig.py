"""The contexts of the kubeconfig, found and merged the way kubectl does it; never a credential."""

import os
from collections import OrderedDict
from collections.abc import Iterator, Mapping

import attrs

from ..domain.context import IN_CLUSTER, ContextRef, Kubeconfig
from ..domain.errors import ExecutionFailed
from .loading_rules import SERVICE_ACCOUNT, is_pod, kubeconfig_paths
from .yaml_events import YamlEvents, flaw_at
from .yaml_file import YamlFile

_REASON = "kubeconfig"


@attrs.define(eq=False)
class YamlKubeconfig:
    """Reads the kubeconfig at *path*, or where *environ* (by default the process's) says.

    Each file is parsed again only when it has changed. Inside a pod the service account stands in
    where no context is selected, and its namespace where a context names none, as for kubectl.
    """

    path: str | None = None
    environ: Mapping[str, str] | None = None
    service_account: str = SERVICE_ACCOUNT
    _files: dict[str, YamlFile[Kubeconfig]] = attrs.field(
        factory=dict[str, YamlFile[Kubeconfig]], init=False, repr=False
    )

    def read(self) -> Kubeconfig:
        """The contexts as they are now; empty where there is no kubeconfig.

        Raises:
            ExecutionFailed: a file cannot be read, or the one asked for by *path* is missing.
        """
        environ = os.environ if self.environ is None else self.environ
        return self._in_pod(_merged(self._configs(environ)), environ)

    def _configs(self, environ: Mapping[str, str]) -> Iterator[Kubeconfig]:
        for path in (self.path,) if self.path else kubeconfig_paths(environ):
            config = self._file(path).read()
            if config is not None:
                yield config
            elif self.path:
                raise ExecutionFailed(f"The kubeconfig {path} does not exist.", reason=_REASON)

    def _file(self, path: str) -> YamlFile[Kubeconfig]:
        if path not in self._files:
            self._files[path] = YamlFile(path, extract_contexts, "kubeconfig", _REASON)
        return self._files[path]

    def _in_pod(self, config: Kubeconfig, environ: Mapping[str, str]) -> Kubeconfig:
        if not is_pod(environ, self.service_account):
            return config
        own = self._pod_namespace(environ)
        contexts = tuple(
            ref if ref.namespace else attrs.evolve(ref, namespace=own) for ref in config.contexts
        )
        if config.current or IN_CLUSTER in config.names:
            return attrs.evolve(config, contexts=contexts)
        return Kubeconfig((*contexts, ContextRef(IN_CLUSTER, own, in_cluster=True)), IN_CLUSTER)

    def _pod_namespace(self, environ: Mapping[str, str]) -> str:
        named = environ.get("POD_NAMESPACE", "")
        if named:
            return named
        try:
            with open(os.path.join(self.service_account, "namespace"), encoding="utf-8") as file:
                return file.read(256).strip() or "default"
        except (OSError, UnicodeDecodeError):
            return "default"


@attrs.frozen
class KeptKubeconfig:
    """The contexts of one caller's file; none where it does not exist, and never our Pod's own account."""

    reader: YamlKubeconfig

    def read(self) -> Kubeconfig:
        """The contexts as they are now.

        Raises:
            ExecutionFailed: the file cannot be read.
        """
        return self.reader.read() if os.path.exists(self.reader.path or "") else Kubeconfig()


MOST_KEPT = 1000
"""Callers' files that are remembered between calls; the one used longest ago goes first."""


@attrs.define
class KeptKubeconfigs:
    """The kubeconfigs that are kept for callers: gives the reader of a file.

    Each file is parsed again only when it has changed.
    """

    _readers: OrderedDict[str, KeptKubeconfig] = attrs.field(
        factory=OrderedDict[str, KeptKubeconfig], init=False
    )

    def __call__(self, path: str) -> KeptKubeconfig:
        """The reader of the kubeconfig at *path*."""
        if path not in self._readers:
            # an empty environment: no service account stands in
            self._readers[path] = KeptKubeconfig(YamlKubeconfig(path, environ={}))
            if len(self._readers) > MOST_KEPT:
                self._readers.popitem(last=False)
        self._readers.move_to_end(path)
        return self._readers[path]


def _merged(configs: Iterator[Kubeconfig]) -> Kubeconfig:
    """The first config to name a context has it whole; the first to select one selects it."""
    contexts, current = dict[str, ContextRef](), ""
    for config in configs:
        for ref in config.contexts:
            contexts.setdefault(ref.name, ref)
        current = current or config.current
    return Kubeconfig(tuple(contexts.values()), current)


def extract_contexts(events: YamlEvents) -> Kubeconfig:
    """What one kubeconfig says; Flaw where it is none."""
    config = Kubeconfig()
    for _ in events.documents():
        config = _config(events)
        break  # kubectl reads the first document only
    return config


def _config(events: YamlEvents) -> Kubeconfig:
    contexts, current = dict[str, ContextRef](), ""
    for key in events.fields():
        if key == "contexts":
            contexts = _contexts(events)
        elif key == "current-context":
            current = events.string()
        elif key in _EXPECTED:
            _expect(events, _EXPECTED[key])
    return Kubeconfig(tuple(contexts.values()), current)


_EXPECTED = {"kind": "Config", "apiVersion": "v1"}


def _expect(events: YamlEvents, value: str) -> None:
    at = events.peek()
    if events.string() not in ("", value):
        raise flaw_at(at, f"expected {value}: this is not a kubeconfig")


def _contexts(events: YamlEvents) -> dict[str, ContextRef]:
    contexts = dict[str, ContextRef]()
    for _ in events.items():
        at = events.peek()
        ref = _context(events)
        if ref.name in contexts:
            raise flaw_at(at, "a second context of the same name")
        if ref.name:
            contexts[ref.name] = ref
    return contexts


def _context(events: YamlEvents) -> ContextRef:
    name = namespace = ""
    for key in events.fields():
        if key == "name":
            name = events.string()
        elif key == "context":
            namespace = ""
            for inner in events.fields():
                if inner == "namespace":
                    namespace = events.string()
    return ContextRef(name, namespace)
