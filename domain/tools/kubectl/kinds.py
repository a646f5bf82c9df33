"""The kinds that Kubernetes itself has: names, groups, scope, and which of them are delicate."""

import re

import attrs


@attrs.frozen(eq=False, repr=False)
class Kind:
    """A built-in kind: its names in lower case, its group and whether it has namespaces."""

    plural: str
    singular: str
    short: tuple[str, ...] = ()
    group: str = ""
    namespaced: bool = True


_ADMISSION = "admissionregistration.k8s.io"
_RBAC = "rbac.authorization.k8s.io"
_NETWORKING = "networking.k8s.io"
_STORAGE = "storage.k8s.io"
_FLOW = "flowcontrol.apiserver.k8s.io"
_RESOURCE = "resource.k8s.io"

KINDS = (
    Kind("pods", "pod", ("po",)),
    Kind("services", "service", ("svc",)),
    Kind("configmaps", "configmap", ("cm",)),
    Kind("secrets", "secret"),
    Kind("serviceaccounts", "serviceaccount", ("sa",)),
    Kind("events", "event", ("ev",)),
    Kind("endpoints", "endpoints", ("ep",)),
    Kind("limitranges", "limitrange", ("limits",)),
    Kind("persistentvolumeclaims", "persistentvolumeclaim", ("pvc",)),
    Kind("podtemplates", "podtemplate"),
    Kind("replicationcontrollers", "replicationcontroller", ("rc",)),
    Kind("resourcequotas", "resourcequota", ("quota",)),
    Kind("bindings", "binding"),
    Kind("componentstatuses", "componentstatus", ("cs",), namespaced=False),
    Kind("namespaces", "namespace", ("ns",), namespaced=False),
    Kind("nodes", "node", ("no",), namespaced=False),
    Kind("persistentvolumes", "persistentvolume", ("pv",), namespaced=False),
    Kind("deployments", "deployment", ("deploy",), "apps"),
    Kind("statefulsets", "statefulset", ("sts",), "apps"),
    Kind("daemonsets", "daemonset", ("ds",), "apps"),
    Kind("replicasets", "replicaset", ("rs",), "apps"),
    Kind("controllerrevisions", "controllerrevision", (), "apps"),
    Kind("jobs", "job", (), "batch"),
    Kind("cronjobs", "cronjob", ("cj",), "batch"),
    Kind("horizontalpodautoscalers", "horizontalpodautoscaler", ("hpa",), "autoscaling"),
    Kind("poddisruptionbudgets", "poddisruptionbudget", ("pdb",), "policy"),
    Kind("endpointslices", "endpointslice", (), "discovery.k8s.io"),
    Kind("leases", "lease", (), "coordination.k8s.io"),
    Kind("leasecandidates", "leasecandidate", (), "coordination.k8s.io"),
    Kind("ingresses", "ingress", ("ing",), _NETWORKING),
    Kind("networkpolicies", "networkpolicy", ("netpol",), _NETWORKING),
    Kind("ingressclasses", "ingressclass", (), _NETWORKING, namespaced=False),
    Kind("ipaddresses", "ipaddress", ("ip",), _NETWORKING, namespaced=False),
    Kind("servicecidrs", "servicecidr", (), _NETWORKING, namespaced=False),
    Kind("roles", "role", (), _RBAC),
    Kind("rolebindings", "rolebinding", (), _RBAC),
    Kind("clusterroles", "clusterrole", (), _RBAC, namespaced=False),
    Kind("clusterrolebindings", "clusterrolebinding", (), _RBAC, namespaced=False),
    Kind("storageclasses", "storageclass", ("sc",), _STORAGE, namespaced=False),
    Kind("csidrivers", "csidriver", (), _STORAGE, namespaced=False),
    Kind("csinodes", "csinode", (), _STORAGE, namespaced=False),
    Kind("csistoragecapacities", "csistoragecapacity", (), _STORAGE),
    Kind("volumeattachments", "volumeattachment", (), _STORAGE, namespaced=False),
    Kind("volumeattributesclasses", "volumeattributesclass", ("vac",), _STORAGE, namespaced=False),
    Kind("priorityclasses", "priorityclass", ("pc",), "scheduling.k8s.io", namespaced=False),
    Kind("runtimeclasses", "runtimeclass", (), "node.k8s.io", namespaced=False),
    Kind("flowschemas", "flowschema", (), _FLOW, namespaced=False),
    Kind("prioritylevelconfigurations", "prioritylevelconfiguration", (), _FLOW, namespaced=False),
    Kind("deviceclasses", "deviceclass", (), _RESOURCE, namespaced=False),
    Kind("resourceslices", "resourceslice", (), _RESOURCE, namespaced=False),
    Kind("resourceclaims", "resourceclaim", (), _RESOURCE),
    Kind("resourceclaimtemplates", "resourceclaimtemplate", (), _RESOURCE),
    Kind("mutatingwebhookconfigurations", "mutatingwebhookconfiguration", (), _ADMISSION, False),
    Kind(
        "validatingwebhookconfigurations", "validatingwebhookconfiguration", (), _ADMISSION, False
    ),
    Kind("mutatingadmissionpolicies", "mutatingadmissionpolicy", (), _ADMISSION, False),
    Kind(
        "mutatingadmissionpolicybindings", "mutatingadmissionpolicybinding", (), _ADMISSION, False
    ),
    Kind("validatingadmissionpolicies", "validatingadmissionpolicy", (), _ADMISSION, False),
    Kind(
        "validatingadmissionpolicybindings",
        "validatingadmissionpolicybinding",
        (),
        _ADMISSION,
        False,
    ),
    Kind(
        "customresourcedefinitions",
        "customresourcedefinition",
        ("crd", "crds"),
        "apiextensions.k8s.io",
        False,
    ),
    Kind("apiservices", "apiservice", (), "apiregistration.k8s.io", namespaced=False),
    Kind(
        "certificatesigningrequests",
        "certificatesigningrequest",
        ("csr",),
        "certificates.k8s.io",
        False,
    ),
    Kind("clustertrustbundles", "clustertrustbundle", (), "certificates.k8s.io", namespaced=False),
)

