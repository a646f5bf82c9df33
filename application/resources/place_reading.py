"""Reading a context and a namespace: what there is in it, and what is not well."""

from ...domain.errors import ContextNotFound, ExecutionFailed, KubeportError, PolicyDenied
from ...domain.nearness import did_you_mean
from ...domain.resources.cut_lists import items
from ...domain.resources.overview import KINDS, ContextSeen, NamespaceSeen, context_summary, namespace_summary
from ...domain.resources.rows import FORMAT, rows
from ...domain.resources.tree import Tree
from ...domain.resources.uri import ResourceUri
from ..list_contexts import ListContexts
from .asking import Asking, together
from .at_hand import namespaces_at_hand
from .names import LIST_RELEASES


async def context_json(asking: Asking, uri: ResourceUri, contexts: ListContexts) -> str:
    """The summary of a context; who may not list its namespaces is told those that are known without.

    Raises:
        ContextNotFound: *contexts* do not have it.
        KubeportError: nothing of its cluster can be read; the error is the first one.
    """
    known = contexts(asking.caller)
    ref = known.find(uri.context)
    if ref is None:
        raise ContextNotFound.among(known.names, did_you_mean(uri.context, known.names))
    version, (nodes, names) = await together(
        asking.may("version", "kubectl", "version", "-o", "json"),
        asking.may("nodes", "kubectl", "get", "nodes", "-o", FORMAT, "--no-headers"),
        asking.may("namespaces", "kubectl", "get", "namespaces", "-o", "name"),
    )
    spaces = names_in(names)
    if "namespaces" in asking.unread and asking.refused:
        spaces = namespaces_at_hand(contexts, ref.name, asking.caller)
    if len(asking.faults) == _PARTS_OF_CONTEXT and not spaces:
        raise asking.faults[0]
    found = ContextSeen(
        uri,
        ref,
        known.current == ref.name,
        _version(version),
        rows(nodes),
        spaces,
        asking.unread,
    )
    return context_summary(found)


async def namespace_json(asking: Asking, uri: ResourceUri, now: float) -> str:
    """The summary of a namespace.

    Raises:
        KubeportError: it does not exist, or nothing of it can be read.
    """
    obj, (found, events, releases) = await together(
        _namespace(asking, uri),
        asking.may("objects", "kubectl", "get", KINDS, "-o", FORMAT, "--no-headers"),
        asking.may("events", "kubectl", "get", "events", "--field-selector=type=Warning", "-o", "json"),
        asking.may("releases", "helm", *LIST_RELEASES, "--max=50", "-o", "json"),
    )
    if len(asking.faults) == _PARTS_OF_NAMESPACE:
        raise asking.faults[0]
    seen = NamespaceSeen(uri, obj, now, rows(found), items(events), _releases(releases), asking.unread)
    return namespace_summary(seen)


def names_in(printed: str) -> tuple[str, ...]:
    """The names that kubectl printed with ``-o name``, in order of the alphabet."""
    found = (line.strip().partition("/") for line in printed.splitlines())
    return tuple(sorted({name for _, slash, name in found if slash and name}))


async def _namespace(asking: Asking, uri: ResourceUri) -> Tree:
    """The object; nothing where only what is inside may be read."""
    try:
        answer = await asking("kubectl", "get", uri.kind, uri.name, "-o", "json")
        return Tree.of(answer.text)
    except (PolicyDenied, ExecutionFailed) as error:
        if isinstance(error, ExecutionFailed) and error.reason != "forbidden":
            raise
        return _noted(asking, error)


def _noted(asking: Asking, error: KubeportError) -> Tree:
    said = (text.partition("\n")[0] for text in (error.message, error.hint))
    asking.unread["namespace"] = " ".join(said).strip()
    asking.faults.append(error)
    return Tree()


def _version(printed: str) -> str:
    try:
        return Tree.of(printed or "{}").at("serverVersion", "gitVersion").text(80)
    except ExecutionFailed:
        return ""


def _releases(printed: str) -> tuple[Tree, ...]:
    try:
        return Tree.of(printed or "[]").items(50)
    except ExecutionFailed:
        return ()


_PARTS_OF_CONTEXT = 3
_PARTS_OF_NAMESPACE = 4
