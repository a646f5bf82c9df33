"""The keys of an identity provider (JWKS, RFC 7517): fetched, rotated, kept over an outage."""

import asyncio
import logging
from typing import Any, cast

import attrs

from ...application.authentication import CannotAuthenticate, is_safe_address
from ...application.ports import Clock

_log = logging.getLogger("kubeport.authentication")
_FRESH = 300.0
_RETRY = 10.0
_SECONDS = 5.0
_MOST_BYTES = 512 * 1024


@attrs.define(eq=False)
class KeySet:
    """The keys behind *url*, or behind the ``jwks_uri`` that the discovery document of *issuer* names.

    Keys are fetched anew every five minutes, and for a key that is not known, at most every ten seconds.
    While the provider does not answer, the keys that are known stay good for *outage* seconds.
    """

    issuer: str
    url: str
    outage: float
    clock: Clock
    _keys: dict[str, Any] = attrs.field(factory=dict[str, Any], init=False, repr=False)
    _fetched: float = attrs.field(default=float("-inf"), init=False)
    _tried: float = attrs.field(default=float("-inf"), init=False)
    _lock: asyncio.Lock = attrs.field(factory=asyncio.Lock, init=False)

    async def key(self, kid: str) -> Any | None:
        """The key *kid*, of PyJWT's; an empty one means the only key. None where there is no such key.

        Raises:
            CannotAuthenticate: the keys are not known now.
        """
        await self._refresh(_FRESH)
        found = self._found(kid)
        if found is None:
            await self._refresh(0.0)
            found = self._found(kid)
        return found

    def _found(self, kid: str) -> Any | None:
        if not kid:
            return next(iter(self._keys.values())) if len(self._keys) == 1 else None
        return self._keys.get(kid)

    async def _refresh(self, age: float) -> None:
        """Fetch the keys if they are older than *age* seconds and the last try was not just now."""
        async with self._lock:
            now = self.clock.monotonic()
            if now - self._fetched >= age and now - self._tried >= _RETRY:
                self._tried = now
                await self._try()
            if self.clock.monotonic() - self._fetched > self.outage:
                raise CannotAuthenticate("the keys of the identity provider cannot be fetched")

    async def _try(self) -> None:
        try:
            self._keys = await self._fetch()
            self._fetched = self.clock.monotonic()
        except Exception as error:  # whatever a provider answers with must not end the server
            _log.error("the keys of %s were not fetched: %s", self.issuer or self.url, _why(error))

    async def _fetch(self) -> dict[str, Any]:
        import httpx2

        async with httpx2.AsyncClient(timeout=_SECONDS, follow_redirects=False) as client:
            url = self.url or await _discovered(client, self.issuer)
            return _usable(await _json(client, url))


async def _discovered(client: Any, issuer: str) -> str:
    found = await _json(client, f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    # RFC 8414 section 3.3: a document of another issuer may not name this one's keys
    if found.get("issuer") != issuer:
        raise ValueError("the discovery document names another issuer")
    return str(found.get("jwks_uri", ""))


async def _json(client: Any, url: str) -> dict[str, Any]:
    if not is_safe_address(url):
        raise ValueError("its address is neither https nor loopback")
    answer = await client.get(url)
    answer.raise_for_status()
    if len(answer.content) > _MOST_BYTES:
        raise ValueError(f"the answer is larger than {_MOST_BYTES} bytes")
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("the answer is no object")
    return cast("dict[str, Any]", found)


def _usable(document: dict[str, Any]) -> dict[str, Any]:
    """The public keys for signatures; what PyJWT does not know is left out, as RFC 7517 section 5 says."""
    import jwt

    found = dict[str, Any]()
    rows: list[Any] = document.get("keys", [])
    for row in rows[:100]:
        if row.get("use", "sig") != "sig" or row.get("kty") == "oct":
            continue
        try:
            key = jwt.PyJWK.from_dict(row)
        except jwt.PyJWTError:
            continue
        found[str(row.get("kid") or f"#{len(found)}")] = key
    if not found:
        raise ValueError("it names no key for signatures")
    return found


def _why(error: Exception) -> str:
    return str(error) if isinstance(error, ValueError) else type(error).__name__
