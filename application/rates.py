"""How often a caller may call a tool."""

import attrs

from ..domain.errors import RateLimited
from ..domain.policy import Caller
from .ports import RateLimits
from .settings import LimitSettings


@attrs.frozen
class Rates:
    """Holds each caller to the rate of the settings, for each tool by itself."""

    limits: RateLimits
    settings: LimitSettings

    async def admit(self, caller: Caller, tool: str) -> None:
        """Count a call.

        Raises:
            RateLimited: the caller has used up what it may; tells after how many seconds to try again.
        """
        if not self.settings.rate:
            return
        per_second = self.settings.rate / 60
        wait = await self.limits.take(f"{caller.name}\0{tool}", per_second, self.settings.burst)
        if wait:
            raise RateLimited.after(wait, tool)
