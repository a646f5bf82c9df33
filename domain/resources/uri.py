"""Resource URIs: one scheme a kind, hierarchical, with RFC 3986 percent-encoding."""

import re
from urllib.parse import unquote_to_bytes

import attrs

from ..errors import CommandError, Span
from ..tools.kubectl.kinds import lookup
from ..tools.values import CONTEXT, KIND, NAME, NAMESPACE, Value

CLUSTER = "-"
"""What stands for the namespace of a cluster-wide object in ``k8s-resource``; no namespace is called so."""


@attrs.frozen
class Scheme:
    """One scheme: its *parts* in order, and the *kind* that its URIs name, as kubectl takes it.

    *kind* is empty for a context and where the URI itself names it.
    """

    name: str
    parts: tuple[str, ...]
    kind: str = ""

    @property
    def template(self) -> str:
        """The URI template (RFC 6570, level 1) that clients expand, without the query."""
        return f"{self.name}://" + "/".join(f"{{{part}}}" for part in self.parts)


_OBJECT = ("context", "namespace", "name")
RELEASE = "releases"
"""The kind of Helm releases, which kubectl does not know."""

SCHEMES = (
    Scheme("k8s-context", ("context",)),
    Scheme("k8s-namespace", ("context", "namespace"), "namespaces"),
    Scheme("k8s-deployment", _OBJECT, "deployments.apps"),
    Scheme("k8s-service", _OBJECT, "services"),
    Scheme("k8s-configmap", _OBJECT, "configmaps"),
    Scheme("k8s-pod", _OBJECT, "pods"),
    Scheme("k8s-node", ("context", "name"), "nodes"),
    Scheme("helm-release", _OBJECT, RELEASE),
    Scheme("istio-virtualservice", _OBJECT, "virtualservices.networking.istio.io"),
    Scheme("argocd-application", _OBJECT, "applications.argoproj.io"),
    Scheme("k8s-resource", ("context", "namespace", "kind", "name")),
)
_BY_NAME = {scheme.name: scheme for scheme in SCHEMES}
_BY_KIND = {scheme.kind: scheme for scheme in SCHEMES if scheme.kind}
_VALUES = {"context": CONTEXT, "namespace": NAMESPACE, "kind": KIND, "name": NAME}
_LONGEST = {"context": 253, "namespace": 63, "kind": 253, "name": 253}
_LONGEST_URI = 4000
_FORMATS = ("json", "yaml")


@attrs.frozen
class ResourceUri:
    """What a URI names: a context, a namespace or an object in it.

    *kind* is the plural with its group, as kubectl takes it (``deployments.apps``), ``namespaces``
    for a namespace, ``releases`` for a Helm release, and empty for a context. An object without
    *namespace* is cluster-wide. ``str()`` is the canonical form: the scheme of its kind's own, and
    nothing encoded that need not be.
    """

    context: str
    namespace: str = ""
    kind: str = ""
    name: str = ""

    @classmethod
    def of_namespace(cls, context: str, namespace: str) -> "ResourceUri":
        """The URI of a namespace."""
        return cls(context, namespace, "namespaces", namespace)

    @classmethod
    def of(cls, context: str, kind: str, name: str, namespace: str = "") -> "ResourceUri":
        """The URI of an object; *kind* in any form that kubectl takes (``deploy``, ``Deployment``)."""
        full = canonical_kind(kind)
        if full == "namespaces":
            return cls.of_namespace(context, name)
        return cls(context, namespace, full, name)

    @property
    def scheme(self) -> Scheme:
        """The scheme of its kind's own, else ``k8s-resource``."""
        if not self.kind:
            return _BY_NAME["k8s-context"]
        return _BY_KIND.get(self.kind, _BY_NAME["k8s-resource"])

    @property
    def parent(self) -> "ResourceUri | None":
        """The namespace of an object in one; the context of all else; None for a context."""
        if not self.kind:
            return None
        if self.namespace and self.kind != "namespaces":
            return ResourceUri.of_namespace(self.context, self.namespace)
        return ResourceUri(self.context)

    def __str__(self) -> str:
        scheme = self.scheme
        values = {**attrs.asdict(self), "namespace": self.namespace or CLUSTER}
        return f"{scheme.name}://" + "/".join(_encoded(values[part]) for part in scheme.parts)


@attrs.frozen
class ResourceRequest:
    """A URI as a client wrote it (*text*), what it names, and the representation: ``json`` or ``yaml``."""

    text: str
    uri: ResourceUri
    format: str = "json"


def parse(text: str) -> ResourceUri:
    """What *text* names, which must have no query.

    Raises:
        CommandError: as ``parse_request``.
    """
    request = parse_request(text)
    if "?" in text:
        raise _error(text, text.index("?"), len(text), "Nothing may follow the name here.")
    return request.uri


