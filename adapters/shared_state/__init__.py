"""What replicas share in Redis or Valkey: kept output, rates, used approvals, watches (extra ``redis``)."""

from .connection import SharedState as SharedState
from .once import RedisOnce as RedisOnce
from .output_store import RedisOutputStore as RedisOutputStore
from .rate_limits import RedisRateLimits as RedisRateLimits
