"""Operands of istioctl, and the rules about a whole call that most of its verbs share."""

from collections.abc import Callable, Iterable

import attrs

from ...command import Token
from ...effect import Effect
from ..grammar import Demand, Meaning, Subject
from ..invocation import Invocation
from ..shorthand import from_set
from ..slots import Slot, named, slots
from ..values import KIND, NAME, Value

_LOWER = "abcdefghijklmnopqrstuvwxyz0123456789"
_SIGNS = from_set("", _LOWER + "-.")
_NAMED = Value(
    "a name, or NAME.NAMESPACE",
    lambda text: _SIGNS.accepts(text) and all(map(NAME.accepts, text.split("."))),
)
_TYPED = Value(
    "a pod (NAME or NAME.NAMESPACE) or a workload such as deploy/NAME",
    lambda text: text.count("/") < 2 and all(map(_NAMED.accepts, text.split("/"))),
)
_PLURALS = {
    "pods": ("pod", "po"),
    "deployments": ("deployment", "deploy"),
    "daemonsets": ("daemonset", "ds"),
    "statefulsets": ("statefulset", "sts"),
    "replicasets": ("replicaset", "rs"),
    "services": ("service", "svc"),
    "jobs": ("job",),
    "cronjobs": ("cronjob", "cj"),
    "gateways": ("gateway", "gtw"),
}
_KINDS = {name: plural for plural, names in _PLURALS.items() for name in (plural, *names)}


def _workload(token: Token) -> Subject:
    """``[TYPE/]NAME[.NAMESPACE]``."""
    kind, slash, rest = token.text.rpartition("/")
    written = kind.split(".", 1)[0] if slash else "pods"
    name, namespace = _parted(rest)
    return Subject(_KINDS.get(written, written), name, token.span, namespace)


def _of(kind: str) -> Callable[[Token], Subject]:
    """Reads ``NAME[.NAMESPACE]`` of a kind that the verb itself says."""

    def read(token: Token) -> Subject:
        name, namespace = _parted(token.text)
        return Subject(kind, name, token.span, namespace)

    return read


def _parted(text: str) -> tuple[str, str]:
    """Name and namespace; istioctl takes what follows the last dot for the namespace."""
    name, dot, namespace = text.rpartition(".")
    return (name, namespace) if dot else (text, "")


_POD = Slot("POD", _TYPED, _workload)
_PROFILE = Slot("PROFILE", from_set("a built-in profile such as demo", _LOWER + "-"))

ONE_POD = slots(_POD)
MAYBE_POD = slots(Slot("POD", _TYPED, _workload, optional=True))
TWO_PODS = slots(_POD, _POD)
PLAIN_POD = slots(Slot("POD", _NAMED, _of("pods")))
SERVICE = slots(Slot("SERVICE", _NAMED, _of("services")))
ISTIOD_POD = slots(Slot("POD", NAME, named("pods"), optional=True))
WORKLOADS = slots(Slot("WORKLOAD", _NAMED, _of("pods"), many=True))
TAG = slots(Slot("TAG", NAME, named("tag")))
WAYPOINTS = slots(Slot("WAYPOINT", NAME, named("gateways"), optional=True, many=True))
PROFILE = slots(attrs.evolve(_PROFILE, optional=True))
TWO_PROFILES = slots(_PROFILE, _PROFILE)
REVISION_NAME = slots(Slot("REVISION", NAME, named("revision")))
RESOURCE = slots(Slot("TYPE", KIND), Slot("NAME", _NAMED, _of("")))


def known_type(call: Invocation) -> Iterable[Demand]:
    """A workload of a type that istioctl cannot turn into pods is a mistake, or an attempt."""
    for subject in call.subjects:
        if subject.kind not in _PLURALS:
            raise call.error(
                f"{subject.kind} has no pods that istioctl could ask.", subject.span,
                f"Write a pod's name, or one of {', '.join(_PLURALS)} with its name.",
            )
    return ()


def confirmed(call: Invocation) -> Iterable[Demand]:
    """istioctl asks before it changes the mesh, and there is nobody at a terminal to answer."""
    dry = call.with_meaning(Meaning.DRY_RUN)
    if not call.is_true("skip-confirmation") and dry is None:
        raise call.error(
            f"{call.command} asks for a confirmation that nobody can give.", hint="Add -y."
        )
    return ()


def table_only(call: Invocation) -> Iterable[Demand]:
    """The structured dumps hold certificate chains and, from an unmasked proxy, private keys."""
    chosen = call.use("output")
    if chosen is not None and chosen.value != "short":
        yield call.demand(
            Effect.NEVER, f"--output={chosen.value} prints certificates and keys", chosen.span,
            "The default table shows names, validity and serial numbers.",
        )
