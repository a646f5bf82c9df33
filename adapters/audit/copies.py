"""Several destinations: the first makes the chain, the others get its very records."""

import asyncio
from typing import Any, Protocol

import attrs

from ...application.ports import AuditSink
from ...domain.errors import KubeportError
from .seal import Link, Seal


class Chain(Protocol):
    """What joins records into a chain."""

    async def append(self, entry: dict[str, Any], durable: bool = False) -> dict[str, Any]:
        """*entry* with its place in the chain."""
        ...

    async def check(self) -> None:
        """See ``AuditSink``."""
        ...

    async def aclose(self) -> None:
        """See ``AuditSink``."""
        ...


@attrs.define(eq=False)
class ProcessChain:
    """A chain that begins with this process and is kept by nobody but the destinations."""

    seal: Seal
    _last: Link = attrs.field(factory=Link.new, init=False)

    async def append(self, entry: dict[str, Any], durable: bool = False) -> dict[str, Any]:
        """*entry* with its place in the chain."""
        record, self._last = self.seal.join(entry, self._last)
        return record

    async def check(self) -> None:
        """Nothing can fail."""

    async def aclose(self) -> None:
        """Nothing to give back."""


@attrs.frozen(eq=False)
class CopiedAudit:
    """Gives each record to *chain* and, sealed, to each of *copies*; it is kept when all of them have it."""

    chain: Chain
    copies: tuple[AuditSink, ...]
    _under_way: set[asyncio.Task[None]] = attrs.field(factory=set[asyncio.Task[None]], init=False, repr=False)

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Append *entry* everywhere; a destination that fails keeps it from no other one."""
        task = asyncio.create_task(self._everywhere(entry, durable))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.shield(task)

    async def _everywhere(self, entry: dict[str, Any], durable: bool) -> None:
        failures = list[KubeportError]()
        try:
            entry = await self.chain.append(entry, durable)
        except KubeportError as error:
            failures.append(error)
        for copy in self.copies:
            try:
                await copy.record(entry, durable)
            except KubeportError as error:
                failures.append(error)
        if failures:
            raise failures[0]

    async def check(self) -> None:
        """Whether every destination can keep records now."""
        await self.chain.check()
        for copy in self.copies:
            await copy.check()

    async def aclose(self) -> None:
        """Let what is under way end, and close all of them."""
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self.chain.aclose()
        for copy in self.copies:
            await copy.aclose()
