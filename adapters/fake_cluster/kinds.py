"""The kinds that the in-memory API server knows, and how a caller may spell them."""

import attrs

from .data import Obj, dig, items, namespace_of


@attrs.frozen
class Kind:
    """One resource of the API; *group* is empty for the core one."""

    kind: str
    plural: str
    version: str = "v1"
    group: str = ""
    short: tuple[str, ...] = ()
    namespaced: bool = True

    @property
    def singular(self) -> str:
        """The kind in lower case."""
        return self.kind.lower()

    @property
    def api_version(self) -> str:
        """Group and version as manifests write them."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def resource(self) -> str:
        """The name in messages about the resource: ``deployments.apps``."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def noun(self) -> str:
        """The name in messages about one object: ``deployment.apps``."""
        return f"{self.singular}.{self.group}" if self.group else self.singular

    def spelled(self, word: str) -> bool:
        """Whether *word* (``po``, ``Pods``, ``deployments.v1.apps``) means this kind."""
        head, _, rest = word.lower().partition(".")
        if head not in (self.plural, self.singular, *self.short):
            return False
        return rest in ("", self.group, f"{self.version}.{self.group}", f"{self.version}.")


_APPS, _BATCH, _NET = "apps", "batch", "networking.k8s.io"
_RBAC, _STORAGE = "rbac.authorization.k8s.io", "storage.k8s.io"
KINDS = (
    Kind("ConfigMap", "configmaps", short=("cm",)),
    Kind("Endpoints", "endpoints", short=("ep",)),
    Kind("Event", "events", short=("ev",)),
    Kind("LimitRange", "limitranges", short=("limits",)),
    Kind("Namespace", "namespaces", short=("ns",), namespaced=False),
    Kind("Node", "nodes", short=("no",), namespaced=False),
    Kind("PersistentVolumeClaim", "persistentvolumeclaims", short=("pvc",)),
    Kind("PersistentVolume", "persistentvolumes", short=("pv",), namespaced=False),
    Kind("Pod", "pods", short=("po",)),
    Kind("ReplicationController", "replicationcontrollers", short=("rc",)),
    Kind("ResourceQuota", "resourcequotas", short=("quota",)),
    Kind("Secret", "secrets"),
    Kind("ServiceAccount", "serviceaccounts", short=("sa",)),
    Kind("Service", "services", short=("svc",)),
    Kind(
        "CustomResourceDefinition",
        "customresourcedefinitions",
        "v1",
        "apiextensions.k8s.io",
        ("crd", "crds"),
        False,
    ),
    Kind("ControllerRevision", "controllerrevisions", "v1", _APPS),
    Kind("DaemonSet", "daemonsets", "v1", _APPS, ("ds",)),
    Kind("Deployment", "deployments", "v1", _APPS, ("deploy",)),
    Kind("ReplicaSet", "replicasets", "v1", _APPS, ("rs",)),
    Kind("StatefulSet", "statefulsets", "v1", _APPS, ("sts",)),
    Kind("HorizontalPodAutoscaler", "horizontalpodautoscalers", "v2", "autoscaling", ("hpa",)),
    Kind("CronJob", "cronjobs", "v1", _BATCH, ("cj",)),
    Kind("Job", "jobs", "v1", _BATCH),
    Kind("Lease", "leases", "v1", "coordination.k8s.io"),
    Kind("EndpointSlice", "endpointslices", "v1", "discovery.k8s.io"),
    Kind("IngressClass", "ingressclasses", "v1", _NET, (), False),
    Kind("Ingress", "ingresses", "v1", _NET, ("ing",)),
    Kind("NetworkPolicy", "networkpolicies", "v1", _NET, ("netpol",)),
    Kind("PodDisruptionBudget", "poddisruptionbudgets", "v1", "policy", ("pdb",)),
    Kind("ClusterRoleBinding", "clusterrolebindings", "v1", _RBAC, (), False),
    Kind("ClusterRole", "clusterroles", "v1", _RBAC, (), False),
    Kind("RoleBinding", "rolebindings", "v1", _RBAC),
    Kind("Role", "roles", "v1", _RBAC),
    Kind("PriorityClass", "priorityclasses", "v1", "scheduling.k8s.io", ("pc",), False),
    Kind("StorageClass", "storageclasses", "v1", _STORAGE, ("sc",), False),
)
ALL = (
    "pods",
    "replicationcontrollers",
    "services",
    "daemonsets",
    "deployments",
    "replicasets",
    "statefulsets",
    "horizontalpodautoscalers",
    "cronjobs",
    "jobs",
)


def defined_by(crd: Obj) -> Kind:
    """The kind that a CustomResourceDefinition adds."""
    names = dig(crd, "spec", "names", default={})
    versions = items(crd, "spec", "versions")
    return Kind(
        str(names["kind"]),
        str(names["plural"]),
        str(versions[0]["name"]) if versions else "v1",
        str(crd["spec"]["group"]),
        tuple(names.get("shortNames", ())),
        crd["spec"].get("scope", "Namespaced") == "Namespaced",
    )


def implied_by(obj: Obj) -> Kind:
    """The kind of an object that nothing defines: its plural is the regular one."""
    group, _, version = str(obj.get("apiVersion", "v1")).rpartition("/")
    word = str(obj["kind"])
    return Kind(word, _plural(word.lower()), version, group, (), bool(namespace_of(obj)))


def _plural(word: str) -> str:
    if word.endswith(("s", "x", "ch", "sh")):
        return word + "es"
    return word[:-1] + "ies" if word.endswith("y") and word[-2:-1] not in "aeiou" else word + "s"
