"""An event loop that never idles: where everything waits for a moment, it is that moment."""

import asyncio
import selectors
from collections.abc import Callable


class _Impatient(selectors.DefaultSelector):
    """Tells *skip* of the seconds that it would have waited, and does not wait."""

    def __init__(self, skip: Callable[[float], None]) -> None:
        super().__init__()
        self._skip = skip

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready now; waits where no moment is waited for."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self._skip(timeout)
        return ready


class IdleLoop(asyncio.SelectorEventLoop):
    """For tests in memory: a sleep takes no time, and a busy machine cannot make one too short."""

    def __init__(self) -> None:
        self._skipped = 0.0
        super().__init__(_Impatient(self._skip))

    def time(self) -> float:
        """The loop's time, with what was skipped of it."""
        return super().time() + self._skipped

    def _skip(self, seconds: float) -> None:
        self._skipped += seconds
