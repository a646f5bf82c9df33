"""A small cluster with one of everything that a scheme names."""

from typing import Any

from kubeport.adapters.fake_cluster import Failure, FakeCluster, Release
from kubeport.application.kubeport import Kubeport
from kubeport.application.settings import Settings
from kubeport.containers import in_memory
from kubeport.domain.errors import KubeportError

Obj = dict[str, Any]


def obj(api_version: str, kind: str, name: str, namespace: str = "web", **more: Any) -> Obj:
    """An object as manifests have it; an empty namespace is none."""
    meta = {"name": name, **({"namespace": namespace} if namespace else {}), **more.pop("meta", {})}
    return {"apiVersion": api_version, "kind": kind, "metadata": meta, **more}


def deployment(name: str = "api") -> Obj:
    """A Deployment of two pods that take configuration from the ConfigMap ``settings``."""
    labels = {"app": name}
    container = {
        "name": "main",
        "image": "example.invalid/api:1",
        "envFrom": [{"configMapRef": {"name": "settings"}}],
    }
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": 2, "selector": {"matchLabels": labels}, "template": template}
    return obj("apps/v1", "Deployment", name, spec=spec)


ROUTE = obj(
    "networking.istio.io/v1",
    "VirtualService",
    "route",
    spec={"hosts": ["api"], "http": [{"route": [{"destination": {"host": "api"}, "weight": 100}]}]},
)
APPLICATION = obj(
    "argoproj.io/v1alpha1",
    "Application",
    "site",
    spec={
        "project": "default",
        "source": {"repoURL": "https://git.invalid/site", "path": "deploy"},
        "destination": {"server": "https://kubernetes.default.svc", "namespace": "web"},
    },
    status={
        "health": {"status": "Degraded", "message": "a pod crashes"},
        "sync": {"status": "OutOfSync", "revision": "4f0c"},
        "resources": [{"group": "apps", "kind": "Deployment", "name": "api", "namespace": "web"}],
    },
)
SETTINGS = obj("v1", "ConfigMap", "settings", data={"LEVEL": "info", "PASSWORD": "hunter2hunter2"})
SECRET = obj("v1", "Secret", "login", type="Opaque", data={"token": "c3VwZXItc2VjcmV0LXZhbHVl"})
WARNING = obj(
    "v1",
    "Event",
    "api.1",
    type="Warning",
    reason="FailedCreate",
    message="quota exceeded",
    involvedObject={"kind": "Deployment", "name": "api", "namespace": "web"},
    lastTimestamp="2026-01-15T11:59:00Z",
    count=3,
)
WIDGETS = obj(
    "apiextensions.k8s.io/v1",
    "CustomResourceDefinition",
    "widgets.example.com",
    "",
    spec={
        "group": "example.com",
        "scope": "Namespaced",
        "names": {"kind": "Widget", "plural": "widgets", "singular": "widget"},
        "versions": [{"name": "v1", "served": True, "storage": True}],
    },
)
OBJECTS = [
    WIDGETS,
    obj("v1", "Namespace", "web", ""),
    obj("v1", "Node", "n1", "", status={"conditions": [{"type": "Ready", "status": "True"}]}),
    deployment(),
    obj("v1", "Service", "api", spec={"selector": {"app": "api"}, "ports": [{"port": 80}]}),
    SETTINGS,
    SECRET,
    WARNING,
    ROUTE,
    APPLICATION,
    obj("example.com/v1", "Widget", "w1", spec={"size": 3}),
    obj("v1", "Pod", "lone", spec={"containers": [{"name": "c", "image": "i"}]}),
]
RELEASE = Release("shop", "shop-1.2.3", "web", 1, "9", objects=(SETTINGS, SECRET, deployment()))
URIS = (
    "k8s-context://dev",
    "k8s-namespace://dev/web",
    "k8s-deployment://dev/web/api",
    "k8s-service://dev/web/api",
    "k8s-configmap://dev/web/settings",
    "k8s-pod://dev/web/lone",
    "k8s-node://dev/n1",
    "helm-release://dev/web/shop",
    "istio-virtualservice://dev/web/route",
    "argocd-application://dev/web/site",
    "k8s-resource://dev/web/widgets.example.com/w1",
)
"""One URI for every scheme."""


def cluster(*failures: Failure, objects: list[Obj] | None = None, **options: Any) -> FakeCluster:
    """The cluster, or one with *objects* instead, in the contexts ``dev`` and ``arn:aws:eks:eu/a``."""
    contexts = options.pop("contexts", ("dev", "arn:aws:eks:eu/a"))
    found = OBJECTS if objects is None else objects
    return FakeCluster(found, contexts, failures=failures, releases=[RELEASE], **options)


def port(fake: FakeCluster, settings: Settings | None = None, **options: Any) -> Kubeport:
    """Kubeport over it, with the audit and clock of *options*."""
    return in_memory(fake, settings, **options)


async def fault(kubeport: Kubeport, uri: str) -> KubeportError:
    """The error that reading *uri* ends with."""
    try:
        found = await kubeport.read(uri)
    except KubeportError as error:
        return error
    raise AssertionError(f"{uri} was read: {found}")
