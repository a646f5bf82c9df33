"""Prompts that prepare a change of a workload: deploy, scale."""

from ..prompt import Argument, CommandSource, ObjectSource, Prompt
from ..values import TYPES
from .parts import LABELS, NAME, PLACE, WORKLOAD

_DEPLOY = Prompt(
    "deploy",
    "Deploy an application",
    "Deploy an application: what is there already, which bounds hold, and a manifest that fits.",
    (
        *PLACE,
        NAME,
        Argument("image", TYPES["text"], "Image with tag or digest."),
        Argument("wishes", TYPES["text"], "What else it needs: port, replicas, host name, storage …."),
    ),
    (
        ObjectSource("deployment", "{name}"),
        CommandSource(
            "What is there", "kubectl get deployments,statefulsets,services,ingresses -o wide", 1800
        ),
        CommandSource("Bounds that hold", "kubectl describe resourcequotas,limitranges", 1000),
        CommandSource("Isolation", "kubectl get networkpolicies,poddisruptionbudgets", 500),
        CommandSource("Classes to choose from", "kubectl get ingressclasses,storageclasses", 500),
        LABELS,
    ),
    """\
Deploy {name} into namespace {namespace} of context {context}. Image: {image}. Wishes: {wishes}

1. If a Deployment of that name is there, this is an update: keep what nobody asked to change, say what
   changes, and mind who owns it (what Helm or Argo CD made is changed there, not here).
2. Follow what the others in this namespace do: labels, names, ports, Ingress class and hosts.
3. The manifest has a fixed tag or digest, requests and limits that fit quota and limit range, readiness
   and liveness probes, runAsNonRoot, allowPrivilegeEscalation false, all capabilities dropped, two
   replicas or more if it is exposed, and what the label pod-security.kubernetes.io/enforce demands.
   Secrets are named in it, never written out.
4. Ask for what you cannot know (image, port, host name) before you write anything down.""",
    reads=(
        "kubectl rollout status deployment/{name} --timeout=60s",
        "kubectl events --for=deployment/{name}",
    ),
    changes=("kubectl apply -f - --dry-run=server", "kubectl apply -f -"),
)

_SCALE = Prompt(
    "scale",
    "Scale a workload",
    "Whether and how to scale a workload: load, autoscaler, quota, disruption budget, room on the nodes.",
    (*WORKLOAD, Argument("replicas", TYPES["number"], "The number wanted.")),
    (
        ObjectSource("{kind}", "{name}"),
        CommandSource(
            "Autoscalers, budgets and quotas",
            "kubectl get horizontalpodautoscalers,poddisruptionbudgets,resourcequotas",
            1500,
        ),
        CommandSource("Use of its Pods", "kubectl top pod", 800, only="{name}"),
        CommandSource("Use of the nodes", "kubectl top node", 800),
    ),
    """\
Scale {kind} {name} in namespace {namespace} of context {context}. Wanted replicas: {replicas}

1. Is the number the answer? Compare use with requests and limits. Pods that crash, or that wait for a
   lock or a full database, do not get better by number. If none was said, propose one and show the sum.
2. What works against it: an autoscaler that targets the workload sets the number back, so change its
   minimum or maximum instead; a quota that the new Pods would break; a volume that only one Pod can
   mount. A StatefulSet starts its Pods one by one, a DaemonSet has no number.
3. Room: new Pods times requests against what the nodes have left.
4. Down: which number do load and budget allow, and what is lost (connections, caches, a quorum's
   majority)? Zero is an outage.""",
    reads=("kubectl rollout status {kind}/{name} --timeout=60s", "kubectl get horizontalpodautoscalers"),
    changes=("kubectl scale {kind}/{name} --replicas=NUMBER --current-replicas=NUMBER",),
)

CHANGING = (_DEPLOY, _SCALE)
