"""What orchestrators and Prometheus ask a server, without authentication: /livez, /readyz, /metrics.

The paths and the meaning of their codes are those of Kubernetes' own components.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import attrs
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ...domain.errors import KubeportError

_log = logging.getLogger("kubeport.ready")
_SECONDS = 3.0
_KEPT_SECONDS = 1.0

Check = Callable[[], Awaitable[None]]
Allowed = Callable[[str, str], bool]
Endpoint = Callable[[Request], Awaitable[Response]]


@attrs.define(eq=False)
class Operations:
    """*checks* by name, each raising where it fails; *metrics* gives the text of a scrape, if wanted."""

    checks: Mapping[str, Check]
    metrics: Callable[[], str] | None = None
    _draining: bool = attrs.field(default=False, init=False)
    _looking: asyncio.Task[dict[str, bool]] | None = attrs.field(default=None, init=False)
    _looked: float = attrs.field(default=float("-inf"), init=False)

    def routes(self, allowed: Allowed) -> list[Route]:
        """The routes; they take GET and HEAD only. *allowed* says whose metrics are told.

        Probes answer whatever the Host: the kubelet calls a Pod by its address, or as it was told to.
        """
        found = [Route("/livez", self._livez), Route("/readyz", self._readyz)]
        if self.metrics is None:
            return found
        return [*found, Route("/metrics", _only_for(allowed, self._metrics))]

    def drain(self) -> None:
        """From now on say that the server is about to end: others are to be asked."""
        self._draining = True

    async def _livez(self, _: Request) -> Response:
        """The process answers; nothing else is asked, so that an outage elsewhere restarts nobody."""
        return PlainTextResponse("ok\n")

    async def _readyz(self, _: Request) -> Response:
        """Whether calls can be served now: 200, or 503 with the names of what fails; the log has why."""
        told = {} if self._draining else await self._checked()
        ready = not self._draining and all(told.values())
        state = {"ready": ready, **({"draining": True} if self._draining else {}), "checks": told}
        return Response(
            json.dumps(state) + "\n", status_code=200 if ready else 503, media_type="application/json"
        )

    async def _checked(self) -> dict[str, bool]:
        """What every check says. Anybody may ask: all who ask within a second are told the same."""
        now = asyncio.get_running_loop().time()
        if self._looking is None or (self._looking.done() and now - self._looked >= _KEPT_SECONDS):
            self._looking = asyncio.create_task(self._look())
        return await asyncio.shield(self._looking)

    async def _look(self) -> dict[str, bool]:
        try:
            failed = await asyncio.gather(*(self._fails(*one) for one in self.checks.items()))
            return {name: not bad for name, bad in zip(self.checks, failed, strict=True)}
        finally:
            self._looked = asyncio.get_running_loop().time()

    async def _fails(self, name: str, check: Check) -> bool:
        try:
            async with asyncio.timeout(_SECONDS):
                await check()
        except (KubeportError, TimeoutError) as error:
            _log.error("not ready: %s: %s", name, str(error) or type(error).__name__)
            return True
        return False

    async def _metrics(self, _: Request) -> Response:
        assert self.metrics is not None
        return PlainTextResponse(self.metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _only_for(allowed: Allowed, endpoint: Endpoint) -> Endpoint:
    """*endpoint* for requests whose Host is known, or an address: what Prometheus scrapes a Pod by.

    A page that has its name resolve to us sends that name; no page can have an address for its own.
    """

    async def answered(request: Request) -> Response:
        host, origin = request.headers.get("host", ""), request.headers.get("origin", "")
        if allowed(host, origin) or (_is_address(host) and allowed("localhost", origin)):
            return await endpoint(request)
        return PlainTextResponse("Host or Origin is not allowed here.\n", 403)

    return answered


def _is_address(host: str) -> bool:
    try:
        ip_address(urlsplit(f"//{host}").hostname or "")
    except ValueError:
        return False
    return True
