"""Many changes, few messages: the first is told at once, those that follow closely together."""

import asyncio
from collections.abc import Callable

import attrs

QUIET = 0.5
"""Seconds between two messages about the same thing; the last change is told after them at the latest."""


@attrs.define(eq=False)
class Coalesced:
    """Calls *tell* for one or more calls of its own, never twice within *quiet* seconds."""

    tell: Callable[[], None]
    quiet: float = QUIET
    _pause: asyncio.TimerHandle | None = attrs.field(default=None, init=False)
    _more: bool = attrs.field(default=False, init=False)

    def __call__(self) -> None:
        """Something has changed."""
        if self._pause is not None:
            self._more = True
            return
        self._pause = asyncio.get_running_loop().call_later(self.quiet, self._over)
        self.tell()

    def stop(self) -> None:
        """Tell nothing more of what came until now."""
        if self._pause is not None:
            self._pause.cancel()
        self._pause, self._more = None, False

    def _over(self) -> None:
        self._pause = None
        if self._more:
            self._more = False
            self()
