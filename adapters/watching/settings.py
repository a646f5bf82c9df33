"""What a kubeconfig says about reaching a cluster, as values; secrets are not shown."""

from collections.abc import Mapping

import attrs


@attrs.frozen
class Cluster:
    """An API server, how its certificate is checked, and the proxy on the way."""

    server: str = ""
    authority: str = ""
    authority_data: str = attrs.field(default="", repr=False)
    insecure: bool = False
    server_name: str = ""
    proxy: str = attrs.field(default="", repr=False)
    extended: bool = False


@attrs.frozen
class Plugin:
    """A program that prints credentials (client.authentication.k8s.io)."""

    version: str = ""
    command: str = ""
    args: tuple[str, ...] = attrs.field(default=(), repr=False)
    variables: tuple[tuple[str, str], ...] = attrs.field(default=(), repr=False)
    mode: str = ""
    wants_cluster: bool = False


@attrs.frozen
class User:
    """Credentials, and the identity to act in the name of."""

    certificate: str = ""
    certificate_data: str = attrs.field(default="", repr=False)
    key: str = ""
    key_data: str = attrs.field(default="", repr=False)
    token: str = attrs.field(default="", repr=False)
    token_file: str = ""
    name: str = ""
    password: str = attrs.field(default="", repr=False)
    plugin: Plugin | None = None
    provider: str = ""
    acts_as: str = ""
    acts_as_uid: str = ""
    acts_as_groups: tuple[str, ...] = ()
    acts_as_extra: tuple[tuple[str, tuple[str, ...]], ...] = ()


@attrs.frozen
class Selection:
    """The names of cluster and user that a context selects."""

    cluster: str = ""
    user: str = ""


@attrs.frozen
class Config:
    """One kubeconfig file, or several merged: what each name means."""

    clusters: Mapping[str, Cluster] = attrs.field(factory=dict[str, Cluster])
    users: Mapping[str, User] = attrs.field(factory=dict[str, User])
    contexts: Mapping[str, Selection] = attrs.field(factory=dict[str, Selection])


@attrs.frozen
class Access:
    """How one context reaches its cluster."""

    cluster: Cluster
    user: User
