"""A Helm release as a model gets to see it: its revisions and the objects of its manifest."""

from collections.abc import Iterable
from typing import Any

import attrs

from ..manifest import ManifestObject
from .bounds import fitted
from .health_of_others import release as health_of_release
from .links import unique
from .naming import kind_of, link
from .summary import present
from .tree import Tree
from .uri import ResourceUri


@attrs.frozen
class ReleaseSeen:
    """What was read of a release: its *history*, oldest first, and what its manifest names."""

    uri: ResourceUri
    history: tuple[Tree, ...]
    objects: tuple[ManifestObject, ...] = ()
    unread: dict[str, str] = attrs.field(factory=dict[str, str])


def release_summary(seen: ReleaseSeen) -> str:
    """The release as JSON."""
    uri, latest = seen.uri, seen.history[-1] if seen.history else Tree()
    health = health_of_release(latest.at("status").text(40), latest.at("description").text())
    found = {
        "uri": str(uri),
        "kind": "HelmRelease",
        "name": uri.name,
        "namespace": uri.namespace,
        "context": uri.context,
        "health": health.as_dict(),
        **_revision(latest),
        "history": [_revision(one) for one in reversed(seen.history)],
        "children": _objects(uri, seen.objects),
        "children_total": len(seen.objects),
        "links": {"parent": str(uri.parent)},
        "not_read": seen.unread,
    }
    return fitted(present(found))


def _revision(one: Tree) -> dict[str, Any]:
    fields = ("revision", "status", "chart", "app_version", "updated", "description")
    return {name: text for name in fields if (text := one.at(name).text())}


def _objects(uri: ResourceUri, objects: Iterable[ManifestObject]) -> list[str]:
    found = (
        link(uri.context, kind_of(one.api_version, one.kind), one.name, one.namespace or uri.namespace)
        for one in objects
    )
    return unique(list(found))
