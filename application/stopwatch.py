"""How long one call took: waiting for its turn, and running."""

import attrs

from .ports import Clock

_WORTH_TELLING = 0.05  # seconds; less is the time of judging the call


@attrs.define
class Stopwatch:
    """Runs from the moment it is made; *thinking* are the seconds that a person took to approve the call."""

    clock: Clock
    thinking: float = 0.0
    _started: float = attrs.field(init=False)
    _began: float | None = attrs.field(default=None, init=False)

    def __attrs_post_init__(self) -> None:
        self._started = self.clock.monotonic()

    def begin(self) -> None:
        """The call's turn has come: from here on it runs."""
        self._began = self.clock.monotonic()

    @property
    def ran(self) -> bool:
        """Whether its turn has come."""
        return self._began is not None

    @property
    def elapsed(self) -> float:
        """Seconds that it has run, or since it was made where it has not begun to."""
        began = self._started if self._began is None else self._began
        return round(self.clock.monotonic() - began, 3)

    @property
    def waited(self) -> float:
        """Seconds that it waited for its turn; those that a person took are not."""
        return 0.0 if self._began is None else max(0.0, self._began - self._started - self.thinking)

    @property
    def queued(self) -> float | None:
        """What it waited, where that is worth telling."""
        waited = round(self.waited, 3)
        return waited if waited >= _WORTH_TELLING else None
