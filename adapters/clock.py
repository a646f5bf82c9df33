"""Clocks: the machine's own, and one that stands still until it is told to go on."""

import time

import attrs


@attrs.frozen
class MonotonicClock:
    """The machine's clocks."""

    def monotonic(self) -> float:
        """Seconds that never go back, from an arbitrary start."""
        return time.monotonic()

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return time.time()


@attrs.define(eq=False)
class ShiftedClock:
    """Goes as real time does, but began at *epoch* seconds since the epoch: the time of a demonstration."""

    epoch: float
    _began: float = attrs.field(factory=time.monotonic, init=False)

    def monotonic(self) -> float:
        """Seconds that never go back, from an arbitrary start."""
        return time.monotonic()

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return self.epoch + time.monotonic() - self._began


@attrs.define(eq=False)
class StoppedClock:
    """Stands at *epoch* seconds since the epoch until ``advance``."""

    epoch: float = 1_767_323_045.0
    _elapsed: float = attrs.field(default=0.0, init=False)

    def monotonic(self) -> float:
        """Seconds advanced so far."""
        return self._elapsed

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        return self.epoch + self._elapsed

    def advance(self, seconds: float) -> None:
        """Let *seconds* pass.

        Raises:
            ValueError: *seconds* is negative: a clock never goes back.
        """
        if not seconds >= 0:
            raise ValueError("A clock never goes back.")
        self._elapsed += seconds
