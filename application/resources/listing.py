"""Listing what can be read: contexts, and the namespaces of each."""

import asyncio
from collections.abc import Iterator

import attrs

from ...domain.context import Kubeconfig
from ...domain.errors import CommandError
from ...domain.policy import Caller
from ...domain.resources.naming import link
from ...domain.resources.uri import ResourceUri
from ..list_contexts import ListContexts
from ..request import Origin
from .cursor import START, Cursor
from .names import Names, Wanted

PAGE = 100
"""At most as many entries are on a page; it may have less."""
CLUSTERS = 8
"""At most as many clusters are asked for a page, all at once."""


@attrs.frozen
class ListedResource:
    """One resource of a list: a context or a namespace."""

    uri: str
    name: str
    title: str
    description: str
    mime_type: str = "application/json"


@attrs.frozen
class ResourcePage:
    """One page; *next_cursor* leads to the next one and is empty on the last."""

    resources: tuple[ListedResource, ...]
    next_cursor: str = ""


@attrs.frozen
class ListResources:
    """List contexts in the kubeconfig's order, then the namespaces of each, sorted by name.

    A context whose cluster does not answer within a few seconds has no namespaces on this list.
    """

    contexts: ListContexts
    names: Names

    async def __call__(
        self, cursor: str = "", caller: Caller = Caller(), origin: Origin = Origin()
    ) -> ResourcePage:
        """The page at *cursor*, the first one where it is empty.

        Raises:
            CommandError: the cursor is none of ours, or the context that it stands at is gone.
            ExecutionFailed: the kubeconfig cannot be read.
            PolicyDenied: the caller has no Kubernetes identity.
        """
        place, known = Cursor.read(cursor) if cursor else START, self.contexts(caller)
        found = list[ListedResource]()
        if not place.within:
            names = known.names[_index(known, place) + 1 if place.context else 0 :]
            found = [_context(known, name) for name in names[:PAGE]]
            if len(names) > PAGE:
                return ResourcePage(tuple(found), str(Cursor(names[PAGE - 1])))
            if not known.names:
                return ResourcePage(())
            place = Cursor(known.names[0], within=True)
        return await self._with_namespaces(found, place, known, caller, origin)

    async def _with_namespaces(
        self, found: list[ListedResource], place: Cursor, known: Kubeconfig, caller: Caller, origin: Origin
    ) -> ResourcePage:
        first = _index(known, place)
        asked = known.names[first : first + CLUSTERS]
        wanted = (self.names(Wanted(name, kind="namespaces"), caller, origin) for name in asked)
        answers = await asyncio.gather(*wanted)
        for context, namespace in _in_order(place, asked, answers):
            if len(found) == PAGE:
                return ResourcePage(tuple(found), str(place))
            found.append(_namespace(context, namespace))
            place = Cursor(context, namespace, within=True)
        rest = known.names[first + CLUSTERS :]
        return ResourcePage(tuple(found), str(Cursor(rest[0], within=True)) if rest else "")


def _in_order(
    place: Cursor, contexts: tuple[str, ...], answers: list[tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    """Context and namespace of all that can be named and comes after *place*."""
    for context, names in zip(contexts, answers, strict=True):
        after = place.namespace if context == place.context else ""
        yield from ((context, name) for name in names if name > after and link(context, "namespaces", name))


def _index(known: Kubeconfig, place: Cursor) -> int:
    if place.context not in known.names:
        raise CommandError("The cursor is not valid any more.", hint="List again from the beginning.")
    return known.names.index(place.context)


def _context(known: Kubeconfig, name: str) -> ListedResource:
    current = " It is the current one." if known.current == name else ""
    told = f"The cluster behind the context {name}: version, nodes, namespaces.{current}"
    return ListedResource(str(ResourceUri(name)), name, f"Context {name}", told)


def _namespace(context: str, name: str) -> ListedResource:
    uri = str(ResourceUri.of_namespace(context, name))
    told = "What is in the namespace: what is not well, workloads, services, releases."
    return ListedResource(uri, name, f"Namespace {name} in {context}", told)
