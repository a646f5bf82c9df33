"""One pool of connections to the API server of one context, with credentials as fresh as needed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import attrs

from ...domain.errors import AuthenticationFailed
from .access import Kubeconfigs
from .faults import Expired, configured_wrong, connection_fault, refused, unexpected, unreachable
from .identity import Header, Plugins, authorization, impersonation, needs_plugin
from .plugin import Issued, issued_by
from .proxies import proxy_for
from .settings import Access
from .timing import Timing
from .trust import Trust, tls_context, trust

if TYPE_CHECKING:
    import httpx2

AGENT = b"kubeport"


@attrs.frozen
class Ask:
    """A question to the API: *path* with *query*, the form of the answer, and what it is about in words.

    *headers* say in whose name it is asked. *patience* is how long the answer may pause.
    """

    path: str
    accept: str
    about: str
    query: Mapping[str, str] = attrs.field(factory=dict[str, str])
    headers: tuple[Header, ...] = ()
    patience: float = 30.0


@attrs.frozen
class _Way:
    """What a pool depends on: with another server, trust or proxy there is another pool."""

    server: str
    trust: Trust
    proxy: str = attrs.field(repr=False)
    server_name: str


@attrs.define(eq=False)
class Connection:
    """The API server of *context*, as the kubeconfig describes it at each question."""

    context: str
    kubeconfigs: Kubeconfigs
    environment: Callable[[], Mapping[str, str]]
    timing: Timing
    _plugins: Plugins = attrs.field(init=False)
    _way: _Way | None = attrs.field(default=None, init=False, repr=False)
    _pool: "httpx2.AsyncClient | None" = attrs.field(default=None, init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        self._plugins = Plugins(self._run_plugin)

    @asynccontextmanager
    async def answer(self, ask: Ask) -> AsyncGenerator[AsyncIterator[bytes], None]:
        """The body of the answer to *ask*, as it comes.

        Raises:
            Expired: the server says 410.
            AuthenticationFailed: it does not know us, not even with new credentials.
            ContextNotFound, ExecutionFailed: what else can go wrong, now or while the body is read.
        """
        import httpx2

        try:
            response = await self._send(ask)
            try:
                yield response.aiter_raw()
            finally:
                await response.aclose()
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as error:
            fault = connection_fault(self.context, error)
        else:
            return
        raise fault

    async def read(self, ask: Ask, most: int) -> bytes | None:
        """The whole answer to *ask*; None where it is longer than *most*."""
        try:
            async with asyncio.timeout(self.timing.start):
                return await self._read(ask, most)
        except TimeoutError:
            raise unreachable(self.context) from None

    async def _read(self, ask: Ask, most: int) -> bytes | None:
        text = bytearray()
        async with self.answer(ask) as body:
            async for part in body:
                text += part
                if len(text) > most:
                    return None
        return bytes(text)

    async def aclose(self) -> None:
        """Close every connection; may be called twice."""
        pool, self._pool, self._way = self._pool, None, None
        if pool is not None:
            await pool.aclose()

    async def _send(self, ask: Ask) -> "httpx2.Response":
        """A good answer; a refusal of the plugin's credentials is met once with new ones."""
        access, issued = await self._credentials()
        try:
            return await self._send_as(ask, access, issued)
        except AuthenticationFailed:
            await self._plugins.refuse(issued)
            access, renewed = await self._credentials()
            if renewed == issued:
                raise
        return await self._send_as(ask, access, renewed)

    async def _credentials(self) -> tuple[Access, Issued]:
        access = self.kubeconfigs.access(self.context)
        if needs_plugin(access.user) and _is_secure(access):
            return access, await self._plugins.current(access)
        return access, Issued()

    async def _send_as(self, ask: Ask, access: Access, issued: Issued) -> "httpx2.Response":
        pool = await self._pool_for(access, issued)
        headers = ask.headers or impersonation(access.user)
        if _is_secure(access):
            headers += authorization(self.context, access.user, issued)
        name = {"sni_hostname": access.cluster.server_name} if access.cluster.server_name else {}
        own = ((b"Accept", ask.accept.encode()), (b"Accept-Encoding", b"identity"), (b"User-Agent", AGENT))
        request = pool.build_request(
            "GET", access.cluster.server.rstrip("/") + ask.path, params=ask.query, headers=[*own, *headers],
            timeout=self.timing.for_answer(ask.patience), extensions=name,
        )  # fmt: skip
        response = await pool.send(request, stream=True)
        await self._check(response, ask)
        return response

    async def _check(self, response: "httpx2.Response", ask: Ask) -> None:
        fault: Exception | Expired | None = refused(self.context, response.status_code, ask.about)
        if fault is None and response.headers.get("content-encoding", "identity") != "identity":
            fault = unexpected(self.context, "answers compressed without being asked to")
        if fault is not None:
            await response.aclose()
            raise fault

    async def _pool_for(self, access: Access, issued: Issued) -> "httpx2.AsyncClient":
        stands_on = trust(self.context, access, issued) if _is_secure(access) else Trust()
        proxy = proxy_for(access.cluster, self.environment())
        way = _Way(access.cluster.server, stands_on, proxy, access.cluster.server_name)
        if self._pool is None or way != self._way:
            before, pool = self._pool, self._open(way)
            self._pool, self._way = pool, way
            if before is not None:
                await before.aclose()
            return pool
        return self._pool

    def _open(self, way: _Way) -> "httpx2.AsyncClient":
        import httpx2

        tls = tls_context(self.context, way.trust) if way.server.startswith("https:") else False
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=2, keepalive_expiry=5.0)
        try:
            transport = httpx2.AsyncHTTPTransport(
                verify=tls, trust_env=False, limits=limits, proxy=way.proxy or None,
                socket_options=self.timing.socket_options(),
            )  # fmt: skip
        except (ValueError, ImportError, httpx2.InvalidURL):
            raise configured_wrong(self.context, "its proxy is not an http or https URL") from None
        return httpx2.AsyncClient(transport=transport, trust_env=False, follow_redirects=False)

    async def _run_plugin(self, access: Access) -> Issued:
        assert access.user.plugin is not None
        environment = self.environment()
        return await issued_by(access.user.plugin, access.cluster, environment, self.timing.plugin)


def _is_secure(access: Access) -> bool:
    """Whether credentials may be sent at all: as kubectl does, over TLS only."""
    return urlsplit(access.cluster.server).scheme == "https"
