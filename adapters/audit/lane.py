"""A thread for what would hold up the event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import attrs

from .canonical import failed

Done = TypeVar("Done")
_MOST = 1000
_GRACE_SECONDS = 3.0


@attrs.define(eq=False)
class Lane:
    """Does one piece of work after the other; what was handed over gets done, even if nobody waits."""

    _pool: ThreadPoolExecutor | None = attrs.field(default=None, init=False)
    _waiting: int = attrs.field(default=0, init=False)

    async def do(self, work: Callable[[], Done]) -> Done:
        """What *work* returns or raises.

        Raises:
            ExecutionFailed: so much waits already that the thread must be stuck.
        """
        if self._waiting >= _MOST:
            raise failed("earlier records are still waiting to be written")
        if self._pool is None:
            self._pool = ThreadPoolExecutor(1, "kubeport-audit")
        self._waiting += 1
        done = asyncio.wrap_future(self._pool.submit(work))
        done.add_done_callback(self._ended)
        return await asyncio.shield(done)

    def _ended(self, _: object) -> None:
        self._waiting -= 1

    async def aclose(self) -> None:
        """Wait, not for ever, for what was handed over, and end the thread."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        last = pool.submit(lambda: None)
        await asyncio.wait((asyncio.wrap_future(last),), timeout=_GRACE_SECONDS)
        pool.shutdown(wait=False)
