"""What the one who watches tells the other replicas, and what waits to be told."""

import asyncio
import json

import attrs

from ...application.ports import Change

MOST = 500
"""Changes that wait to be told; where there are more they become one: anything may have changed."""


@attrs.frozen
class Message:
    """The *count*-th message of a *holder*: what changed, or that it watches no more (*left*)."""

    holder: str
    count: int
    changes: tuple[Change, ...] = ()
    left: bool = False

    def text(self) -> str:
        """As JSON."""
        changes = [[one.namespace, one.name, one.gone, one.new] for one in self.changes]
        return json.dumps([self.holder, self.count, changes, self.left], separators=(",", ":"))


def read(text: str) -> Message | None:
    """The message; None where another version of ours wrote what we do not understand."""
    try:
        holder, count, changes, left = json.loads(text)
        told = tuple(Change(str(a), str(b), bool(gone), bool(new)) for a, b, gone, new in changes)
        return Message(str(holder), int(count), told, bool(left))
    except (ValueError, TypeError):
        return None


@attrs.define(eq=False)
class Outbox:
    """Changes in a *namespace* that wait to be told."""

    namespace: str
    _waiting: list[Change] = attrs.field(factory=list[Change], init=False)
    _more: asyncio.Event = attrs.field(factory=asyncio.Event, init=False)

    def add(self, change: Change) -> None:
        """Let *change* wait."""
        if len(self._waiting) >= MOST:
            self._waiting = [Change(self.namespace, "")]
        self._waiting.append(change)
        self._more.set()

    def clear(self) -> None:
        """Nothing of it will be told."""
        self._waiting = []
        self._more.clear()

    async def next(self, within: float) -> tuple[Change, ...]:
        """All that waits, as soon as there is something; nothing after *within* seconds."""
        try:
            async with asyncio.timeout(within):
                await self._more.wait()
        except TimeoutError:
            return ()
        waiting = tuple(self._waiting)
        self.clear()
        return waiting
