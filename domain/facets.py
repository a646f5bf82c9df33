"""What a call is about, in the terms that policies speak: one facet for each subject."""

import attrs

from .context import Target
from .manifest import ManifestObject
from .policy import Caller, Facet, Policy, Scope
from .tools.grammar import Subject
from .tools.invocation import Invocation
from .tools.kubectl.kinds import lookup


def facets_of(
    call: Invocation,
    target: Target,
    caller: Caller,
    policy: Policy,
    manifest: tuple[ManifestObject, ...] = (),
) -> tuple[Facet, ...]:
    """The facets of *call* and of the objects in its *manifest*; never empty."""
    base = Facet(call.command, target.context, caller=caller)
    own = tuple(
        _facet(base, subject, call, target, policy) for subject in call.subjects or (Subject(),)
    )
    return (*own, *(_carried(base, thing, target, policy) for thing in manifest))


def _facet(
    base: Facet, subject: Subject, call: Invocation, target: Target, policy: Policy
) -> Facet:
    here = _own_place(subject, target)
    namespace, uncertain = _namespace(subject.kind, subject.name, here, policy)
    if subject.kind != "namespaces" and not (call.verb.targets and call.verb.namespaced):
        namespace, uncertain = Scope.CLUSTER, False
    return attrs.evolve(
        base, namespace=namespace, kind=subject.kind, name=subject.name, uncertain=uncertain
    )


def _own_place(subject: Subject, target: Target) -> Target:
    """Where the tool goes: an operand may name a namespace itself (``istioctl ps web.prod``)."""
    if not subject.namespace:
        return target
    return attrs.evolve(target, namespace=subject.namespace, all_namespaces=False)


def _carried(base: Facet, thing: ManifestObject, target: Target, policy: Policy) -> Facet:
    here = attrs.evolve(target, namespace=thing.namespace or target.namespace)
    namespace, uncertain = _namespace(thing.plural, thing.name, here, policy)
    return attrs.evolve(
        base, namespace=namespace, kind=thing.plural, name=thing.name, uncertain=uncertain
    )


def _namespace(kind: str, name: str, target: Target, policy: Policy) -> tuple[str | Scope, bool]:
    """The namespace scope of a subject, and whether it may turn out to be the whole cluster."""
    if kind == "namespaces":
        return name or Scope.ALL, False
    everywhere = Scope.ALL if target.all_namespaces else target.namespace or Scope.CLUSTER
    if not kind or kind in _NAMESPACED or kind in policy.namespaced_kinds:
        return everywhere, False
    known = lookup(kind)
    if known is None:
        return everywhere, True
    return (everywhere, False) if known.namespaced else (Scope.CLUSTER, False)


# Kinds of the other tools, and kubectl's word for a fixed list of namespaced kinds.
_NAMESPACED = frozenset({"all", "chart", "release", "application", "applicationset", "appproject"})
