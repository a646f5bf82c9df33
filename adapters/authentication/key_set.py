"""The keys of an identity provider (JWKS, RFC 7517): fetched, rotated, kept over an outage."""

import asyncio
import json
import logging
from typing import Any, cast
from urllib.parse import urlsplit

import attrs

from ...application.authentication import CannotAuthenticate, is_safe_address
from ...application.ports import Clock

_log = logging.getLogger("kubeport.authentication")
_FRESH = 300.0
_RETRY = 10.0
_SECONDS = 5.0
_MOMENT = 1.0
_RSA_BITS = 2048
_MOST_BYTES = 512 * 1024


@attrs.define(eq=False)
class KeySet:
    """The keys behind *url*, or behind the ``jwks_uri`` that the discovery document of *issuer* names.

    Keys are fetched anew every five minutes, and for a key that is not known, at most every ten seconds.
    While the provider does not answer, the keys that are known stay good for *outage* seconds; who has one
    of them waits for the provider only a moment.
    """

    issuer: str
    url: str
    outage: float
    clock: Clock
    _keys: dict[str, Any] = attrs.field(factory=dict[str, Any], init=False, repr=False)
    _fetched: float = attrs.field(default=float("-inf"), init=False)
    _tried: float = attrs.field(default=float("-inf"), init=False)
    _failed: bool = attrs.field(default=False, init=False)
    _fetching: asyncio.Task[None] | None = attrs.field(default=None, init=False)

    async def key(self, kid: str) -> Any | None:
        """The key *kid*, of PyJWT's; an empty one means the only key. None where there is no such key.

        Raises:
            CannotAuthenticate: the keys are not known now, or a new one cannot be asked for.
        """
        await self.check()
        if (found := self._found(kid)) is None:
            await self._refresh(0.0, _SECONDS)
            found = self._found(kid)
        if found is None and self._failed:
            # the provider may have rotated its keys: its callers must not be sent to log in again
            raise CannotAuthenticate("a key is not known, and the identity provider does not answer")
        return found

    async def check(self) -> None:
        """Whether keys are known.

        Raises:
            CannotAuthenticate: they are not, or have been for too long.
        """
        await self._refresh(_FRESH, _MOMENT if self._good else _SECONDS)
        if not self._good:
            raise CannotAuthenticate("the keys of the identity provider cannot be fetched")

    async def aclose(self) -> None:
        """Leave off fetching; may be called twice."""
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})

    @property
    def _good(self) -> bool:
        return self.clock.monotonic() - self._fetched <= self.outage

    def _found(self, kid: str) -> Any | None:
        if not kid:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    async def _refresh(self, age: float, patience: float) -> None:
        """Fetch the keys if they are older than *age* and the last try was not just now; wait *patience*."""
        now = self.clock.monotonic()
        running = self._fetching is not None and not self._fetching.done()
        if not running and now - self._fetched >= age and now - self._tried >= _RETRY:
            self._tried = now
            self._fetching = asyncio.create_task(self._try())
        if self._fetching is not None:
            await asyncio.wait({self._fetching}, timeout=patience)

    async def _try(self) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                self._keys = await self._fetch()
            self._fetched, self._failed = self.clock.monotonic(), False
        except Exception as error:  # whatever a provider answers with must not end the server
            self._failed = True
            _log.error("the keys of %s were not fetched: %s", self.issuer or self.url, _why(error))

    async def _fetch(self) -> dict[str, Any]:
        import httpx2

        async with httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False) as client:
            url = self.url or await _discovered(client, self.issuer)
            return _usable(await _json(client, url))


async def _discovered(client: Any, issuer: str) -> str:
    """The address of the keys, by OpenID Connect or else by RFC 8414."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    try:
        found = await _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    except Exception as error:  # a server for OAuth alone has no such document
        _log.info("%s has no document of OpenID Connect: %s", issuer, _why(error))
        oauth = f"{parts.scheme}://{parts.netloc}/.well-known/oauth-authorization-server{path}"
        found = await _json(client, oauth)
    # RFC 8414 section 3.3: a document of another issuer may not name this one's keys
    if found.get("issuer") != issuer:
        raise ValueError("the discovery document names another issuer")
    return str(found.get("jwks_uri", ""))


async def _json(client: Any, url: str) -> dict[str, Any]:
    if not is_safe_address(url):
        raise ValueError("its address is neither https nor loopback")
    content = bytearray()
    async with client.stream("GET", url) as answer:
        answer.raise_for_status()
        async for chunk in answer.aiter_bytes():
            content += chunk
            if len(content) > _MOST_BYTES:
                raise ValueError(f"the answer is larger than {_MOST_BYTES} bytes")
    found = json.loads(content)
    if not isinstance(found, dict):
        raise ValueError("the answer is no object")
    return cast("dict[str, Any]", found)


def _usable(document: dict[str, Any]) -> dict[str, Any]:
    """The public keys for signatures; what PyJWT does not know is left out, as RFC 7517 section 5 says."""
    found = dict[str, Any]()
    rows = document.get("keys")
    for one in cast("list[object]", rows)[:100] if isinstance(rows, list) else []:
        row = cast("dict[str, Any]", one) if isinstance(one, dict) else {}
        if (key := _key(row)) is not None:
            found[str(row.get("kid") or f"#{len(found)}")] = key
    if not found:
        raise ValueError("it names no key for signatures")
    return found


def _key(row: dict[str, Any]) -> Any | None:
    import jwt

    # a private key that everybody can read proves nothing
    if row.get("use", "sig") != "sig" or row.get("kty") == "oct" or "d" in row:
        return None
    try:
        key = jwt.PyJWK.from_dict(row)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError):
        return None
    size = getattr(key.key, "key_size", _RSA_BITS)
    return None if row.get("kty") == "RSA" and size < _RSA_BITS else key


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, ValueError) else type(error).__name__
