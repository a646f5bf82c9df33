"""URIs made from names that others wrote: objects of manifests, lines of output."""

from ..errors import CommandError
from .uri import ResourceUri, canonical_kind, parse


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


_CUSTOM = {
    ("VirtualService", "networking.istio.io"): "virtualservices.networking.istio.io",
    ("Application", "argoproj.io"): "applications.argoproj.io",
}
