"""The output store that replicas share."""

import secrets

import attrs

from .connection import SharedState

# KEYS: entries (handle → owner and size), expiry (handle by time), sizes (owner by bytes).
# ARGV[1]: prefix of the keys that hold the texts.
_COMMON = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local function drop(handle)
  local entry = redis.call('HGET', KEYS[1], handle)
  if entry then
    local owner, size = string.match(entry, '^(%x+) (%d+)$')
    if tonumber(redis.call('ZINCRBY', KEYS[3], -tonumber(size), owner)) <= 0 then
      redis.call('ZREM', KEYS[3], owner)
    end
    redis.call('HDEL', KEYS[1], handle)
  end
  redis.call('ZREM', KEYS[2], handle)
  redis.call('DEL', ARGV[1] .. handle)
end
local over = redis.call('ZRANGEBYSCORE', KEYS[2], 0, string.format('%.0f', now))
for _, handle in ipairs(over) do drop(handle) end
"""
_PUT = (
    _COMMON
    + """
local handle, owner, text = ARGV[2], ARGV[3], ARGV[4]
local size, most, lives = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local total = 0
local sizes = redis.call('ZRANGE', KEYS[3], 0, -1, 'WITHSCORES')
for at = 2, #sizes, 2 do total = total + tonumber(sizes[at]) end
while total + size > most and redis.call('ZCARD', KEYS[2]) > 0 do
  local largest = redis.call('ZREVRANGE', KEYS[3], 0, 0)[1]
  local dropped = false
  for _, old in ipairs(redis.call('ZRANGE', KEYS[2], 0, -1)) do
    local entry = redis.call('HGET', KEYS[1], old)
    local whose, bytes = string.match(entry or '', '^(%x+) (%d+)$')
    if whose == largest then
      drop(old)
      total = total - tonumber(bytes)
      dropped = true
      break
    end
  end
  if not dropped then break end
end
redis.call('SET', ARGV[1] .. handle, text, 'PX', lives)
redis.call('HSET', KEYS[1], handle, owner .. ' ' .. size)
redis.call('ZADD', KEYS[2], string.format('%.0f', now + lives * 1000), handle)
redis.call('ZINCRBY', KEYS[3], size, owner)
for at = 1, 3 do redis.call('PEXPIRE', KEYS[at], lives + 60000) end
return 1
"""
)
_GET = (
    _COMMON
    + """
local entry = redis.call('HGET', KEYS[1], ARGV[2])
if entry and string.match(entry, '^%x+') == ARGV[3] then
  return redis.call('GET', ARGV[1] .. ARGV[2])
end
return false
"""
)
_KEYS = ("output:entries", "output:expiry", "output:sizes")


@attrs.frozen(eq=False)
class RedisOutputStore:
    """At most *max_bytes* of text altogether, each entry for *seconds*; see ``OutputStore``."""

    state: SharedState
    max_bytes: int
    seconds: float

    async def put(self, text: str, owner: str) -> str:
        """Keep *text*; one that is larger than the store is cut at its end.

        Raises:
            ExecutionFailed: Redis cannot be reached.
        """
        kept = text.encode()[: self.max_bytes].decode(errors="ignore")
        handle = secrets.token_urlsafe(9)
        name, owned = self.state.seal.name("output", handle), self.state.seal.name("owner", owner)
        sealed = self.state.seal.close(kept, f"{name} {owned}")
        lives = int(self.seconds * 1000)
        await self.state.call(
            _PUT, _KEYS, self._texts, name, owned, sealed, len(kept.encode()), self.max_bytes, lives
        )
        return handle

    async def get(self, handle: str, owner: str) -> str | None:
        """The text behind *handle*; None where there is none, any more, or for another owner.

        Raises:
            ExecutionFailed: Redis cannot be reached.
        """
        name, owned = self.state.seal.name("output", handle), self.state.seal.name("owner", owner)
        sealed = await self.state.call(_GET, _KEYS, self._texts, name, owned)
        return None if sealed is None else self.state.seal.open(sealed, f"{name} {owned}")

    @property
    def _texts(self) -> str:
        return f"{self.state.prefix}:output:text:"
