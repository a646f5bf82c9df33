"""Completing the arguments of a URI template."""

from collections.abc import Iterable, Mapping

import attrs

from ...domain.errors import ExecutionFailed, PolicyDenied
from ...domain.policy import Caller
from ...domain.resources.uri import CLUSTER, SCHEMES, Scheme, canonical_kind
from ...domain.tools.kubectl.kinds import KINDS, lookup
from ...domain.tools.values import CONTEXT, KIND, NAMESPACE
from ..list_contexts import ListContexts
from ..request import Origin
from .names import Names, Wanted

MOST = 100


@attrs.frozen
class Completions:
    """Values for an argument, at most 100 of *total*; names as they are, not percent-encoded."""

    values: tuple[str, ...] = ()
    total: int = 0
    has_more: bool = False


def completions(values: Iterable[str], typed: str) -> Completions:
    """The first of those *values* that go on from what was *typed*."""
    found = tuple(value for value in values if value.startswith(typed))
    return Completions(found[:MOST], len(found), len(found) > MOST)


@attrs.frozen
class CompleteResource:
    """Complete context, namespace, kind and name, in the order in which a template has them."""

    contexts: ListContexts
    names: Names

    async def __call__(
        self,
        template: str,
        argument: str,
        typed: str,
        resolved: Mapping[str, str] | None = None,
        caller: Caller = Caller(),
        origin: Origin = Origin(),
    ) -> Completions:
        """Values for *argument* of *template* (``Scheme.template``) that go on from *typed*.

        *resolved* has the arguments that are chosen already. Nothing is offered, and nothing is
        raised, for a template or argument that is not ours or for a cluster that does not answer.
        """
        scheme = next((one for one in SCHEMES if one.template == template), None)
        if scheme is None or argument not in scheme.parts:
            return Completions()
        return completions(await self._values(scheme, argument, resolved or {}, caller, origin), typed)

    async def _values(
        self, scheme: Scheme, argument: str, chosen: Mapping[str, str], caller: Caller, origin: Origin
    ) -> tuple[str, ...]:
        if argument == "context":
            return self._contexts(caller)
        context = chosen.get("context", "")
        if not CONTEXT.accepts(context) or context not in self._contexts(caller):
            return ()
        wanted = _wanted(scheme, argument, context, chosen)
        if wanted is None:
            return ()
        found = await self.names(wanted, caller, origin)
        if argument == "kind":
            return found or _BUILT_IN
        free = scheme.kind == "" and argument == "namespace"
        return (CLUSTER, *found) if free else found

    def _contexts(self, caller: Caller) -> tuple[str, ...]:
        try:
            return self.contexts(caller).names
        except (ExecutionFailed, PolicyDenied):
            return ()


def _wanted(scheme: Scheme, argument: str, context: str, chosen: Mapping[str, str]) -> Wanted | None:
    """What to ask the cluster; None where what was chosen before does not lead anywhere."""
    if argument == "namespace":
        return Wanted(context, kind="namespaces")
    if argument == "kind":
        return Wanted(context)
    kind, namespace = scheme.kind or chosen.get("kind", ""), chosen.get("namespace", "")
    if not KIND.accepts(kind):
        return None
    known = lookup(kind)
    wide = not known.namespaced if known else namespace == CLUSTER
    if wide or "namespace" not in scheme.parts:
        return Wanted(context, kind=canonical_kind(kind))
    return Wanted(context, namespace, canonical_kind(kind)) if NAMESPACE.accepts(namespace) else None


_BUILT_IN = tuple(sorted(f"{kind.plural}.{kind.group}" if kind.group else kind.plural for kind in KINDS))
"""Where a cluster does not tell its kinds."""
