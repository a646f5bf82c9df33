"""Prompts that find out how things are: troubleshoot, status, inventory, logs."""

from ..prompt import Argument, CommandSource, ObjectSource, Prompt
from ..values import TYPES
from .parts import EVENTS, LABELS, PLACE, WORKLOAD, logs, previous

_OBJECT = ObjectSource("{kind}", "{name}")

_TROUBLESHOOT = Prompt(
    "troubleshoot",
    "Troubleshoot a workload",
    "Why a workload is not healthy: its state, events and logs, and what to conclude from them.",
    WORKLOAD,
    (_OBJECT, EVENTS, logs(2000, "--tail=60"), previous(1500)),
    """\
Find out what is wrong with {kind} {name} in namespace {namespace} of context {context}.

1. State: wanted, updated, ready and available replicas; conditions; of each container the state, the last
   state, exit code and restarts. OOMKilled: the memory limit, or a leak. 137 without it: killed from
   outside, mostly a failing liveness probe or an eviction. 126, 127: the image has no such command. 1, 2:
   the program gave up, its last lines say why. ImagePullBackOff: image, tag or pull secret.
   CreateContainerConfigError: a ConfigMap, a Secret or a key in it is missing. Pending: FailedScheduling
   names what the nodes lack.
2. Time: order the last change (rollout, image, configuration) and the first warning. What changed last is
   the first suspect.
3. Logs: begin with those before the last restart. Tell the first error from those that follow from it.
4. If the Pods are healthy, look at the way to them: selector of the Service, ready endpoints,
   NetworkPolicy, and what the workload itself depends on.

Answer: the cause in one sentence, the lines that prove it, how sure you are, what else is affected, the
smallest fix. If the data does not decide it, make the one call that does.""",
    reads=(
        "kubectl describe pod POD",
        "kubectl logs POD -c CONTAINER --previous --tail=200",
        "kubectl get endpointslices -l kubernetes.io/service-name=SERVICE",
    ),
    changes=("kubectl rollout undo {kind}/{name}", "kubectl set image {kind}/{name} CONTAINER=IMAGE"),
)

_STATUS = Prompt(
    "status",
    "Status of a resource",
    "How one resource is: health, conditions, children and recent events, in a few sentences.",
    WORKLOAD,
    (_OBJECT, EVENTS),
    """\
Tell how {kind} {name} in namespace {namespace} of context {context} is.

- First line: healthy, progressing, degraded or stopped, and why in ten words.
- Then only what deviates: replicas missing, conditions that are not as they should be (reason, since
  when), a generation not yet observed, restarts, warnings that still repeat. A warning that has stopped
  is history.
- A rollout in progress is no fault until its deadline: say what it waits for.
- Name owner and children that explain the state, by their URIs.
- If it is degraded, say what to look at next. The prompt `troubleshoot` embeds the logs, too.""",
    reads=("kubectl describe {kind} {name}",),
)

_INVENTORY = Prompt(
    "inventory",
    "Inventory of a namespace",
    "What runs in a namespace, what is exposed, what it stores, and what stands out.",
    PLACE,
    (
        CommandSource(
            "Workloads", "kubectl get deployments,statefulsets,daemonsets,cronjobs,jobs -o wide", 2000
        ),
        CommandSource("Pods", "kubectl get pods -o wide", 2000),
        CommandSource("What is exposed", "kubectl get services,ingresses -o wide", 1200),
        CommandSource(
            "Bounds and storage",
            "kubectl get persistentvolumeclaims,resourcequotas,limitranges,horizontalpodautoscalers,"
            "poddisruptionbudgets,networkpolicies",
            1500,
        ),
        CommandSource("Helm releases", "helm list", 800),
        LABELS,
    ),
    """\
Take stock of namespace {namespace} in context {context}.

1. One table of applications, not of objects: put what belongs together (names, selectors, labels,
   releases) into one row: workload, image and tag, ready of wanted replicas, how it is reached, what it
   stores, how it was installed.
2. What stands out, worst first: Pods that do not run or that restart; workloads at zero or below their
   number; tags that move (latest) or none; Services without a workload; claims that are not bound; quotas
   nearly used up; finished Jobs that pile up.
3. What is missing for production: a second replica or a disruption budget for what is exposed,
   autoscalers, network policies, requests and limits.

Count what you list, and say where the data was cut. The prompts `status` and `troubleshoot` go on from
here.""",
    reads=("kubectl get pods -l SELECTOR -o wide",),
)

_LOGS = Prompt(
    "logs",
    "Analyse logs",
    "What the logs of a workload tell: errors by cause, since when, how often, and what to do.",
    (
        *WORKLOAD,
        Argument("since", TYPES["duration"], "How far back: 15m, 6h ….", default="1h"),
        Argument("question", TYPES["text"], "What you want to know."),
    ),
    (
        CommandSource("Its Pods", "kubectl get pods -o wide", 600, only="{name}"),
        logs(5500, "--since={since} --tail=400"),
        previous(1500),
        EVENTS,
    ),
    """\
Read the logs of {kind} {name} in namespace {namespace} of context {context}, the last {since}.
The question: {question}

- Group lines by what they say, not by how they are spelled: how many, first and last, which Pods. A line
  `[N more like it]` stands for N lines that differ in numbers only.
- Causes before symptoms: the earliest error that the others follow from. A refused connection or a
  timeout points at the other side: name it. One Pod alone points at its node or its data, all of them at
  a release or at something they depend on.
- Set changes of the rate against restarts and events. Silence where there should be lines is a finding,
  too.
- What should not be logged at all (personal data, credentials, floods) comes last.

Answer the question first, with the lines that prove it. Read what was left out if the answer hangs on it.""",
    reads=(
        "kubectl logs {kind}/{name} --all-pods --all-containers --since={since} "
        "| grep -i -E 'error|fatal|panic'",
        "kubectl logs POD --since-time=2026-01-02T15:04:05Z --tail=200",
    ),
)

LOOKING = (_TROUBLESHOOT, _STATUS, _INVENTORY, _LOGS)
