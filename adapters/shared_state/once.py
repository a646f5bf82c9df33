"""What has been used, remembered for all replicas."""

import attrs

from .connection import SharedState

_TAKE = "return redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) and 1 or 0"


@attrs.frozen(eq=False)
class RedisOnce:
    """See ``Once``; Redis forgets a name by itself when its time is over."""

    state: SharedState

    async def take(self, name: str, seconds: float) -> bool:
        """Whether *name* was free on all replicas.

        Raises:
            ExecutionFailed: Redis cannot be reached: nothing counts as unused then.
        """
        key = f"once:{self.state.seal.name('once', name)}"
        return bool(await self.state.call(_TAKE, (key,), max(1, int(seconds * 1000))))
