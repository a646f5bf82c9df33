"""Token buckets that replicas share: Redis' own clock counts."""

import attrs

from .connection import SharedState

_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local rate, burst = tonumber(ARGV[1]), tonumber(ARGV[2])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = burst
if kept[1] then tokens = math.min(burst, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * rate) end
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = (1 - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return tostring(wait)
"""


@attrs.frozen(eq=False)
class RedisRateLimits:
    """See ``RateLimits``; a bucket that would be full again is forgotten."""

    state: SharedState

    async def take(self, key: str, per_second: float, burst: int) -> float:
        """One token.

        Raises:
            ExecutionFailed: Redis cannot be reached: without a count nothing is let through.
        """
        name = f"rate:{self.state.seal.name('rate', key)}"
        return float(await self.state.call(_TAKE, (name,), per_second, burst))
