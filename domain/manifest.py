"""What a manifest is about, and what its kinds demand."""

import attrs

from .effect import Effect
from .tools.kubectl.kinds import lookup


@attrs.frozen
class ManifestObject:
    """The identity of one object of a manifest; *namespace* is empty where it names none.

    *keys* are the keys of its labels and annotations, never their values.
    """

    kind: str
    name: str
    namespace: str = ""
    api_version: str = ""
    keys: tuple[str, ...] = ()

    def keys_begin(self, prefixes: tuple[str, ...]) -> bool:
        """Whether a label or annotation key begins with one of *prefixes*."""
        return any(key.startswith(prefixes) for key in self.keys)

    @property
    def plural(self) -> str:
        """The kind as policies name it: ``deployments``; an unknown one in lower case."""
        known = lookup(self.kind)
        return known.plural if known else self.kind.lower()

    @property
    def effect(self) -> Effect:
        """ADMIN for what changes nodes, access or the cluster as a whole, else WRITE."""
        group = self.api_version.rpartition("/")[0]
        known = lookup(self.kind)
        groups = {group, known.group if known else ""}
        if groups & _ADMIN_GROUPS or self.kind.lower() in _ADMIN_KINDS:
            return Effect.ADMIN
        return Effect.WRITE


# security.md 2.1: by verb these kinds are admin, and a manifest is no way around that.
_ADMIN_GROUPS = frozenset(
    {
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "certificates.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
    }
)
_ADMIN_KINDS = frozenset({"node", "persistentvolume"})