_BY_WORD = {word: kind for kind in KINDS for word in (kind.plural, kind.singular, *kind.short)}
_OLDER_GROUPS = {
    "events": "events.k8s.io",
    "deployments": "extensions",
    "daemonsets": "extensions",
    "replicasets": "extensions",
    "ingresses": "extensions",
    "networkpolicies": "extensions",
}
_VERSION = r"v[0-9]+(?:(?:alpha|beta)[0-9]+)?"

CLUSTER_SCOPED = frozenset(kind.plural for kind in KINDS if not kind.namespaced)
SYSTEM_NAMESPACES = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})

ADMIN_KINDS = frozenset(
    kind.plural for kind in KINDS if kind.group in (_RBAC, _ADMISSION, "certificates.k8s.io")
) | {
    "nodes", "namespaces", "customresourcedefinitions", "apiservices", "priorityclasses",
    "serviceaccounts", "storageclasses", "runtimeclasses", "flowschemas",
    "prioritylevelconfigurations",
}  # fmt: skip
"""Kinds whose change grants access or touches the cluster as a whole (security.md 2.1)."""

_ROLE_WORDS = frozenset(
    word for kind in KINDS if kind.group == _RBAC for word in (kind.plural, kind.singular)
)


def lookup(text: str) -> Kind | None:
    """The built-in kind that ``TYPE[.VERSION][.GROUP]`` means to kubectl, or None.

    kubectl ignores case, takes the beginning of a group for the group, and reads a dot without
    anything behind it as the core group; all of that is the same kind here.
    """
    word, _, rest = text.lower().partition(".")
    kind = _BY_WORD.get(word)
    if kind is None or not rest:
        return kind
    version, _, group = rest.partition(".")
    if not re.fullmatch(_VERSION, version):
        group = rest
    return kind if _same_group(kind, group.rstrip(".")) else None


def canonical(text: str) -> str:
    """The plural lower-case name of a built-in kind; any other text in lower case.

    What is called secrets in another API group holds secrets too, and counts as such.
    """
    lowered = text.lower()
    kind = lookup(text)
    if kind is None and lowered.partition(".")[0] in ("secret", "secrets"):
        return "secrets"
    return lowered if kind is None else kind.plural


def grants_access(kind: str) -> bool:
    """Whether *kind*, as ``canonical`` names it, is delicate, or a role of another API group."""
    return kind in ADMIN_KINDS or kind.partition(".")[0] in _ROLE_WORDS


def _same_group(kind: Kind, group: str) -> bool:
    if not group:
        return True
    older = _OLDER_GROUPS.get(kind.plural, "")
    return kind.group.startswith(group) or older.startswith(group)
