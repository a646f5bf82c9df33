"""One watch on its way: list, then follow the stream; after whatever ends it, catch up and go on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable

import attrs

from ...application.ports import Change, WatchPlace
from ...domain.errors import ExecutionFailed, KubeportError
from ...domain.resources.uri import RELEASE
from .answers import MANY, ONE, Fault, Malformed, Meta, event, lines, page
from .connection import Ask, Connection
from .faults import Expired, refused, unexpected
from .identity import impersonation
from .kinds import Collection, Kinds
from .known import Known
from .settings import User
from .timing import Pauses, Timing

MAX_PAGE = 16 * 1024 * 1024
MAX_OBJECTS = 100_000

_PAGES = (500, 50, 5)
_EVERY = {"allowWatchBookmarks": "true", "watch": "true"}
_LOST = frozenset({"unreachable", "unavailable", "unexpected_answer", "not_found", "unknown_kind"})
_log = logging.getLogger("kubeport.watching")


@attrs.define(eq=False)
class Following:
    """The watch of *place*: *changed* is told what is new; *running* is done once none can be missed."""

    place: WatchPlace
    connection: Connection
    kinds: Kinds
    changed: Callable[[Change], None]
    timing: Timing
    running: "asyncio.Future[None]" = attrs.field(init=False)
    _known: Known = attrs.field(init=False)
    _pauses: Pauses = attrs.field(factory=Pauses, init=False)
    _version: str = attrs.field(default="", init=False)
    _opened: float = attrs.field(default=0.0, init=False)
    _lost: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.running = asyncio.get_running_loop().create_future()
        self._known = Known(releases=self.place.kind == RELEASE)

    async def run(self) -> None:
        """Follow until cancelled, or until the first try has failed for good."""
        while True:
            try:
                await self._once()
            except Expired:
                self._version = ""
            except Exception as error:
                if not self.running.done():
                    self.running.set_exception(error)
                    return
                self._note(error)
            await asyncio.sleep(self._pauses.next())

    async def _once(self) -> None:
        """From what is known to the end of one stream; one that breaks off has ended, too."""
        self._opened = 0.0
        try:
            collection = await self.kinds.collection(self.place)
            if not self._version:
                await self._catch_up(collection)
            await self._follow(collection)
        except Malformed as malformed:
            raise unexpected(self.place.context, f"sends {malformed}") from None
        except ExecutionFailed as failure:
            if not self._opened or failure.reason != "unreachable":
                raise
        if asyncio.get_running_loop().time() - self._opened > self.timing.settled:
            self._pauses.reset()

    async def _catch_up(self, collection: Collection) -> None:
        """List what is there; after the first time, tell what has changed since."""
        objects, version = await self._list(collection)
        if self.running.done():
            for change in self._known.replace(objects):
                self._tell(change)
        else:
            self._known.fill(objects)
        self._version = version

    async def _list(self, collection: Collection) -> tuple[list[Meta], str]:
        found, version, start = list[Meta](), "", ""
        while True:
            part = page(await self._page(collection, start))
            found += part.objects
            version, start = part.version, part.next
            if not start:
                return found, version
            if len(found) > MAX_OBJECTS:
                raise ExecutionFailed(
                    f"There are more than {MAX_OBJECTS} {collection.words}: too many to watch.",
                    hint="Watch a single namespace.",
                    reason="too_many",
                )

    async def _page(self, collection: Collection, start: str) -> bytes:
        """The part of the list that begins at *start*, smaller where the usual size is too much."""
        for limit in _PAGES:
            query = {**dict(collection.query), "limit": str(limit)} | ({"continue": start} if start else {})
            text = await self.connection.read(self._ask(collection, MANY, query), MAX_PAGE)
            if text is not None:
                return text
        raise unexpected(self.place.context, f"sends more than {MAX_PAGE} bytes for {_PAGES[-1]} objects")

    async def _follow(self, collection: Collection) -> None:
        """Hear one stream to its end."""
        seconds = self.timing.stream
        query = {**dict(collection.query), **_EVERY, "resourceVersion": self._version}
        query["timeoutSeconds"] = str(seconds)
        async with self.connection.answer(self._ask(collection, ONE, query, seconds + 30)) as body:
            self._opened = asyncio.get_running_loop().time()
            self._begin()
            await self._hear(lines(body))

    async def _hear(self, stream: AsyncIterator[bytes]) -> None:
        async for line in stream:
            heard = event(line)
            if isinstance(heard, Fault):
                fault = refused(self.place.context, heard.status, self.place.kind)
                raise fault or unexpected(self.place.context, "ends a watch without a reason")
            self._version = heard.version
            if (change := self._known.hear(heard)) is not None:
                self._tell(change)

    def _ask(
        self, collection: Collection, accept: str, query: dict[str, str], patience: float = 30.0
    ) -> Ask:
        named = impersonation(User(), self.place)
        return Ask(collection.path, accept, collection.words, query, named, patience)

    def _begin(self) -> None:
        if not self.running.done():
            self.running.set_result(None)
        if self._lost:
            self._lost = False
            _log.info("The watch of %s in context %s goes on.", self.place.kind, self.place.context)

    def _tell(self, change: Change) -> None:
        """A listener that fails is no reason to end the watch; the failure is on record."""
        try:
            self.changed(change)
        except Exception:
            _log.exception("A listener to %s in context %s failed.", self.place.kind, self.place.context)

    def _note(self, error: Exception) -> None:
        """Say once that the watch is lost, and forget what may not hold any more."""
        reason = getattr(error, "reason", "")
        if not isinstance(error, KubeportError) or reason in _LOST:
            self._version = ""
        if reason == "not_found":
            self.kinds.forget(self.place.kind)
        if not self._lost:
            self._lost = True
            fault = None if isinstance(error, KubeportError) else error
            words = error.message if isinstance(error, KubeportError) else "An unexpected fault."
            place = (self.place.kind, self.place.context, words)
            _log.warning("The watch of %s in context %s is lost and tries again: %s", *place, exc_info=fault)
