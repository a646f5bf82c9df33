"""What an object names without owning it: nodes, configuration, services, targets."""

from collections.abc import Callable

from .links import object_link, unique
from .naming import kind_of, link
from .pod_parts import references
from .telling import linked
from .tree import Tree
from .uri import ResourceUri

Finder = Callable[[ResourceUri, Tree], list[str]]


def related(uri: ResourceUri, obj: Tree) -> list[str]:
    """The URIs of what *obj* refers to, at most 50."""
    find = _FINDERS.get(uri.kind)
    return unique(find(uri, obj)) if find else []


def _pod(uri: ResourceUri, obj: Tree) -> list[str]:
    node = obj.at("spec", "nodeName").text(253)
    own = linked(uri.context, references(obj.at("spec")), uri.namespace)
    return [link(uri.context, "nodes", node) if node else "", *own]


def _template(*path: str) -> Finder:
    def find(uri: ResourceUri, obj: Tree) -> list[str]:
        spec = obj.at("spec", *path, "template", "spec")
        return linked(uri.context, references(spec), uri.namespace)

    return find


def _ingress(uri: ResourceUri, obj: Tree) -> list[str]:
    spec = obj.at("spec")
    paths = (path for rule in spec.at("rules").items() for path in rule.at("http", "paths").items())
    backends = [*(path.at("backend") for path in paths), spec.at("defaultBackend")]
    services = [("services", one.at("service", "name").text(253)) for one in backends]
    tls = [("secrets", one.at("secretName").text(253)) for one in spec.at("tls").items()]
    return linked(uri.context, [*services, *tls], uri.namespace)


def _autoscaler(uri: ResourceUri, obj: Tree) -> list[str]:
    return [object_link(uri.context, obj.at("spec", "scaleTargetRef"), uri.namespace)]


def _claim(uri: ResourceUri, obj: Tree) -> list[str]:
    return [link(uri.context, "persistentvolumes", obj.at("spec", "volumeName").text(253))]


def _virtual_service(uri: ResourceUri, obj: Tree) -> list[str]:
    found = list[str]()
    for protocol in ("http", "tls", "tcp"):
        for rule in obj.at("spec", protocol).items():
            hosts = (route.at("destination", "host").text(253) for route in rule.at("route").items())
            found += [_service(uri, host) for host in hosts]
    return found


def _service(uri: ResourceUri, host: str) -> str:
    """A host of the mesh as a Service: ``web``, ``web.shop`` or ``web.shop.svc.cluster.local``."""
    name, _, rest = host.partition(".")
    namespace, _, domain = rest.partition(".")
    if domain and not f"{domain}.".startswith("svc."):
        return ""
    return link(uri.context, "services", name, namespace or uri.namespace)


def _application(uri: ResourceUri, obj: Tree) -> list[str]:
    """What Argo CD keeps in the cluster that it runs in; another one has no context known to us."""
    destination = obj.at("spec", "destination")
    if destination.at("server").value != _SAME_CLUSTER and destination.at("name").value != "in-cluster":
        return []
    space = destination.at("namespace").text(63)
    parts = obj.at("status", "resources").items(100)
    return [link(uri.context, "namespaces", space), *(_managed(uri, one) for one in parts)]


def _managed(uri: ResourceUri, one: Tree) -> str:
    kind = kind_of(f"{one.at('group').text()}/", one.at("kind").text())
    return link(uri.context, kind, one.at("name").text(253), one.at("namespace").text(63))


_SAME_CLUSTER = "https://kubernetes.default.svc"
_FINDERS: dict[str, Finder] = {
    "pods": _pod,
    **dict.fromkeys(
        ("deployments.apps", "statefulsets.apps", "daemonsets.apps", "replicasets.apps", "jobs.batch"),
        _template(),
    ),
    "cronjobs.batch": _template("jobTemplate", "spec"),
    "ingresses.networking.k8s.io": _ingress,
    "horizontalpodautoscalers.autoscaling": _autoscaler,
    "persistentvolumeclaims": _claim,
    "virtualservices.networking.istio.io": _virtual_service,
    "applications.argoproj.io": _application,
}