def parse_request(text: str) -> ResourceRequest:
    """What *text* asks for; ``?format=yaml`` chooses the representation.

    Raises:
        CommandError: not one of our URIs; points at the part that is wrong.
    """
    if len(text) > _LONGEST_URI:
        raise CommandError(f"A resource URI of ours has at most {_LONGEST_URI} characters.")
    name, separator, rest = text.partition("://")
    scheme = _BY_NAME.get(name)
    if not separator or scheme is None:
        known = ", ".join(f"{one.name}://" for one in SCHEMES)
        raise _error(text, 0, len(name), "This is not a resource URI of ours.", f"Known schemes: {known}.")
    path, mark, query = rest.partition("?")
    uri = _uri(scheme, _parts(text, scheme, path))
    if fault := _fault(uri):
        start = len(scheme.name) + 3
        raise _error(text, start, start + len(path), fault)
    return ResourceRequest(text, uri, _format(text, query) if mark else "json")


def canonical_kind(kind: str) -> str:
    """*kind* as plural with group (``deploy`` → ``deployments.apps``); an unknown one in lower case."""
    known = lookup(kind)
    if known is None:
        return kind.lower()
    return f"{known.plural}.{known.group}" if known.group else known.plural


def _parts(text: str, scheme: Scheme, path: str) -> dict[str, str]:
    raw = path.split("/")
    if len(raw) != len(scheme.parts):
        raise _error(
            text, len(scheme.name) + 3, len(scheme.name) + 3 + len(path),
            f"{scheme.name} has {len(scheme.parts)} parts, not {len(raw)}.", f"Write: {scheme.template}",
        )
    found, start = dict[str, str](), len(scheme.name) + 3
    for part, one in zip(scheme.parts, raw, strict=True):
        found[part] = _decoded(text, start, part, one)
        start += len(one) + 1
    return found


def _decoded(text: str, start: int, part: str, raw: str) -> str:
    if not _SEGMENT.fullmatch(raw):
        hint = f"Percent-encode what is not a letter, digit or -._~ (RFC 3986), as {_encoded(raw)}."
        raise _error(text, start, start + len(raw), f"The {part} is empty or not percent-encoded.", hint)
    try:
        value = unquote_to_bytes(raw).decode()
    except UnicodeDecodeError:
        raise _error(text, start, start + len(raw), f"The {part} is not UTF-8.") from None
    kind: Value = _VALUES[part]
    if part == "namespace" and value == CLUSTER and text.startswith("k8s-resource:"):
        return value
    if not kind.accepts(value) or len(value) > _LONGEST[part]:
        raise _error(text, start, start + len(raw), f"The {part} is not {kind.name}.")
    return value


def _uri(scheme: Scheme, found: dict[str, str]) -> ResourceUri:
    context, namespace = found["context"], found.get("namespace", "")
    if scheme.name == "k8s-namespace":
        return ResourceUri.of_namespace(context, namespace)
    kind = canonical_kind(found.get("kind", scheme.kind)) if "name" in found else ""
    if kind == "namespaces":
        return ResourceUri.of_namespace(context, found["name"])
    known = lookup(kind)
    wide = namespace == CLUSTER or (known is not None and not known.namespaced)
    return ResourceUri(context, "" if wide else namespace, kind, found.get("name", ""))


def _fault(uri: ResourceUri) -> str:
    """What is wrong with a URI whose parts are each valid; empty where nothing is."""
    known = lookup(uri.kind)
    namespaced = known.namespaced if known is not None else uri.scheme.parts == _OBJECT
    if uri.kind and namespaced and not uri.namespace:
        return f"{uri.kind} live in a namespace: name it, not -."
    if uri.kind == "namespaces" and not NAMESPACE.accepts(uri.name):
        return "The name is not that of a namespace."
    return ""


def _format(text: str, query: str) -> str:
    name, _, value = query.partition("=")
    if name != "format" or value not in _FORMATS:
        start = text.index("?") + 1
        raise _error(text, start, len(text), "This query is not known.", "Write ?format=yaml, or no query.")
    return value


def _encoded(value: str) -> str:
    return "".join(c if c in _UNRESERVED else "".join(f"%{b:02X}" for b in c.encode()) for c in value)


def _error(text: str, start: int, end: int, message: str, hint: str = "") -> CommandError:
    return CommandError(message, text, Span(start, max(end, start + 1)), hint)


_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_SEGMENT = re.compile(r"(?:[A-Za-z0-9._~-]|%[0-9A-Fa-f]{2})+")
