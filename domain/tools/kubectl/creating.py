"""``kubectl create`` and what stands below it, ``expose`` and ``run``."""

from ...effect import Effect
from ..grammar import Flag, Meaning, Verb
from ..values import BOOL, COUNT, IMAGE, INTEGER, PERCENT, SELECTOR, TEXT, one_of
from . import checks, flags, forms, operands
from .flags import admin, banned
from .printing import PRINTING, printed
from .secrets import secrets

_NEW = (*PRINTING, flags.DRY_RUN, flags.FIELD_MANAGER, flags.SAVE_CONFIG, flags.VALIDATE)
_MADE = (printed, secrets)
_FROM_FILES = (
    banned(
        Meaning.FILE, "from-file", repeats=True,
        why="Kubeport reads no files: give each value with --from-literal=KEY=VALUE.",
    ),
    banned(
        Meaning.FILE, "from-env-file",
        why="Kubeport reads no files: give each value with --from-literal=KEY=VALUE.",
        repeats=True,
    ),
)  # fmt: skip
_IMAGE = Flag("image", value=IMAGE)
_PORTS = Flag("tcp", value=forms.PORT_PAIRS, repeats=True)
_RULES = (
    Flag("verb", value=forms.RULE_WORDS, repeats=True),
    Flag("resource", value=forms.RULE_WORDS, repeats=True),
    Flag("resource-name", value=forms.PRINCIPAL, repeats=True),
)
BOUND = (
    Flag("user", value=forms.PRINCIPAL, repeats=True),
    Flag("group", value=forms.PRINCIPAL, repeats=True),
    Flag("serviceaccount", value=forms.ACCOUNT, repeats=True),
)


def _made(
    kind: str,
    word: str,
    *own: Flag,
    aliases: tuple[str, ...] = (),
    effect: Effect = Effect.WRITE,
    below: str = "",
    dashes: bool = False,
    namespaced: bool = True,
    summary: str,
) -> Verb:
    """The verb that creates one object of *kind*: ``kubectl create [BELOW] WORD NAME``."""
    return Verb(
        ("create", below, word) if below else ("create", word),
        effect,
        (*_NEW, *own),
        aliases,
        operands.name_of(kind),
        _MADE,
        namespaced=namespaced,
        after_dashes=dashes,
        summary=summary,
        why="it grants access, or weighs on the whole cluster" if effect is Effect.ADMIN else "",
    )


_WORKLOADS = (
    _made(
        "cronjobs", "cronjob",
        _IMAGE, Flag("schedule", value=forms.SCHEDULE),
        Flag("restart", value=one_of("OnFailure", "Never")),
        aliases=("cj",), dashes=True, summary="Create a cron job with the specified name",
    ),
    _made(
        "deployments", "deployment",
        Flag("image", value=IMAGE, repeats=True), Flag("port", value=forms.PORT),
        Flag("replicas", "r", value=COUNT),
        aliases=("deploy",), dashes=True, summary="Create a deployment with the specified name",
    ),
    _made(
        "jobs", "job", _IMAGE, Flag("from", value=forms.JOB_SOURCE),
        dashes=True, summary="Create a job with the specified name",
    ),
)  # fmt: skip

