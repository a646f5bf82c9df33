"""One replica's part in the watch of one place: it watches for all, hears who does, or watches alone."""

import asyncio
import logging
import random
from collections.abc import Callable
from contextlib import suppress

import attrs

from ...application.ports import Change, Watch, Watcher, WatchPlace
from ...domain.errors import ExecutionFailed
from .channels import Channels, Post
from .connection import PARTING_SECONDS
from .lease import Lease, Seen
from .messages import Message, Outbox

_log = logging.getLogger("kubeport.watching")
_FIRST, _CAP = 0.5, 10.0


@attrs.frozen
class Pace:
    """*lease*: seconds after which another takes the place of a replica that is gone; *look*: between two
    looks at the lease, by which it is renewed, too."""

    lease: float = 6.0
    look: float = 2.0


@attrs.define(eq=False)
class Sharing:
    """*tell* is told every change at *place*; *running* is done once none can be missed.

    Where one may have been missed since, it is told once that anything may have changed.
    """

    place: WatchPlace
    inner: Watcher
    lease: Lease
    channels: Channels
    tell: Callable[[Change], None]
    pace: Pace
    running: "asyncio.Future[None]" = attrs.field(init=False)
    _watch: Watch | None = attrs.field(default=None, init=False)
    _outbox: Outbox = attrs.field(init=False)
    _telling: bool = attrs.field(default=False, init=False)
    _missed: bool = attrs.field(default=False, init=False)
    _failures: int = attrs.field(default=0, init=False)

    def __attrs_post_init__(self) -> None:
        self.running = asyncio.get_running_loop().create_future()
        self._outbox = Outbox(self.place.namespace)

    async def run(self) -> None:
        """Go on until cancelled, or until the first try has failed for good."""
        try:
            while await self._try():
                await asyncio.sleep(self._pause())
        finally:
            self.running.cancel()
            await self._end()

    async def _try(self) -> bool:
        """Take part until something fails; whether to try again."""
        try:
            return await self._share()
        except Exception as error:
            failure = error
        if isinstance(failure, ExecutionFailed) and failure.reason == "state":
            try:
                return await self._alone()
            except Exception as error:
                failure = error
        if not self.running.done():
            self.running.set_exception(failure)
            return False
        if not self._failures:
            self._note("is lost and tries again", failure)
        return True

    async def _share(self) -> bool:
        """Follow whoever has the lease, hold it when it is ours, and so on until something fails."""
        while True:
            async with self.channels.listen(self.lease.channel) as post:
                seen = await self._follow(await self.lease.claim(), post)
            await self._hold(seen)

    async def _alone(self) -> bool:
        """Redis does not answer: watch for our own listeners, until it does."""
        if self._watch is None:
            self._watch = await self.inner.watch(self.place, self._own)
        self._sound()
        if not self._failures:
            self._note("is not shared with other replicas for now: Redis does not answer")
        return True

    async def _hold(self, seen: Seen) -> None:
        """Watch for all, until the lease is another's."""
        if self._watch is None:
            try:
                self._watch = await self._started()
            except Exception:
                with suppress(ExecutionFailed):
                    await self.lease.leave()
                raise
        self._outbox.clear()
        self._telling = True
        try:
            await self._publish(seen.count)
        finally:
            self._telling = False

    async def _publish(self, count: int) -> None:
        # a lease that has told already is ours from before a loss: those who follow may have missed something
        changes: tuple[Change, ...] = (self._anything,) if count else ()
        message: Message | None = attrs.evolve(self.lease.message(count + 1), changes=changes)
        count += 1
        while await self.lease.keep(message, count):
            self._sound()
            self._failures = 0
            message = None
            if changes := await self._outbox.next(self.pace.look):
                count += 1
                message = attrs.evolve(self.lease.message(count), changes=changes)

    async def _started(self) -> Watch:
        """The watch of our own; the lease is kept while it starts."""
        starting = asyncio.ensure_future(self.inner.watch(self.place, self._own))
        try:
            while not (await asyncio.wait([starting], timeout=self.pace.look))[0]:
                await self.lease.keep(None, 0, ready=False)
        except BaseException:
            starting.cancel()
            await asyncio.wait([starting])
            if not starting.cancelled() and starting.exception() is None:
                await starting.result().stop()
            raise
        return starting.result()

    async def _follow(self, seen: Seen, post: Post) -> Seen:
        """Hear whoever has the lease, until it is ours."""
        while not seen.mine:
            if seen.ready:
                seen = await self._hear(seen, post)
                continue
            await post.next(min(self.pace.look, seen.lasts + 0.01))
            seen = await self.lease.claim()
        return seen

    async def _hear(self, seen: Seen, post: Post) -> Seen:
        """Tell what the one who watches tells, until it does not any more; then, the lease as it is."""
        if self._watch is not None:
            await self._stop()
            post.clear()
            now = await self.lease.claim()
            if now.holder != seen.holder:
                return now
            seen = now
        self._sound()
        self._failures = 0
        try:
            return await self._listen(seen, post)
        finally:
            self._missed = True

    async def _listen(self, seen: Seen, post: Post) -> Seen:
        heard = sent = seen.count
        due = _now() + min(self.pace.look, seen.lasts + 0.01)
        while True:
            sealed = await post.next(max(0.0, due - _now())) if _now() < due else None
            message = None if sealed is None else self.lease.open(sealed)
            if message is not None and message.holder == seen.holder and not message.left:
                heard = self._take(heard, message.count, message.changes)
            elif message is not None or sealed is None:
                now = await self.lease.claim()
                if now.holder != seen.holder:
                    return now
                # what had been sent a look ago and is not here by now will not come
                heard = self._take(heard, sent, ()) if heard < sent else heard
                sent, due = now.count, _now() + min(self.pace.look, now.lasts + 0.01)

    def _take(self, heard: int, count: int, changes: tuple[Change, ...]) -> int:
        """Tell *changes*, the *count*-th message, unless it came before; what is missing is told as one."""
        if count <= heard:
            return heard
        complete = count == heard + 1 and changes
        for change in changes if complete else (self._anything,):
            self.tell(change)
        return count

    def _own(self, change: Change) -> None:
        """Our own watch has told *change*."""
        self.tell(change)
        if self._telling:
            self._outbox.add(change)

    def _sound(self) -> None:
        """Nothing is missed from now on."""
        missed, self._missed = self._missed, False
        if not self.running.done():
            self.running.set_result(None)
        elif missed:
            self.tell(self._anything)

    async def _stop(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            self._missed = True
            await watch.stop()

    async def _end(self) -> None:
        try:
            # where Redis does not answer, the lease ends by itself
            with suppress(ExecutionFailed, TimeoutError):
                async with asyncio.timeout(PARTING_SECONDS):
                    await self.lease.leave()
        finally:
            await self._stop()

    def _pause(self) -> float:
        whole = min(_FIRST * 2.0 ** min(self._failures, 10), _CAP)
        self._failures += 1
        return whole * (0.5 + random.random() / 2)

    def _note(self, what: str, failure: Exception | None = None) -> None:
        words = getattr(failure, "message", "") or (type(failure).__name__ if failure else "")
        _log.warning("The watch of %s in context %s %s. %s", self.place.kind, self.place.context, what, words)

    @property
    def _anything(self) -> Change:
        return Change(self.place.namespace, "")


def _now() -> float:
    return asyncio.get_running_loop().time()
