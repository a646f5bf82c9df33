"""Namespaces that can be told without the cluster, for those who may not list all of them."""

from ...domain.effect import Level
from ...domain.policy import Caller, Facet
from ..list_contexts import ListContexts


def namespaces_at_hand(contexts: ListContexts, context: str, caller: Caller) -> tuple[str, ...]:
    """Those that rules of the policy name for *caller*, and the one that *context* selects, sorted.

    None of them needs to exist; nothing is told that the caller may not use.
    """
    policy = contexts.rules.policy()
    ref = contexts(caller, policy).find(context)
    if ref is None:
        return ()
    named = set(policy.named_namespaces(caller, context))
    pods = Facet("kubectl get", context, ref.namespace, "pods", caller=caller)
    if ref.namespace and policy.access_of(pods)[0] is not Level.NONE:
        named.add(ref.namespace)
    return tuple(sorted(named))
