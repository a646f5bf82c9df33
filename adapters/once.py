"""What has been used, remembered in memory, for one process."""

import attrs

from ..application.ports import Clock

MOST = 10_000
"""Names remembered at once; none is forgotten before its time, and with so many no other is taken."""


@attrs.define(eq=False)
class MemoryOnce:
    """See ``Once``."""

    clock: Clock
    _until: dict[str, float] = attrs.field(factory=dict[str, float], init=False)

    async def take(self, name: str, seconds: float) -> bool:
        """Whether *name* was free; see ``Once``."""
        now = self.clock.monotonic()
        self._until = {one: until for one, until in self._until.items() if until > now}
        if name in self._until or len(self._until) >= MOST:
            return False
        self._until[name] = now + seconds
        return True
