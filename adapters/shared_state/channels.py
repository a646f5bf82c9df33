"""Channels of Redis, heard over one connection that is open while somebody listens."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Any

import attrs

from .connection import SharedState, unavailable

_SECONDS = 2.0
_WAITING = 64
_AGAIN = 0.2  # after a failure nobody tries for so long: many places find out together


@attrs.define(eq=False)
class Post:
    """What came on one channel and was not read yet; the oldest goes where there is too much."""

    _waiting: deque[bytes] = attrs.field(factory=lambda: deque[bytes](maxlen=_WAITING), init=False)
    _more: asyncio.Event = attrs.field(factory=asyncio.Event, init=False)
    _lost: bool = attrs.field(default=False, init=False)

    def put(self, data: bytes) -> None:
        """Something came."""
        self._waiting.append(data)
        self._more.set()

    def lose(self) -> None:
        """Nothing more will come."""
        self._lost = True
        self._more.set()

    def clear(self) -> None:
        """Forget what came."""
        self._waiting.clear()

    async def next(self, within: float) -> bytes | None:
        """The next thing that came; None after *within* seconds.

        Raises:
            ExecutionFailed: the connection is lost.
        """
        if not self._waiting and not self._lost:
            self._more.clear()
            try:
                async with asyncio.timeout(within):
                    await self._more.wait()
            except TimeoutError:
                return None
        if self._lost:
            raise unavailable()
        return self._waiting.popleft()


@attrs.define(eq=False)
class Channels:
    """The channels that this process listens to."""

    state: SharedState
    _posts: dict[str, set[Post]] = attrs.field(factory=dict[str, set[Post]], init=False)
    _confirmed: dict[str, asyncio.Event] = attrs.field(factory=dict[str, asyncio.Event], init=False)
    _pubsub: Any = attrs.field(default=None, init=False)
    _reading: "asyncio.Task[None] | None" = attrs.field(default=None, init=False)
    _lock: asyncio.Lock = attrs.field(factory=asyncio.Lock, init=False)
    _failed: float = attrs.field(default=float("-inf"), init=False)

    @asynccontextmanager
    async def listen(self, channel: str) -> AsyncGenerator[Post]:
        """What comes on *channel* from now on.

        Raises:
            ExecutionFailed: Redis cannot be reached.
        """
        post = Post()
        try:
            async with self._lock:
                await self._add(channel, post)
            yield post
        finally:
            async with self._lock:
                await self._remove(channel, post)

    async def _add(self, channel: str, post: Post) -> None:
        if channel in self._posts:
            self._posts[channel].add(post)
            return
        if time.monotonic() - self._failed < _AGAIN:
            raise unavailable()
        if self._reading is not None and self._reading.done():
            await self._close()
        try:
            async with asyncio.timeout(_SECONDS):
                await self._subscribe(channel)
        except Exception as error:  # whatever the client raises: it is of no use any more
            self._failed = time.monotonic()
            await self._close()
            raise unavailable() from error
        self._posts[channel] = {post}

    async def _subscribe(self, channel: str) -> None:
        if self._pubsub is None:
            self._pubsub = self.state.listener()
            await self._pubsub.connect()
            self._reading = asyncio.create_task(self._read(self._pubsub))
        confirmed = self._confirmed[channel] = asyncio.Event()
        try:
            await self._pubsub.subscribe(channel)
            await confirmed.wait()
        finally:
            self._confirmed.pop(channel, None)

    async def _remove(self, channel: str, post: Post) -> None:
        posts = self._posts.get(channel)
        if posts is not None:
            posts.discard(post)
            if not posts:
                del self._posts[channel]
        if not self._posts:
            await self._close()
        elif posts is not None and not posts:
            with suppress(Exception):  # a loss is noticed by the reader
                async with asyncio.timeout(_SECONDS):
                    await self._pubsub.unsubscribe(channel)

    async def _read(self, pubsub: Any) -> None:
        """Take what comes until the connection is lost; then nobody gets any more."""
        try:
            while True:
                message = await pubsub.get_message(timeout=None)
                if message is not None:
                    self._deliver(message)
        except Exception:
            self._lose()

    def _deliver(self, message: dict[str, Any]) -> None:
        channel = message["channel"].decode() if message["channel"] else ""
        if message["type"] == "message":
            for post in [*self._posts.get(channel, ())]:
                post.put(message["data"])
        elif message["type"] == "subscribe" and channel in self._confirmed:
            self._confirmed[channel].set()

    def _lose(self) -> None:
        for posts in self._posts.values():
            for post in posts:
                post.lose()
        self._posts.clear()

    async def _close(self) -> None:
        """Close the connection; whoever listens still has lost it."""
        self._lose()
        reading, self._reading = self._reading, None
        pubsub, self._pubsub = self._pubsub, None
        closing = asyncio.ensure_future(_closed(reading, pubsub))
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:  # who gives up leaves no connection behind
            await asyncio.wait([closing], timeout=_SECONDS)
            raise


async def _closed(reading: "asyncio.Task[None] | None", pubsub: Any) -> None:
    if reading is not None:
        reading.cancel()
        await asyncio.wait([reading])
    if pubsub is not None:
        with suppress(Exception):
            await pubsub.aclose()
            await pubsub.connection_pool.disconnect()
