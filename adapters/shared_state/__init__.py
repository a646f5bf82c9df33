"""State that several replicas share, in Redis or Valkey: kept output and rates (extra ``redis``)."""

from .connection import SharedState as SharedState
from .output_store import RedisOutputStore as RedisOutputStore
from .rate_limits import RedisRateLimits as RedisRateLimits
