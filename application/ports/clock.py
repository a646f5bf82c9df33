"""The time."""

from typing import Protocol


class Clock(Protocol):
    """Tells time."""

    def monotonic(self) -> float:
        """Seconds that never go back, from an arbitrary start."""
        ...

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...
