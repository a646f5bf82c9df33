"""The connection to Redis or Valkey, made at the first use and closed for good at the end."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from importlib import import_module
from typing import Any

import attrs

from ...domain.errors import ExecutionFailed
from .sealing import Seal

_log = logging.getLogger("kubeport.state")
_SECONDS = 2.0
PARTING_SECONDS = 1.0
"""How long what is under way at the end may take: nobody waits for a Redis that is gone."""


@attrs.define(eq=False)
class SharedState:
    """Redis at *url* (``rediss://`` for TLS), with texts sealed by the replicas' common *secret*.

    All keys begin with *prefix*, so that one Redis can serve several installations.
    """

    url: str = attrs.field(repr=False)
    secret: str = attrs.field(repr=False)
    prefix: str = "kubeport"
    seal: Seal = attrs.field(init=False, repr=False)
    _client: Any = attrs.field(default=None, init=False, repr=False)
    _scripts: dict[str, Any] = attrs.field(factory=dict[str, Any], init=False, repr=False)
    _calls: set[asyncio.Timeout] = attrs.field(factory=set[asyncio.Timeout], init=False, repr=False)
    _closed: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        self.seal = Seal(self.secret)

    async def call(self, script: str, keys: Sequence[str], *arguments: str | bytes | float) -> Any:
        """Run a Lua *script*, which Redis does as one step, on *keys* without our prefix.

        Raises:
            ExecutionFailed: Redis cannot be reached, or answers with an error; reason ``state``.
        """
        async with self._calling():
            known = self._scripts.get(script)
            if known is None:
                known = self._scripts[script] = self._connected().register_script(script)
            return await known(keys=[f"{self.prefix}:{key}" for key in keys], args=list(arguments))

    async def check(self) -> None:
        """Ask whether Redis answers.

        Raises:
            ExecutionFailed: it does not.
        """
        async with self._calling():
            await self._connected().ping()

    async def aclose(self) -> None:
        """Close the connections and open none any more; may be called twice.

        A call that is under way has a second to come to its end.
        """
        now = asyncio.get_running_loop().time
        until = now() + PARTING_SECONDS
        for call in () if self._closed else self._calls:
            call.reschedule(until)
        self._closed = True
        while self._calls and now() < until + PARTING_SECONDS:
            await asyncio.sleep(0.01)
        client, self._client = self._client, None
        self._scripts.clear()
        if client is not None:
            with suppress(Exception):  # one that is lost already cannot be closed better
                await client.aclose()

    def listener(self) -> Any:
        """A new ``PubSub`` on a connection of its own, which its owner closes.

        It never opens a lost connection anew by itself: what was told meanwhile would be missed in silence.

        Raises:
            ExecutionFailed: the state is closed.
        """
        if self._closed:
            raise _ending()
        return self._opened(0, None).pubsub()

    @asynccontextmanager
    async def _calling(self) -> AsyncGenerator[None]:
        """One call, which ``aclose`` can break off."""
        from redis.exceptions import RedisError

        if self._closed:
            raise _ending()
        call = asyncio.timeout(None)
        self._calls.add(call)
        try:
            async with call:
                yield
        except RedisError as error:
            _log.error("shared state: %s", type(error).__name__)
            raise unavailable() from error
        except TimeoutError as error:
            if not call.expired():
                raise
            raise _ending() from error
        finally:
            self._calls.discard(call)

    def _connected(self) -> Any:
        if self._client is None:
            # a connection that an idle while or a restart has closed is opened anew, once
            self._client = self._opened(1, _SECONDS)
        return self._client

    def _opened(self, tries: int, patience: float | None) -> Any:
        from redis.asyncio.retry import Retry
        from redis.backoff import NoBackoff
        from redis.exceptions import ConnectionError as Lost

        redis: Any = import_module("redis.asyncio")
        return redis.Redis.from_url(
            self.url,
            socket_timeout=patience,
            socket_connect_timeout=_SECONDS,
            retry=Retry(NoBackoff(), tries),
            retry_on_error=[Lost],
        )


def unavailable() -> ExecutionFailed:
    """The error where Redis does not answer."""
    return ExecutionFailed(
        "The server's shared state is not reachable.",
        hint="Try again; if it stays so, tell the operator: Redis does not answer.",
        reason="state",
    )


def _ending() -> ExecutionFailed:
    return ExecutionFailed("The server is shutting down.", reason="closed")
