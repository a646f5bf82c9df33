"""Token buckets in memory, for one process."""

import attrs

from ..application.ports import Clock

MOST = 10_000
"""Buckets kept at once; the one that was used longest ago goes first."""


@attrs.define
class _Bucket:
    """How many tokens there were *at* a time in seconds."""

    tokens: float
    at: float


@attrs.define(eq=False)
class MemoryRateLimits:
    """See ``RateLimits``; what came in meanwhile is worked out when a bucket is asked."""

    clock: Clock
    _buckets: dict[str, _Bucket] = attrs.field(factory=dict[str, _Bucket], init=False)

    async def take(self, key: str, per_second: float, burst: int) -> float:
        """One token; see ``RateLimits``."""
        now = self.clock.monotonic()
        bucket = self._buckets.pop(key, None) or _Bucket(burst, now)
        tokens = min(float(burst), bucket.tokens + (now - bucket.at) * per_second)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / per_second
        self._buckets[key] = _Bucket(tokens if wait else tokens - 1, now)
        if len(self._buckets) > MOST:
            del self._buckets[next(iter(self._buckets))]
        return wait
