"""Context → how to reach its cluster, with files found and merged the way kubectl does it."""

import os
from collections.abc import Callable, Iterator, Mapping

import attrs

from ...domain.context import IN_CLUSTER
from ...domain.errors import ContextNotFound, ExecutionFailed
from ..loading_rules import SERVICE_ACCOUNT, is_pod, kubeconfig_paths, own_server
from ..yaml_file import YamlFile
from .kubeconfig_file import extract
from .settings import Access, Cluster, Config, User

_REASON = "kubeconfig"


@attrs.define(eq=False)
class Kubeconfigs:
    """The kubeconfig files that *environment* names; each is read again only when it has changed."""

    environment: Callable[[], Mapping[str, str]]
    service_account: str = SERVICE_ACCOUNT
    _files: dict[str, YamlFile[Config]] = attrs.field(
        factory=dict[str, YamlFile[Config]], init=False, repr=False
    )

    def access(self, context: str) -> Access:
        """How *context* reaches its cluster now.

        Raises:
            ContextNotFound: no file has it.
            ExecutionFailed: a file cannot be read, or the context names what is not there.
        """
        environ = self.environment()
        config = _merged(self._configs(environ))
        if context in config.contexts:
            return _access(config, context)
        if context == IN_CLUSTER and is_pod(environ, self.service_account):
            return self._own(environ)
        raise ContextNotFound.among(tuple(config.contexts))

    def _configs(self, environ: Mapping[str, str]) -> Iterator[Config]:
        for path in kubeconfig_paths(environ):
            if path not in self._files:
                self._files[path] = YamlFile(path, extract, "kubeconfig", _REASON)
            if (config := self._files[path].read()) is not None:
                yield _resolved(config, os.path.dirname(os.path.abspath(path)))

    def _own(self, environ: Mapping[str, str]) -> Access:
        authority, token = (os.path.join(self.service_account, name) for name in ("ca.crt", "token"))
        return Access(Cluster(own_server(environ), authority), User(token_file=token))


def _merged(configs: Iterator[Config]) -> Config:
    """The first file to say what a name means says it whole."""
    merged = Config({}, {}, {})
    for config in configs:
        merged = Config(
            {**config.clusters, **merged.clusters},
            {**config.users, **merged.users},
            {**config.contexts, **merged.contexts},
        )
    return merged


def _access(config: Config, context: str) -> Access:
    chosen = config.contexts[context]
    cluster = config.clusters.get(chosen.cluster)
    user = config.users.get(chosen.user, None if chosen.user else User())
    if cluster is None or user is None or not cluster.server:
        part = "cluster" if cluster is None or user is not None else "user"
        raise ExecutionFailed(
            f"The context {context} selects a {part} that the kubeconfig does not have or does not describe.",
            reason=_REASON,
        )
    return Access(cluster, user)


def _resolved(config: Config, folder: str) -> Config:
    """*config* with its relative paths taken from *folder*, where its file is."""

    def at(path: str) -> str:
        return os.path.join(folder, path) if path else ""

    def command(user: User) -> User:
        if user.plugin is None or os.sep not in user.plugin.command:
            return user
        return attrs.evolve(user, plugin=attrs.evolve(user.plugin, command=at(user.plugin.command)))

    def files(user: User) -> User:
        return attrs.evolve(
            user, certificate=at(user.certificate), key=at(user.key), token_file=at(user.token_file)
        )

    return Config(
        {name: attrs.evolve(one, authority=at(one.authority)) for name, one in config.clusters.items()},
        {name: command(files(one)) for name, one in config.users.items()},
        config.contexts,
    )
