"""Reading one object: itself, the warnings about it, and the rows of its children."""

import attrs

from ...domain.errors import CommandError, ExecutionFailed
from ...domain.resources.bounds import cut_text
from ...domain.resources.children import Question, question
from ...domain.resources.cut_lists import items
from ...domain.resources.rows import FORMAT, rows
from ...domain.resources.secret import secret_summary
from ...domain.resources.summary import Seen, summary
from ...domain.resources.tree import Tree
from ...domain.resources.uri import ResourceUri
from ...domain.tools.kubectl.kinds import lookup
from .asking import Asking, together


async def object_json(asking: Asking, uri: ResourceUri, now: float) -> str:
    """The summary of an object.

    Raises:
        KubeportError: the object cannot be read; what is around it may be missing.
    """
    obj, (events,) = await together(_object(asking, uri), warnings_of(asking, uri))
    asked = question(uri.kind, uri.name, obj)
    children = None if asked is None else rows(await asked_rows(asking, asked))
    return summary(Seen(uri, obj, now, items(events), children, asking.unread))


async def object_yaml(asking: Asking, uri: ResourceUri) -> str:
    """The object as YAML, bounded; what is left out is said in a comment at its end.

    Raises:
        KubeportError: it cannot be read, or is none.
    """
    if not uri.kind:
        raise CommandError(
            "A context is no object of its cluster: there is no YAML of it.",
            hint=f"Read {uri} without ?format=yaml.",
        )
    if lookup(uri.kind) is None and uri.scheme.kind != uri.kind:
        await _object(asking, uri)  # whether it is where the URI says, which kubectl does not check
    answer = await asking("kubectl", "get", uri.kind, uri.name, "-o", "yaml")
    return cut_text(answer.text, cut=answer.cut)


async def secret_json(asking: Asking, uri: ResourceUri) -> str:
    """The keys of a Secret and their sizes: what ``describe`` tells, which is no value."""
    answer = await asking("kubectl", "describe", uri.kind, uri.name)
    return secret_summary(uri, answer.text)


async def asked_rows(asking: Asking, asked: Question) -> str:
    """The rows that kubectl prints for *asked*."""
    everywhere = ("--all-namespaces",) if asked.everywhere else ()
    if asked.everywhere:
        asking = attrs.evolve(asking, namespace="")
    words = ("get", asked.kinds, "-o", FORMAT, "--no-headers", *asked.flags, *everywhere)
    return await asking.may("children", "kubectl", *words)


async def warnings_of(asking: Asking, uri: ResourceUri) -> str:
    """The warning events that can be about *uri*: of its namespace where it has children, else its own."""
    chosen = "type=Warning"
    if uri.kind not in _WITH_CHILDREN:
        chosen += f",involvedObject.name={uri.name}"
    if not uri.namespace:  # where the events of cluster-wide objects are kept
        asking = attrs.evolve(asking, namespace="default")
    return await asking.may("events", "kubectl", "get", "events", f"--field-selector={chosen}", "-o", "json")


async def _object(asking: Asking, uri: ResourceUri) -> Tree:
    answer = await asking("kubectl", "get", uri.kind, uri.name, "-o", "json")
    if answer.cut:
        raise ExecutionFailed(
            f"{uri} is larger than what is kept of an answer.",
            hint="Ask for a part of it with kubectl: get … -o jsonpath=…",
            reason="output_limit",
        )
    obj = Tree.of(answer.text)
    if obj.at("metadata", "name").value != uri.name:
        raise ExecutionFailed(f"What kubectl printed is not {uri}.", reason="unreadable")
    namespace = obj.at("metadata", "namespace").text(63)
    if namespace != uri.namespace:
        own = ResourceUri(uri.context, namespace, uri.kind, uri.name)
        raise ExecutionFailed(f"{uri} is elsewhere.", hint=f"Read {own} instead.", reason="not_found")
    return obj


_WITH_CHILDREN = frozenset(
    {
        "deployments.apps", "statefulsets.apps", "daemonsets.apps", "replicasets.apps", "jobs.batch",
        "cronjobs.batch", "services",
    }
)  # fmt: skip
