"""Kind → where the API serves it: asked of the server once in a while, never guessed."""

import re
import time
from collections.abc import Callable
from urllib.parse import quote

import attrs

from ...application.ports import WatchPlace
from ...domain.errors import ExecutionFailed
from ...domain.resources.uri import RELEASE
from .connection import Ask, Connection
from .faults import invalid, unexpected, unknown_kind
from .json_text import Row, parsed, row, rows, text, texts

_MOST = 4 * 1024 * 1024
_FRESH = 300.0
_KIND = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9.]*[a-z0-9])?)?")
_NAMESPACE = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_]*[A-Za-z0-9])?")
_OWNED_BY_HELM = {"labelSelector": "owner=helm", "fieldSelector": "type=helm.sh/release.v1"}


@attrs.frozen
class Kind:
    """A kind as one server serves it: *root* is where its API version begins, such as ``/apis/apps/v1``."""

    root: str
    plural: str
    namespaced: bool


@attrs.frozen
class Collection:
    """What one watch asks for: all objects under *path*, narrowed by *query*; *words* name it."""

    path: str
    words: str
    query: tuple[tuple[str, str], ...] = ()


@attrs.define(eq=False)
class Kinds:
    """The kinds that the server behind *connection* has, kept for a few minutes."""

    connection: Connection
    monotonic: Callable[[], float] = time.monotonic
    _known: dict[str, tuple[Kind, float]] = attrs.field(factory=dict[str, tuple[Kind, float]], init=False)

    async def collection(self, place: WatchPlace) -> Collection:
        """What to ask for in order to watch *place*.

        Raises:
            ExecutionFailed: no such kind, or it cannot be watched there.
        """
        if place.namespace and not _NAMESPACE.fullmatch(place.namespace):
            raise invalid("This is not the name of a namespace.")
        if place.kind == RELEASE:
            return _collection(Kind("/api/v1", "secrets", True), place, tuple(_OWNED_BY_HELM.items()))
        return _collection(await self._kind(place.kind), place)

    def forget(self, kind: str) -> None:
        """Ask anew for *kind*: the server says that it is not where it was."""
        self._known.pop(kind, None)

    async def _kind(self, name: str) -> Kind:
        kind, known_at = self._known.get(name, (None, 0.0))
        if kind is None or self.monotonic() - known_at > _FRESH:
            kind = await self._find(name)
            self._known[name] = kind, self.monotonic()
        return kind

    async def _find(self, name: str) -> Kind:
        if not _KIND.fullmatch(name):
            raise unknown_kind(name)
        plural, _, group = name.partition(".")
        for root in await self._roots(group, name):
            listed = await self._json(root, name)
            for one in rows(listed.get("resources")):
                if one.get("name") == plural:
                    return _kind(root, one, name)
        raise unknown_kind(name)

    async def _roots(self, group: str, name: str) -> list[str]:
        """Where the versions of *group* begin, the preferred one first."""
        if not group:
            return ["/api/v1"]
        found = await self._json(f"/apis/{group}", name)
        listed = [row(found.get("preferredVersion")), *rows(found.get("versions"))]
        versions = dict.fromkeys(text(one.get("version")) for one in listed)
        return [f"/apis/{group}/{quote(version, safe='')}" for version in versions if version]

    async def _json(self, path: str, name: str) -> Row:
        try:
            answer = await self.connection.read(Ask(path, "application/json", f"kind {name}"), _MOST)
        except ExecutionFailed as failure:
            if failure.reason == "not_found":
                raise unknown_kind(name) from None
            raise
        found = parsed(answer or b"")
        if found is None:
            raise unexpected(self.connection.context, "does not tell which kinds it has")
        return found


def _kind(root: str, found: Row, name: str) -> Kind:
    if not {"list", "watch"} <= set(texts(found.get("verbs"))):
        raise ExecutionFailed(
            f"The kind {name} cannot be watched: the cluster offers no watch of it.",
            hint="Read it again when it is needed.",
            reason="unsupported",
        )
    return Kind(root, name.partition(".")[0], found.get("namespaced") is True)


def _collection(kind: Kind, place: WatchPlace, query: tuple[tuple[str, str], ...] = ()) -> Collection:
    if place.namespace and not kind.namespaced:
        raise ExecutionFailed(
            f"{place.kind} belong to no namespace.", hint="Leave the namespace out.", reason="invalid"
        )
    inside = f"/namespaces/{quote(place.namespace, safe='')}" if place.namespace else ""
    words = f"{place.kind} in {place.namespace}" if place.namespace else place.kind
    return Collection(f"{kind.root}{inside}/{kind.plural}", words, query)
