"""URIs of what an object is connected with, made from names that others wrote."""

from ..errors import CommandError
from .rows import Row
from .tree import Tree
from .uri import ResourceUri, canonical_kind, parse

MOST = 50


def link(context: str, kind: str, name: str, namespace: str = "") -> str:
    """The URI of an object, or an empty text where no URI of ours can name it."""
    try:
        return str(parse(str(ResourceUri.of(context, kind, name, namespace))))
    except CommandError:
        return ""


def kind_of(api_version: str, kind: str) -> str:
    """How kubectl takes the *kind* of an object; of one unknown to us it is the singular."""
    group = api_version.rpartition("/")[0]
    custom = _CUSTOM.get((kind, group))
    if custom is not None:
        return custom
    return canonical_kind(f"{kind}.{group}" if group else kind)


def object_link(context: str, reference: Tree, namespace: str) -> str:
    """The URI behind a reference with apiVersion, kind and name."""
    kind, name = reference.at("kind").text(), reference.at("name").text(253)
    own = reference.at("namespace").text() or namespace
    return link(context, kind_of(reference.at("apiVersion").text(), kind), name, own) if name else ""


def owner_link(context: str, obj: Tree, namespace: str) -> str:
    """The URI of the controller that owns *obj*, else of its first owner."""
    owners = obj.at("metadata", "ownerReferences").items()
    chosen = next((one for one in owners if one.at("controller").value is True), None)
    return object_link(context, chosen or next(iter(owners), Tree()), namespace)


def row_link(context: str, row: Row) -> str:
    """The URI of the object of a row, which is of a built-in kind."""
    return link(context, row.kind, row.name, row.namespace)


def unique(uris: list[str], most: int = MOST) -> list[str]:
    """The first *most* different URIs that are not empty."""
    return list(dict.fromkeys(uri for uri in uris if uri))[:most]


_CUSTOM = {
    ("VirtualService", "networking.istio.io"): "virtualservices.networking.istio.io",
    ("Application", "argoproj.io"): "applications.argoproj.io",
}
