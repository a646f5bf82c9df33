"""Namespaces that can be told without the cluster, for those who may not list all of them."""

from ...domain.effect import Level
from ...domain.policy import Caller, Facet
from ..list_contexts import ListContexts


def namespaces_at_hand(contexts: ListContexts, context: str, caller: Caller) -> tuple[str, ...]:
    """Those that rules of the policy name for *caller*, and the one that *context* selects, sorted.

    None of them needs to exist. Nothing is told of one in which the caller may not look at anything usual.
    """
    policy = contexts.rules.policy()
    ref = contexts(caller, policy).find(context)
    if ref is None:
        return ()

    def is_open(namespace: str) -> bool:
        looks = (Facet("kubectl get", context, namespace, kind, caller=caller) for kind in _USUAL)
        return any(policy.access_of(look)[0] is not Level.NONE for look in looks)

    known = {*policy.named_namespaces(caller, context), *filter(None, [ref.namespace])}
    return tuple(sorted(filter(is_open, known)))


_USUAL = ("pods", "deployments", "services", "configmaps", "events")
