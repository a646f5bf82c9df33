"""The prompt about Istio."""

from ..prompt import Argument, CommandSource, Prompt
from ..values import TYPES
from .parts import LABELS, PLACE

_KINDS = ",".join(
    (
        *(
            f"{kind}.networking.istio.io"
            for kind in ("virtualservices", "destinationrules", "gateways", "serviceentries")
        ),
        *(f"{kind}.security.istio.io" for kind in ("peerauthentications", "authorizationpolicies")),
    )
)
_COLUMNS = (
    "POD:.metadata.name,PHASE:.status.phase,READY:.status.containerStatuses[*].ready,"
    "CONTAINERS:.spec.containers[*].name,INIT:.spec.initContainers[*].name,"
    "MODE:.metadata.labels.istio\\.io/dataplane-mode"
)

MESH = Prompt(
    "mesh",
    "Diagnose the service mesh",
    "Why traffic does not flow through Istio as it should: analysis, proxies, routes, policies.",
    (*PLACE, Argument("symptom", TYPES["text"], "What goes wrong: who calls whom, and what is the answer.")),
    (
        CommandSource("Analysis", "istioctl analyze", 1500),
        CommandSource("Proxies, and what they have", "istioctl proxy-status", 1500),
        CommandSource("Versions", "istioctl version", 300),
        CommandSource("Configuration of the mesh", f"kubectl get {_KINDS}", 1500),
        CommandSource("Pods and their sidecars", f"kubectl get pods -o 'custom-columns={_COLUMNS}'", 1500),
        CommandSource("Services and endpoints", "kubectl get services,endpointslices -o wide", 1500),
        LABELS,
    ),
    """\
Diagnose the mesh in namespace {namespace} of context {context}. The symptom: {symptom}

1. Is the Pod in the mesh at all? A label istio-injection or istio.io/rev on the namespace, istio-proxy
   among containers or init containers, or dataplane-mode ambient. Pods that are older than the label have
   no sidecar until they are restarted.
2. Does the proxy have what istiod sent? STALE or NOT SENT, a proxy that proxy-status does not list, or a
   version far from istiod's comes before any search in the routes.
3. Routes: hosts of a VirtualService that no Service has; subsets that no DestinationRule names or no
   Pod's labels match; a Gateway that it is not bound to; ports without a protocol in name or appProtocol.
4. Policies: PeerAuthentication STRICT resets callers from outside of the mesh; an AuthorizationPolicy
   that allows something denies all else (403, RBAC: access denied).
5. Flags in the access log: UH no healthy endpoint, UF no connection (often mTLS), NR no route, UT
   timeout.

Answer: cause, proof, smallest change.""",
    reads=(
        "istioctl experimental describe pod POD",
        "istioctl proxy-config cluster POD --fqdn=HOST",
        "istioctl proxy-config endpoint POD --cluster=CLUSTER",
        "kubectl logs POD -c istio-proxy --tail=100",
    ),
    changes=("kubectl apply -f -",),
    tool="istioctl",
)
