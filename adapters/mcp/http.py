"""Serving over streamable HTTP on loopback, in the mode that keeps cancellation.

Neither ``json_response`` nor ``stateless_http``: both lose cancellation in one of the eras. Host and
Origin are always checked; there is no authentication, so nothing but loopback is listened on.
"""

import ipaddress
from typing import Any

from mcp.server import Server
from mcp.server.transport_security import TransportSecuritySettings

from ...application.settings import ServerSettings
from ...domain.errors import CommandError

GRACE_SECONDS = 5


async def serve_http(server: Server[Any], settings: ServerSettings) -> None:
    """Serve ``/mcp`` until SIGTERM or SIGINT; open streams get five seconds.

    Raises:
        CommandError: the host is not loopback.
    """
    import uvicorn

    check_loopback(settings.host)
    app = server.streamable_http_app(host=settings.host, transport_security=_security(settings))
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    await uvicorn.Server(config).serve()


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
    origins = [f"http://{name}" for name in names] + [f"http://{name}:*" for name in names]
    return TransportSecuritySettings(
        enable_dns_rebinding_protection=True,
        allowed_hosts=hosts,
        allowed_origins=[*origins, *settings.allowed_origins],
    )
