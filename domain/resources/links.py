"""URIs of what an object is connected with, made from names that others wrote."""

from .naming import kind_of, link
from .rows import Row
from .tree import Tree

MOST = 50


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
