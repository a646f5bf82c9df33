"""Rules about whole calls: what only lists, what needs admin, and what would destroy a cluster."""

import re
from collections.abc import Iterable, Iterator

from ...effect import Effect
from ..grammar import Demand, Subject
from ..invocation import Invocation
from .kinds import CLUSTER_SCOPED, SYSTEM_NAMESPACES, grants_access
from .operands import split_changes
from .secrets import secret_demands

_LISTING_ONLY = ("from", "env", "resolve")
DELICATE_KEYS: dict[str, tuple[str, ...]] = {
    "namespaces": (
        "pod-security.kubernetes.io/",
        "scheduler.alpha.kubernetes.io/",
        "admission.gatekeeper.sh/",
    ),
    "serviceaccounts": ("eks.amazonaws.com/", "iam.gke.io/", "azure.workload.identity/"),
}
"""Label and annotation keys that alone make a change of these kinds delicate."""
_REQUIREMENT = r"(?:[^,()]|\([^)]*\))+"
_NEGATIVE = r"\s*!|.*!=|.*\snotin\s"
_NAMESPACE_BY_LABEL = r"(?:^|[,\s!])(?:kubernetes\.io/metadata\.name|name)\b"
_NARROW = "Name the objects, or select them with -l KEY=VALUE in one namespace."


def changes_unless_listing(call: Invocation) -> Iterable[Demand]:
    """Check: ``--list`` without any change only reads (label, annotate, set env)."""
    _, changed = split_changes(call.operands)
    if call.is_true("list") and not changed and not any(map(call.use, _LISTING_ONLY)):
        return ()
    return (call.demand(Effect.WRITE, f"{call.command} changes the cluster"),)


def delicate(call: Invocation) -> Iterable[Demand]:
    """Check: a change of nodes, access or the cluster as a whole needs admin."""
    return admin_demands(call, call.subjects)


def admin_demands(call: Invocation, subjects: Iterable[Subject]) -> tuple[Demand, ...]:
    """An admin demand for each of *subjects* whose change is delicate."""
    if call.is_true("list") and not split_changes(call.operands)[1]:
        return ()
    return tuple(
        call.demand(Effect.ADMIN, f"Changing {subject.kind} is for admins.", subject.span)
        for subject in subjects
        if grants_access(subject.kind) and _touches(call, subject.kind)
    )


def subject_demands(call: Invocation, subjects: Iterable[Subject]) -> tuple[Demand, ...]:
    """What a manifest's objects add to the demands of a call that takes it with ``-f -``."""
    found = tuple(subjects)
    return (*admin_demands(call, found), *secret_demands(call, found))


def _touches(call: Invocation, kind: str) -> bool:
    """Whether a change of labels or annotations is of a delicate key; other changes always are."""
    keys = DELICATE_KEYS.get(kind)
    if keys is None or call.verb.path not in (("label",), ("annotate",)):
        return True
    return any(word.text.startswith(keys) for word in split_changes(call.operands)[1])


def everywhere(call: Invocation) -> Iterable[Demand]:
    """Check: a change in every namespace needs admin, and one of every object never happens."""
    if not call.is_true("all-namespaces") or not tuple(changes_unless_listing(call)):
        return ()
    if _broad(call):
        return (call.demand(Effect.NEVER, "A change of everything everywhere.", None, _NARROW),)
    return (call.demand(Effect.ADMIN, "A change in every namespace at once: name one with -n."),)


def spared(call: Invocation) -> Iterator[Demand]:
    """Check of delete: no call that destroys a cluster, or a namespace of the system."""
    if not any((call.use("all"), call.value("selector"), call.value("field-selector"))):
        _all_named(call)
    broad = _broad(call)
    if broad and call.is_true("all-namespaces"):
        yield _spared(call, "Deleting everything in every namespace")
    yield from namespace_demands(call, call.value("namespace") or "")
    for subject in call.subjects:
        yield from _spared_object(call, subject, broad)


def namespace_demands(call: Invocation, namespace: str) -> tuple[Demand, ...]:
    """What it means for a call that *namespace* is where it takes place, by -n or by the target."""
    if call.verb.path != ("delete",) or namespace not in SYSTEM_NAMESPACES - {"default"}:
        return ()
    return (_spared(call, f"Deleting everything in {namespace}"),) if _broad(call) else ()


def _all_named(call: Invocation) -> None:
    if not all(subject.name for subject in call.subjects):
        raise call.error(
            "kubectl delete needs names, a selector or --all.",
            hint="Write: kubectl delete TYPE NAME.",
        )


def _spared_object(call: Invocation, subject: Subject, broad: bool) -> Iterator[Demand]:
    if broad and subject.kind in CLUSTER_SCOPED:
        yield _spared(call, f"Deleting all {subject.kind}", subject)
    elif subject.kind == "nodes" and not subject.name:
        yield _spared(call, "Deleting nodes by selector", subject)
    elif subject.kind == "namespaces":
        if subject.name in SYSTEM_NAMESPACES:
            yield _spared(call, f"Deleting the namespace {subject.name}", subject)
        elif not subject.name and _selects_by_name(call):
            yield _spared(call, "Deleting namespaces by a selector of names", subject)


def _selects_by_name(call: Invocation) -> bool:
    by_label = re.search(_NAMESPACE_BY_LABEL, call.value("selector") or "")
    return by_label is not None or call.value("field-selector") is not None


def _spared(call: Invocation, what: str, subject: Subject | None = None) -> Demand:
    return call.demand(
        Effect.NEVER, f"{what} is never allowed.", subject.span if subject else None, _NARROW
    )


def evictions(call: Invocation) -> Iterable[Demand]:
    """Check of taint: nodes only, and no NoExecute on all of them."""
    for subject in call.subjects:
        if subject.kind != "nodes":
            raise call.error("kubectl taint works on nodes only.", subject.span)
    added = any(word.text.endswith(":NoExecute") for word in call.operands)
    if added and _broad(call):
        return (
            call.demand(Effect.NEVER, "NoExecute on all nodes evicts every pod.", None, _NARROW),
        )
    return ()


def named_nodes(call: Invocation) -> Iterable[Demand]:
    """Check of drain: the nodes are named."""
    if any(subject.name for subject in call.subjects):
        return ()
    return (
        call.demand(
            Effect.NEVER, "Draining nodes by selector may empty a cluster.", None,
            "Name the nodes: kubectl drain NODE.",
        ),
    )  # fmt: skip


def _broad(call: Invocation) -> bool:
    """Whether the call means all objects of its kinds: by --all, or by excluding only."""
    if call.is_true("all"):
        return True
    if any(subject.name for subject in call.subjects):
        return False
    selectors = (*call.values("selector"), call.value("field-selector") or "")
    return not any(_includes(part) for text in selectors for part in re.findall(_REQUIREMENT, text))


def _includes(requirement: str) -> bool:
    return bool(requirement.strip()) and re.match(_NEGATIVE, requirement) is None
