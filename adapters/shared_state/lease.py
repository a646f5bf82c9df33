"""The lease of one place: of all replicas the one that has it watches, and only that one tells."""

import asyncio
import secrets
from typing import Any

import attrs

from ...application.ports import WatchPlace
from .connection import SharedState
from .messages import Message, read

# A key without an end cannot be one of ours: the lease is taken over it.
_CLAIM = """
if redis.call('PTTL', KEYS[1]) < 0 then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'ready', '0', 'count', '0')
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
local kept = redis.call('HMGET', KEYS[1], 'holder', 'ready', 'count')
return {kept[1], tonumber(kept[2]), tonumber(kept[3]), redis.call('PTTL', KEYS[1])}
"""
_KEEP = """
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'ready', ARGV[3], 'count', ARGV[4])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
if ARGV[5] ~= '' then redis.call('PUBLISH', KEYS[1], ARGV[5]) end
return 1
"""
_LEAVE = """
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder ~= ARGV[1] and holder ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('PUBLISH', KEYS[1], ARGV[3])
return 1
"""


@attrs.frozen
class Seen:
    """A lease as it is now: whose, whether its watch runs, how many messages it has sent, and the seconds
    it lasts unless it is renewed."""

    holder: str
    mine: bool
    ready: bool
    count: int
    lasts: float


@attrs.define(eq=False)
class Lease:
    """Our part in the lease of *place*, which ends by itself after *seconds*; name and channel are one.

    Who shares a place has to ask for it alike: user, groups and kubeconfig are in its name.
    """

    state: SharedState
    place: WatchPlace
    seconds: float
    mine: bool = attrs.field(default=False, init=False)
    _key: str = attrs.field(init=False)
    _calling: "asyncio.Future[Any] | None" = attrs.field(default=None, init=False)
    _me: str = attrs.field(default="", init=False)
    _next: str = attrs.field(factory=lambda: secrets.token_hex(16), init=False)

    def __attrs_post_init__(self) -> None:
        at = self.place
        parts = (at.context, at.namespace, at.kind, at.user, at.kubeconfig, *at.groups)
        self._key = f"watch:{self.state.seal.name('watch', *parts)}"

    @property
    def channel(self) -> str:
        """Where the holder tells what changes."""
        return f"{self.state.prefix}:{self._key}"

    async def claim(self) -> Seen:
        """Take the lease if nobody has it; either way, what it is now.

        Raises:
            ExecutionFailed: Redis cannot be reached.
        """
        self.mine = True  # perhaps: a call whose answer is lost may have taken it
        words = (self._next, self._lives)
        holder, ready, count, lasts = await self._call(_CLAIM, *words)
        name = holder.decode()
        if name == self._next:
            # each time we get it under a new name, so that nobody takes two sequences of ours for one
            self._me, self._next = name, secrets.token_hex(16)
        self.mine = name == self._me
        return Seen(name, self.mine, bool(ready), int(count), max(lasts, 0) / 1000)

    async def keep(self, message: Message | None, count: int, *, ready: bool = True) -> bool:
        """Renew it, and tell *message* to all; False, and nothing told, where we do not have it any more.

        Raises:
            ExecutionFailed: Redis cannot be reached.
        """
        sealed = b"" if message is None else self._closed(message)
        words = (self._me, self._lives, int(ready), count, sealed)
        self.mine = bool(await self._call(_KEEP, *words))
        return self.mine

    async def leave(self) -> None:
        """Give it back if we have it, so that another takes it at once.

        Raises:
            ExecutionFailed: Redis cannot be reached.
        """
        if self._calling is not None:
            await asyncio.wait([self._calling])
        if self.mine:
            self.mine = False
            word = self._closed(self.message(0, left=True))
            await self._call(_LEAVE, self._me, self._next, word)

    def message(self, count: int, *, left: bool = False) -> Message:
        """A message of ours without changes."""
        return Message(self._me, count, left=left)

    def open(self, sealed: bytes) -> Message | None:
        """The message; None for what none of us has sealed for this place."""
        text = self.state.seal.open(sealed, self.channel)
        return None if text is None else read(text)

    async def _call(self, script: str, *words: str | bytes | float) -> Any:
        """Run *script* to its end, though the one who asks be cancelled.

        On Python 3.11 the client's own ``wait_for`` can swallow a cancellation, and a task would go on.
        """
        self._calling = asyncio.ensure_future(self.state.call(script, (self._key,), *words))
        self._calling.add_done_callback(_looked_at)
        return await asyncio.shield(self._calling)

    def _closed(self, message: Message) -> bytes:
        return self.state.seal.close(message.text(), self.channel)

    @property
    def _lives(self) -> int:
        return int(self.seconds * 1000)


def _looked_at(done: "asyncio.Future[Any]") -> None:
    """A failure that nobody waits for any more is no news."""
    if not done.cancelled():
        done.exception()