_SETTINGS = (
    _made(
        "configmaps", "configmap",
        Flag("append-hash"), Flag("from-literal", value=forms.KEY_TEXT, repeats=True), *_FROM_FILES,
        aliases=("cm",), summary="Create a config map from literal values",
    ),
    _made(
        "ingresses", "ingress",
        Flag("annotation", value=forms.ANNOTATION_PAIR, repeats=True),
        Flag("class", value=forms.OBJECT_NAME), Flag("default-backend", value=forms.BACKEND),
        Flag("rule", value=forms.INGRESS_RULE, repeats=True),
        aliases=("ing",), summary="Create an ingress with the specified name",
    ),
    _made(
        "namespaces", "namespace", aliases=("ns",), namespaced=False,
        summary="Create a namespace with the specified name",
    ),
    _made(
        "poddisruptionbudgets", "poddisruptionbudget",
        Flag("max-unavailable", value=PERCENT), Flag("min-available", value=PERCENT),
        Flag("selector", value=SELECTOR),
        aliases=("pdb",), summary="Create a pod disruption budget with the specified name",
    ),
    _made(
        "priorityclasses", "priorityclass",
        Flag("description", value=TEXT), Flag("global-default"),
        Flag("preemption-policy", value=one_of("PreemptLowerPriority", "Never")),
        Flag("value", value=forms.PRIORITY),
        aliases=("pc",), effect=Effect.ADMIN, namespaced=False,
        summary="Create a priority class with the specified name",
    ),
    _made(
        "resourcequotas", "quota",
        Flag("hard", value=forms.AMOUNTS), Flag("scopes", value=forms.RULE_WORDS),
        aliases=("resourcequota",), summary="Create a quota with the specified name",
    ),
    _made(
        "serviceaccounts", "serviceaccount", aliases=("sa",),
        summary="Create a service account with the specified name",
    ),
)  # fmt: skip

_ACCESS = (
    _made(
        "clusterroles", "clusterrole",
        *_RULES, Flag("aggregation-rule", value=forms.LABEL_PAIRS),
        Flag("non-resource-url", value=forms.RULE_WORDS, repeats=True),
        effect=Effect.ADMIN, namespaced=False, summary="Create a cluster role",
    ),
    _made(
        "clusterrolebindings", "clusterrolebinding",
        *BOUND, Flag("clusterrole", value=forms.OBJECT_NAME),
        effect=Effect.ADMIN, namespaced=False,
        summary="Create a cluster role binding for a particular cluster role",
    ),
    _made("roles", "role", *_RULES, effect=Effect.ADMIN, summary="Create a role with single rule"),
    _made(
        "rolebindings", "rolebinding",
        *BOUND, Flag("clusterrole", value=forms.OBJECT_NAME), Flag("role", value=forms.OBJECT_NAME),
        effect=Effect.ADMIN, summary="Create a role binding for a particular role or cluster role",
    ),
)  # fmt: skip

_SERVICES = (
    Verb(
        ("create", "service"), group=True, aliases=("svc",),
        summary="Create a service using a specified subcommand",
    ),
    _made(
        "services", "clusterip", _PORTS, Flag("clusterip", value=forms.CLUSTER_IP),
        below="service", summary="Create a ClusterIP service",
    ),
    _made(
        "services", "externalname", _PORTS, Flag("external-name", value=forms.HOST),
        below="service", summary="Create an ExternalName service",
    ),
    _made(
        "services", "loadbalancer", _PORTS, below="service", summary="Create a LoadBalancer service"
    ),
    _made(
        "services", "nodeport", _PORTS, Flag("node-port", value=forms.PORT),
        below="service", summary="Create a NodePort service",
    ),
)  # fmt: skip

_SECRETS = (
    Verb(("create", "secret"), group=True, summary="Create a secret using a specified subcommand"),
    _made(
        "secrets", "docker-registry",
        Flag("append-hash"), Flag("docker-email", value=TEXT), Flag("docker-username", value=TEXT),
        Flag("docker-password", value=TEXT, meaning=Meaning.CREDENTIALS),
        Flag("docker-server", value=TEXT), _FROM_FILES[0],
        below="secret", summary="Create a secret for use with a Docker registry",
    ),
    _made(
        "secrets", "generic",
        Flag("append-hash"), Flag("type", value=forms.SECRET_TYPE),
        Flag("from-literal", value=forms.KEY_TEXT, repeats=True, meaning=Meaning.CREDENTIALS),
        *_FROM_FILES,
        below="secret", summary="Create a secret from literal values",
    ),
)  # fmt: skip

