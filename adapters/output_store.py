"""What did not fit an answer, kept in memory: bounded in bytes, each entry for a while."""

import secrets
from collections import Counter

import attrs

from ..application.ports import Clock


@attrs.frozen
class _Entry:
    text: str
    owner: str
    size: int
    expires: float


@attrs.define(eq=False)
class MemoryOutputStore:
    """At most *max_bytes* altogether; an entry lives for *seconds*, or until newer ones need room."""

    clock: Clock
    max_bytes: int
    seconds: float
    _entries: dict[str, _Entry] = attrs.field(factory=dict[str, _Entry], init=False)
    _sizes: Counter[str] = attrs.field(factory=Counter[str], init=False)

    async def put(self, text: str, owner: str) -> str:
        """Keep *text*; see ``OutputStore``. One that is larger than the store is cut at its end."""
        kept = text.encode()[: self.max_bytes].decode(errors="ignore")
        entry = _Entry(kept, owner, len(kept.encode()), self.clock.monotonic() + self.seconds)
        self._drop_expired()
        while self._entries and self._sizes.total() + entry.size > self.max_bytes:
            self._drop(self._oldest_of_the_largest())
        handle = secrets.token_urlsafe(9)
        self._entries[handle] = entry
        self._sizes[owner] += entry.size
        return handle

    async def get(self, handle: str, owner: str) -> str | None:
        """The text; see ``OutputStore``."""
        self._drop_expired()
        entry = self._entries.get(handle)
        return entry.text if entry is not None and entry.owner == owner else None

    def _oldest_of_the_largest(self) -> str:
        [(largest, _)] = self._sizes.most_common(1)
        return next(handle for handle, entry in self._entries.items() if entry.owner == largest)

    def _drop_expired(self) -> None:
        now = self.clock.monotonic()
        for handle in [one for one, entry in self._entries.items() if entry.expires <= now]:
            self._drop(handle)

    def _drop(self, handle: str) -> None:
        entry = self._entries.pop(handle)
        self._sizes[entry.owner] -= entry.size
        if not self._sizes[entry.owner]:
            del self._sizes[entry.owner]
