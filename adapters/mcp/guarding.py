"""Authentication in front of the MCP endpoints: OAuth 2.1 resource server (RFC 6750, RFC 9728).

The SDK's own middleware tells no ``scope`` in its challenges, calls a missing token an invalid one, and
cannot say that a provider is down; its session manager is told of the principal all the same.
"""

import asyncio
import ipaddress
import logging
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import attrs
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ...application.authentication import (
    SENDER,
    Authenticator,
    CannotAuthenticate,
    Credential,
    TokenRefused,
    caller,
    granted,
)
from ...domain.effect import SCOPES
from ...domain.policy import Caller
from .asgi import client_address
from .denials import REASON_KEY
from .identity import CALLER, CALLER_KEY

_log = logging.getLogger("kubeport.authentication")
_TOKEN = re.compile(rb"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 section 2.1
_WELL_KNOWN = "/.well-known/oauth-protected-resource"
_RETRY_AFTER = "5"
_STREAMS = (b"subscriptions/listen",)
_AGAIN_AFTER_A_FAULT = 10.0


@attrs.frozen
class _Refusal:
    """An answer without the call: *status*, and the error of RFC 6750 section 3.1.

    *reason* is for the audit, and *caller*, if the token proved one.
    """

    status: int
    error: str = ""
    told: str = ""
    reason: str = "no token"
    caller: str = ""


@attrs.frozen
class Guard:
    """An ASGI application: *app* for callers whom *authenticator* knows; *open* paths for everybody.

    *resource* is the URL that clients use for this server. A stream's token is looked at every
    *again_seconds*; while nothing can be said of it, the stream lives on for *outage_seconds*.
    """

    app: Any
    authenticator: Authenticator
    resource: str
    open: frozenset[str]
    now: Callable[[], float] = time.time
    again_seconds: float = 60.0
    outage_seconds: float = 300.0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request, connection or the lifespan."""
        if scope["type"] == "lifespan" or scope["path"] in self.open:
            await self.app(scope, receive, send)
            return
        before = SENDER.set(_sender(scope))
        try:
            await self._guarded(scope, receive, send)
        finally:
            SENDER.reset(before)

    async def _guarded(self, scope: Any, receive: Any, send: Any) -> None:
        found = await self._caller(scope)
        if isinstance(found, _Refusal):
            await self._refuse(found, scope, receive, send)
            return
        credential, who, token = found
        scope[CALLER_KEY] = who
        scope["user"] = _principal(credential)
        before = CALLER.set(who)
        try:
            await self._as_long_as_it_is_good(credential, token, scope, receive, send)
        finally:
            CALLER.reset(before)

    async def _caller(self, scope: Any) -> tuple[Credential, Caller, str] | _Refusal:
        given = [value for name, value in scope["headers"] if name == b"authorization"]
        if not given:
            return _Refusal(401)
        scheme, _, rest = given[0].partition(b" ")
        token = rest.strip()
        if len(given) == 1 and scheme.lower() != b"bearer":
            return _Refusal(401, reason="no bearer token")
        if len(given) > 1 or not _TOKEN.fullmatch(token):
            told = "One Authorization header with a bearer token is taken."
            return _Refusal(400, "invalid_request", told, "not one bearer token")
        try:
            credential = await self.authenticator.authenticate(token.decode())
        except TokenRefused as refused:
            return _Refusal(401, "invalid_token", f"The token is not taken: {refused}.", str(refused))
        except CannotAuthenticate as fault:
            told = "Tokens cannot be checked now; try again in a few seconds."
            return _Refusal(503, "", told, f"tokens cannot be checked: {fault}")
        level = granted(credential.scopes)
        if level is None:
            told = "The token has none of this server's scopes."
            return _Refusal(403, "insufficient_scope", told, "no scope of ours", credential.name)
        return credential, caller(credential, level), token.decode()

    async def _as_long_as_it_is_good(
        self, credential: Credential, token: str, scope: Any, receive: Any, send: Any
    ) -> None:
        """Streams end with the token that opened them; a call that has begun is let to its end."""
        if not _is_stream(scope):
            await self.app(scope, receive, send)
            return
        ending = asyncio.timeout(None)
        looking = asyncio.create_task(self._end(ending, credential, token))
        try:
            async with ending:
                await self.app(scope, receive, send)
        except TimeoutError:
            if not ending.expired():
                raise
            _log.info("a stream ended with its token")
        finally:
            looking.cancel()

    async def _end(self, ending: asyncio.Timeout, credential: Credential, token: str) -> None:
        """Let *ending* come once *token* is not good any more; a fault of ours does not let it live."""
        try:
            await self._while_it_proves(credential, token)
        except Exception:
            _log.exception("a stream ends, since its token could not be looked at")
        ending.reschedule(asyncio.get_running_loop().time())

    async def _while_it_proves(self, credential: Credential, token: str) -> None:
        """Wait until *token* proves nothing more, or something else than *credential*.

        Asked again each minute: a token of a file, or of an account that is gone, ends without notice. That
        nobody can say anything of it is waited out for a while, though not beyond the token's own end.
        """
        clock = asyncio.get_running_loop().time
        known, failing = credential, None
        while _bearer(known) == _bearer(credential):
            now = self.now()
            soon = known.fresh_until - now if failing is None else _AGAIN_AFTER_A_FAULT
            await asyncio.sleep(max(0.05, min(known.expires - now, soon, self.again_seconds)))
            try:
                known, failing = await self.authenticator.authenticate(token), None
            except TokenRefused:
                return
            except CannotAuthenticate:
                failing = clock() if failing is None else failing
                if known.expires <= self.now() or clock() - failing >= self.outage_seconds:
                    return

    async def _refuse(self, refusal: _Refusal, scope: Any, receive: Any, send: Any) -> None:
        scope[REASON_KEY] = refusal.reason, refusal.caller
        headers = {"Cache-Control": "no-store"}
        if refusal.status == 503:
            headers["Retry-After"] = _RETRY_AFTER
        else:
            lowest = next(iter(SCOPES))
            headers["WWW-Authenticate"] = challenge(self.resource, lowest, refusal.error, refusal.told)
        told = refusal.told or "A token is needed."
        body = {"error": refusal.error or "unauthorized", "error_description": told}
        # of a WebSocket, too: Starlette sends what ASGI's extension ``websocket.http.response`` wants
        await JSONResponse(body, refusal.status, headers)(scope, receive, send)


def challenge(resource: str, scope: str, error: str = "", told: str = "") -> str:
    """The header that says what a token for *resource* needs, and where to get one (RFC 6750, RFC 9728)."""
    parts = urlsplit(resource)
    path = f"{_WELL_KNOWN}{parts.path.rstrip('/')}"
    fields = {"error": error, "error_description": told if error else ""}
    fields |= {"scope": scope, "resource_metadata": f"{parts.scheme}://{parts.netloc}{path}"}
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in fields.items() if value)


def _bearer(credential: Credential) -> Credential:
    """What is to stay as it was: all but the times."""
    return attrs.evolve(credential, expires=0.0, fresh_until=0.0)


def _sender(scope: Any) -> str:
    """One name for all addresses that one client has at will: of IPv6 a whole /64."""
    host = client_address(scope)
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(found, ipaddress.IPv4Address):
        return host
    return str(found.ipv4_mapped or ipaddress.IPv6Network((int(found), 64), strict=False))


def metadata(resource: str, issuer: str) -> list[Route]:
    """The routes of the metadata of *resource* (RFC 9728 section 3.1), for everybody."""
    path = urlsplit(resource).path.rstrip("/")
    document = {
        "resource": resource,
        **({"authorization_servers": [issuer]} if issuer else {}),
        "scopes_supported": list(SCOPES),
        "bearer_methods_supported": ["header"],
        "resource_name": "Kubeport",
    }

    async def told(_: Any) -> Response:
        return JSONResponse(document, headers={"Cache-Control": "max-age=3600"})

    return [Route(where, told) for where in dict.fromkeys((_WELL_KNOWN, f"{_WELL_KNOWN}{path}"))]


def _is_stream(scope: Any) -> bool:
    if scope["type"] == "websocket" or scope["method"] == "GET":
        return True
    return any(name == b"mcp-method" and value in _STREAMS for name, value in scope["headers"])


def _principal(credential: Credential) -> Any:
    """What the SDK binds a session to: another bearer finds no session of this one."""
    from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
    from mcp.server.auth.provider import AccessToken

    return AuthenticatedUser(
        AccessToken(
            token="",  # nothing of ours needs it, and so nothing can hand it on
            client_id=credential.issuer,
            scopes=list(credential.scopes),
            subject=credential.name,
            claims={"iss": credential.issuer},
        )
    )