_POD_SPEC = "It could change anything: hand a manifest over, kubectl apply -f -."
_REMOTE_POD = (
    banned(Meaning.INTERACTIVE, "attach", value=BOOL, why="Nothing is attached: use kubectl logs."),
    banned(Meaning.INTERACTIVE, "stdin", "i", BOOL),
    banned(Meaning.INTERACTIVE, "tty", "t", BOOL),
    banned(Meaning.INTERACTIVE, "leave-stdin-open", value=BOOL),
    banned(Meaning.INTERACTIVE, "rm", value=BOOL, why="It needs --attach: delete the pod later."),
    banned(Meaning.PROGRAM, "privileged", value=BOOL, why="A privileged pod owns its node."),
    banned(Meaning.PROGRAM, "overrides", why=_POD_SPEC),
    banned(Meaning.PROGRAM, "override-type", why=_POD_SPEC),
)

_OTHERS = (
    Verb(
        ("create",), Effect.WRITE,
        (
            *_NEW, flags.MANIFEST, flags.KUSTOMIZE, flags.RECURSIVE, flags.RAW_REFUSED,
            flags.SELECT,
            banned(Meaning.PROGRAM, "edit", value=BOOL, why="Kubeport starts no editor."),
            Flag("windows-line-endings"),
        ),
        operands=operands.manifest, checks=_MADE,
        summary="Create a resource from a manifest",
    ),
    Verb(
        ("expose",), Effect.WRITE,
        (
            *PRINTING, *flags.FILES, flags.DRY_RUN, flags.FIELD_MANAGER, flags.SAVE_CONFIG,
            flags.RECORD,
            Flag("name", value=forms.OBJECT_NAME), Flag("labels", "l", value=forms.LABEL_PAIRS),
            Flag("selector", value=SELECTOR), Flag("port", value=forms.PORT),
            Flag("target-port", value=forms.PORT_OR_NAME),
            Flag("protocol", value=one_of("TCP", "UDP", "SCTP")),
            Flag("type", value=one_of("ClusterIP", "NodePort", "LoadBalancer", "ExternalName")),
            Flag("cluster-ip", value=forms.CLUSTER_IP),
            Flag("load-balancer-ip", value=forms.ADDRESS),
            Flag("session-affinity", value=one_of("None", "ClientIP")),
            admin("external-ip", forms.ADDRESS, why="An external address may catch other traffic."),
            *(flag for flag in _REMOTE_POD if flag.name.startswith("override")),
        ),
        operands=operands.resources, checks=(*_MADE, checks.delicate),
        summary="Expose a workload as a new Kubernetes service",
    ),
    Verb(
        ("run",), Effect.ADMIN,
        (
            *PRINTING, *_REMOTE_POD, flags.KUSTOMIZE, flags.RECURSIVE,
            flags.DRY_RUN, flags.FIELD_MANAGER, flags.SAVE_CONFIG, flags.POD_RUNNING, flags.ENDS,
            flags.RECORD,
            _IMAGE, Flag("annotations", value=forms.ANNOTATION_PAIR, repeats=True),
            Flag("env", value=forms.ENV_PAIR, repeats=True),
            Flag("labels", "l", value=forms.LABEL_PAIRS), Flag("port", value=forms.PORT),
            Flag("expose"), Flag("command"), Flag("quiet", "q"), Flag("force"), Flag("wait"),
            Flag("cascade", value=flags.CASCADES, bare="background"),
            Flag("grace-period", value=INTEGER), Flag("detach-keys", value=TEXT),
            Flag("image-pull-policy", value=one_of("Always", "IfNotPresent", "Never")),
            Flag("restart", value=one_of("Always", "OnFailure", "Never")),
        ),
        operands=operands.name_of("pods"), checks=_MADE, after_dashes=True,
        summary="Run a particular image on the cluster",
        why="it starts any image with any program",
        instead="At the level write: kubectl create deployment NAME --image=IMAGE.",
    ),
)  # fmt: skip

VERBS = (*_OTHERS, *_WORKLOADS, *_SETTINGS, *_ACCESS, *_SERVICES, *_SECRETS)
