"""Serving over streamable HTTP, in the mode that keeps cancellation; WebSocket and HTTP+SSE where wanted.

Neither ``json_response`` nor ``stateless_http``: both lose cancellation in one of the eras. Host and
Origin are always checked. Without authentication nothing but loopback is listened on.
"""

import asyncio
import contextlib
import ipaddress
from fnmatch import fnmatchcase
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mcp.server.transport_security import TransportSecuritySettings

from ...application.authentication import Authenticator
from ...application.settings import ServerSettings, Settings
from ...domain.errors import CommandError
from .denials import Denials
from .identity import require_caller
from .leaving import bearing_to_be_left
from .lengths import of_one_length
from .operations_server import operations_apart

if TYPE_CHECKING:
    import uvicorn

    from .connections import ConnectionBounds
    from .ending import Leaving
    from .operations import Allowed, Operations
    from .server import KubeportServer

MCP_PATH = "/mcp"


async def serve_http(
    server: "KubeportServer",
    settings: Settings,
    operations: "Operations",
    authenticator: Authenticator | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT, and be gone within five seconds of it, or of the draining.

    Raises:
        CommandError: others could reach it without authentication or a list of hosts, the address or the
            certificate cannot be used, or a package is missing.
    """
    from .ending import Leaving, Underway
    from .guarding import Guard, metadata

    check_reach(settings, authenticator is not None)
    security = _security(settings.server)
    allowed = _allowing(security)
    beside = [] if settings.server.operations_port else operations.routes(allowed)
    described = metadata(settings.auth.resource, settings.auth.issuer)
    # what everybody may ask: probes, metrics, and where to get a token
    open_paths = frozenset(route.path for route in (*beside, *described))
    routes = [*beside, *(described if authenticator is not None else ())]
    app = _app(server, settings.server, security, allowed, routes)
    app = _stepping_up(server.subscribing.standing.noticing(app), server, settings)
    app = _shared(app, settings.server, open_paths)
    if authenticator is not None:
        server.middleware.append(require_caller)
        app = Guard(app, authenticator, settings.auth.resource, open_paths)
    app = Denials(server.kubeport.recording).noting(of_one_length(app), open_paths)
    underway = Underway()
    server.middleware.append(underway)
    leaving = Leaving(
        settings.server.drain_seconds,
        operations.drain,
        server.subscribing.close,
        server.kubeport.run.executor.aclose,
        underway,
    )
    try:
        async with operations_apart(operations, settings.server, allowed):
            await _run(underway.noticing(bearing_to_be_left(app)), settings, leaving)
    finally:
        if authenticator is not None:
            await authenticator.aclose()


def _app(
    server: "KubeportServer",
    settings: ServerSettings,
    security: TransportSecuritySettings,
    allowed: "Allowed",
    routes: list[Any],
) -> Any:
    """The endpoints of MCP, and *routes* beside them."""
    more = list[Any]()
    if settings.websocket:
        from .websocket import websocket_route

        check_websocket()
        more.append(websocket_route(server, allowed))
    if settings.legacy_sse:
        from .legacy_sse import legacy_sse_routes

        more.extend(legacy_sse_routes(server, security, settings.body_bytes))
    return server.streamable_http_app(
        streamable_http_path=MCP_PATH,
        host=settings.host,
        transport_security=security,
        max_request_body_size=settings.body_bytes,
        # for the SDK each request without a session is one while it is answered: ours are bounded in _shared
        max_sessions=settings.sessions + settings.connections,
        session_idle_timeout=settings.session_idle_seconds,
        custom_starlette_routes=[*routes, *more],
    )


def _stepping_up(app: Any, server: "KubeportServer", settings: Settings) -> Any:
    """*app*, of whose callers those who can log in for more scopes are told when they lack one."""
    if settings.auth.mode != "jwt":
        return app
    from .stepping_up import SteppingUp

    most = settings.server.body_bytes
    return SteppingUp(app, server.kubeport, settings.auth.resource, MCP_PATH, most)


def _shared(app: Any, settings: ServerSettings, open_paths: frozenset[str]) -> Any:
    """*app*, of which no caller has more than its share."""
    from .sessions import Sessions
    from .shares import Shares

    idle, body = settings.session_idle_seconds, settings.body_bytes
    sessions = Sessions(MCP_PATH, settings.sessions, settings.caller_sessions, idle, body)
    return Shares(settings.caller_connections).bounding(sessions.bounding(app), open_paths)


async def _run(app: Any, settings: Settings, leaving: "Leaving") -> None:
    from .certificates import Certificate
    from .connections import ConnectionBounds
    from .ending import EndingServer
    from .open_files import bounded_connections

    told = settings.server
    bounds = ConnectionBounds(bounded_connections(settings), told.request_seconds, told.write_seconds)
    config = _config(app, told, bounds)
    config.load()
    renewing: asyncio.Task[None] | None = None
    if told.tls_certificate:
        certificate = Certificate(told.tls_certificate, told.tls_key)
        config.ssl = certificate.context
        renewing = asyncio.create_task(certificate.keep())
    try:
        await EndingServer(config, bounds, leaving, MCP_PATH).serve()
    finally:
        if renewing is not None:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await renewing


def _config(app: Any, settings: ServerSettings, bounds: "ConnectionBounds") -> "uvicorn.Config":
    import uvicorn

    from .connections import HEADER_BYTES, bounded_protocol

    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        http=bounded_protocol(bounds),
        ws=_websocket(settings, bounds),
        ws_max_size=settings.body_bytes,
        h11_max_incomplete_event_size=HEADER_BYTES,
        timeout_keep_alive=settings.idle_seconds,  # type: ignore[arg-type]  # it goes to loop.call_later
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        log_config=None,
        access_log=False,
        server_header=False,
    )


def _websocket(settings: ServerSettings, bounds: "ConnectionBounds") -> Any:
    if not settings.websocket:
        return "none"
    from .websocket_connections import bounded_websocket

    return bounded_websocket(bounds)


def check_reach(settings: Settings, authenticated: bool) -> None:
    """Refuse to be reached by others without knowing them, or by names that nobody listed.

    Raises:
        CommandError: the host is not loopback, and there is no authentication, or no list of hosts.
    """
    host = settings.server.host
    if is_loopback(host):
        return
    if not authenticated:
        raise CommandError(
            f"Refusing to listen on {host or 'all'}: without authentication only loopback is served.",
            hint="Set auth.mode, or server.host to 127.0.0.1.",
        )
    if not settings.server.allowed_hosts:
        raise CommandError(
            f"Refusing to listen on {host}: any Host header would be taken.",
            hint="Set server.allowed_hosts to the names that clients use, such as kubeport.example.com.",
        )


def is_loopback(host: str) -> bool:
    """Whether *host* can only be reached from this machine."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _allowing(security: TransportSecuritySettings) -> "Allowed":
    """The check of Host and Origin that the SDK makes for its own transports; an Origin may be missing."""
    hosts, origins = (
        [pattern.replace("[", "[[]").replace(":*", ":[0-9]*") for pattern in patterns]
        for patterns in (security.allowed_hosts, security.allowed_origins)
    )

    def allowed(host: str, origin: str) -> bool:
        known = any(fnmatchcase(host, pattern) for pattern in hosts)
        return known and (not origin or any(fnmatchcase(origin, pattern) for pattern in origins))

    return allowed


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


def check_websocket() -> None:
    """See to it that WebSockets can be served.

    Raises:
        CommandError: the package for them is missing.
    """
    if find_spec("websockets") is None:
        from ..installation import extra

        hint = f"{extra('websocket')}, or leave server.websocket out."
        raise CommandError("server.websocket needs a package that is missing.", hint=hint)
