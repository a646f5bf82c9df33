"""What has to be watched for a resource URI, and the command that would read the same."""

import attrs

from ...domain.resources.uri import RELEASE, ResourceUri
from ..ports import Change, WatchPlace


@attrs.frozen
class Interest:
    """Objects of a *kind* in a *namespace* (empty: cluster-wide), or only the one called *name*.

    *tool* and *words* are the read that tells the same, by which the policy judges the watch.
    """

    kind: str
    namespace: str
    name: str
    tool: str
    words: tuple[str, ...]

    def place(self, context: str) -> WatchPlace:
        """The watch that covers it."""
        return WatchPlace(context, self.namespace, self.kind)

    def covers(self, change: Change) -> bool:
        """Whether *change*, which is at its place, concerns it."""
        return not self.name or change.anything or change.name == self.name


def interests(uri: ResourceUri) -> tuple[Interest, ...]:
    """What *uri* needs: the first is the thing itself, the others are what its summary shows beside it."""
    if not uri.kind:
        return tuple(_every(kind) for kind in _OF_CONTEXT)
    if uri.kind == "namespaces":
        return (_one("namespaces", "", uri.name), *(_every(kind, uri.name) for kind in _OF_NAMESPACE))
    if uri.kind == RELEASE:
        return (Interest(RELEASE, uri.namespace, uri.name, "helm", ("status", uri.name)),)
    return (_one(uri.kind, uri.namespace, uri.name),)


def _one(kind: str, namespace: str, name: str) -> Interest:
    return Interest(kind, namespace, name, "kubectl", ("get", kind, name))


def _every(kind: str, namespace: str = "") -> Interest:
    return Interest(kind, namespace, "", "kubectl", ("get", kind))


_OF_CONTEXT = ("namespaces", "nodes")
_OF_NAMESPACE = ("deployments.apps", "statefulsets.apps", "daemonsets.apps", "pods", "services")
"""Whatever else changes in a namespace and matters to its health shows in these."""
