"""The prompt that looks at a namespace as an attacker would."""

from ..prompt import CommandSource, Prompt
from .parts import LABELS, PLACE

_POD = "POD:.metadata.name,ACCOUNT:.spec.serviceAccountName,TOKEN:.spec.automountServiceAccountToken"
_NODE = "HOSTNET:.spec.hostNetwork,HOSTPID:.spec.hostPID,HOSTPATHS:.spec.volumes[*].hostPath.path"
_CONTAINER = ",".join(
    f"{name}:.spec.containers[*].{path}"
    for name, path in (
        ("NONROOT", "securityContext.runAsNonRoot"),
        ("USER", "securityContext.runAsUser"),
        ("PRIVILEGED", "securityContext.privileged"),
        ("ESCALATION", "securityContext.allowPrivilegeEscalation"),
        ("READONLY", "securityContext.readOnlyRootFilesystem"),
        ("ADDED", "securityContext.capabilities.add"),
        ("IMAGES", "image"),
    )
)
_COLUMNS = f"{_POD},{_NODE},POD_NONROOT:.spec.securityContext.runAsNonRoot,{_CONTAINER}"

SECURITY = Prompt(
    "security-check",
    "Security check of a namespace",
    "What an attacker could use in a namespace: Pod settings, exposure, permissions, isolation.",
    PLACE,
    (
        CommandSource("Settings of the Pods", f"kubectl get pods -o 'custom-columns={_COLUMNS}'", 3000),
        CommandSource(
            "Exposure and isolation", "kubectl get services,ingresses,networkpolicies -o wide", 1500
        ),
        CommandSource("Rights inside", "kubectl get rolebindings,roles,serviceaccounts -o wide", 1500),
        CommandSource(
            "Rights in the whole cluster", "kubectl get clusterrolebindings -o wide", 1000, only="{namespace}"
        ),
        LABELS,
    ),
    """\
Check the security of namespace {namespace} in context {context}. No Secret is read, and none is needed.

Rank by what an attacker gains, not by a checklist:
1. Ways to the node or the cluster: privileged, host network, host PID, hostPath, added capabilities
   (SYS_ADMIN, NET_ADMIN); bindings to cluster-admin, or to roles that read Secrets, create Pods or grant
   roles.
2. Ways in: LoadBalancer, NodePort and Ingress, and whether each is meant to be public. Without a
   NetworkPolicy every Pod of the cluster reaches every Pod here.
3. What makes a break-in worse: root (no runAsNonRoot, or user 0), escalation that nobody forbids, a root
   file system that can be written, tokens mounted where nothing calls the API, rights of the account
   `default`, tags that move.
4. The label pod-security.kubernetes.io/enforce: which level holds, and which Pods would fail
   `restricted`.
<none> means that a field is not set, so that the default of Kubernetes holds.

Answer as a table: severity, what, which objects, proof, smallest fix. A fix belongs into the manifests
that the objects come from.""",
    reads=("kubectl describe role ROLE", "kubectl auth can-i --list"),
    changes=("kubectl apply -f -",),
)
