"""Serving over streamable HTTP on loopback, in the mode that keeps cancellation.

Neither ``json_response`` nor ``stateless_http``: both lose cancellation in one of the eras. Host and
Origin are always checked; there is no authentication, so nothing but loopback is listened on.
"""

import asyncio
import contextlib
import ipaddress
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mcp.server.transport_security import TransportSecuritySettings

from ...application.settings import ServerSettings
from ...domain.errors import CommandError

if TYPE_CHECKING:
    import uvicorn

    from .operations import Operations
    from .server import KubeportServer

GRACE_SECONDS = 5


async def serve_http(server: "KubeportServer", settings: ServerSettings, operations: "Operations") -> None:
    """Serve ``/mcp``, ``/livez`` and ``/readyz`` until SIGTERM or SIGINT; open calls get five seconds.

    Raises:
        CommandError: the host is not loopback, or the certificate cannot be used.
    """
    check_loopback(settings.host)
    app = server.streamable_http_app(
        host=settings.host,
        transport_security=_security(settings),
        max_request_body_size=settings.body_bytes,
        custom_starlette_routes=operations.routes(),
    )
    subscribing = server.subscribing
    await _run(subscribing.standing.noticing(app), settings, subscribing.close)


async def _run(app: Any, settings: ServerSettings, ending: Callable[[], None]) -> None:
    from .certificates import Certificate
    from .ending import EndingServer

    config = _config(app, settings)
    config.load()
    renewing: asyncio.Task[None] | None = None
    if settings.tls_certificate:
        certificate = Certificate(settings.tls_certificate, settings.tls_key)
        config.ssl = certificate.context
        renewing = asyncio.create_task(certificate.keep())
    try:
        await EndingServer(config, ending).serve()
    finally:
        if renewing is not None:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing


def _config(app: Any, settings: ServerSettings) -> "uvicorn.Config":
    import uvicorn

    from .connections import HEADER_BYTES, ConnectionBounds, bounded_protocol

    bounds = ConnectionBounds(settings.connections, settings.request_seconds, settings.write_seconds)
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=bounded_protocol(bounds),
        ws="none",
        h11_max_incomplete_event_size=HEADER_BYTES,
        proxy_headers=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def check_loopback(host: str) -> None:
    """Refuse a host that others could reach.

    Raises:
        CommandError: it is neither ``localhost`` nor a loopback address.
    """
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise CommandError(
            f"Refusing to listen on {host}: without authentication only loopback is served.",
            hint="Set server.host to 127.0.0.1.",
        )


def _security(settings: ServerSettings) -> TransportSecuritySettings:
    names = ("localhost", "127.0.0.1", "[::1]")
    hosts = [*names, *(f"{name}:*" for name in names), *settings.allowed_hosts]
    schemes = ("http", "https")
    origins = [f"{scheme}://{name}{port}" for scheme in schemes for name in names for port in ("", ":*")]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=hosts,
        allowed_origins=[*origins, *settings.allowed_origins],
    )
