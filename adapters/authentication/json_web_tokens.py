"""JSON Web Tokens as access tokens (RFC 7519, 8725, 9068), verified by the keys of their issuer."""

from typing import Any, cast

import attrs

from ...application.authentication import Credential, TokenRefused
from ...application.ports import Clock
from .key_set import KeySet

_LONGEST = 16 * 1024
_TYPES = ("jwt", "at+jwt", "application/at+jwt", "")
_MOST_GROUPS = 500


@attrs.frozen
class JwtRules:
    """What a token must say: *issuer* and *audience* to the letter, signed by one of *algorithms*.

    *leeway* is in seconds, and so is *max_lifetime*, the longest time between a token's issue and its end;
    0 is any. *user_claim* and *groups_claim* name the claims with the bearer's name and groups; a dot leads
    into an object (``realm_access.roles``).
    """

    issuer: str
    audience: str
    algorithms: tuple[str, ...] = ("RS256", "ES256", "EdDSA")
    leeway: float = 30.0
    user_claim: str = "sub"
    groups_claim: str = "groups"
    max_lifetime: float = 0.0


@attrs.frozen
class JwtAuthenticator:
    """Takes tokens that *rules* allow and *keys* verify; the time is that of *clock*."""

    rules: JwtRules
    keys: KeySet
    clock: Clock

    async def authenticate(self, token: str) -> Credential:
        """What *token* proves; raises as ``Authenticator``."""
        import jwt

        if len(token) > _LONGEST:
            raise TokenRefused("it is too long")
        header = _header(token)
        key = await self.keys.key(str(header.get("kid", "")))
        if key is None:
            raise TokenRefused("it is signed by an unknown key")
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[self._algorithm(header)],
                audience=self.rules.audience,
                issuer=self.rules.issuer,
                # the time is asked of our own clock below
                options=_OPTIONS,
            )
        except jwt.PyJWTError as error:
            raise TokenRefused(_FAULTS.get(type(error).__name__, "it is not valid")) from None
        return self._credential(claims)

    async def check(self) -> None:
        """Whether the keys are known."""
        await self.keys.check()

    async def aclose(self) -> None:
        """Leave off asking for keys."""
        await self.keys.aclose()

    def _algorithm(self, header: dict[str, Any]) -> str:
        algorithm = str(header.get("alg", ""))
        if algorithm not in self.rules.algorithms:
            raise TokenRefused("its algorithm is not taken")
        if str(header.get("typ") or "").lower() not in _TYPES:
            raise TokenRefused("it is no access token")
        if "crit" in header:
            raise TokenRefused("it demands an extension")
        return algorithm

    def _credential(self, claims: dict[str, Any]) -> Credential:
        expires = self._checked_times(claims)
        name = _claim(claims, self.rules.user_claim)
        if not isinstance(name, str) or not name.strip():
            raise TokenRefused(f"it has no claim {self.rules.user_claim}")
        groups = self._groups(claims)
        scopes = _texts(claims.get("scope")) or _texts(claims.get("scp"))
        return Credential(name, groups, scopes, expires, self.rules.issuer)

    def _groups(self, claims: dict[str, Any]) -> tuple[str, ...]:
        """All groups or a refusal: a rule that restricts by a group must not miss one."""
        path = self.rules.groups_claim
        groups = _groups(_claim(claims, path))
        elsewhere = claims.get("_claim_names")  # OpenID Connect section 5.6.2, as Entra ID has it
        if len(groups) > _MOST_GROUPS or (isinstance(elsewhere, dict) and path in elsewhere):
            raise TokenRefused("its bearer has more groups than can be told")
        return groups

    def _checked_times(self, claims: dict[str, Any]) -> float:
        now, leeway = self.clock.now(), self.rules.leeway
        expires = _time(claims, "exp")
        if expires is None or expires + leeway <= now:
            raise TokenRefused("it has expired")
        for claim in ("nbf", "iat"):
            since = _time(claims, claim)
            if since is not None and since - leeway > now:
                raise TokenRefused("it is not valid yet")
        self._check_lifetime(expires, _time(claims, "iat"))
        return expires + leeway

    def _check_lifetime(self, expires: float, issued: float | None) -> None:
        """Whoever steals a token has it until its end, which is not to be far away."""
        if not self.rules.max_lifetime:
            return
        if issued is None:
            raise TokenRefused("it does not say when it was issued")
        if expires - issued > self.rules.max_lifetime:
            raise TokenRefused("it lives longer than tokens may here")


_OPTIONS: Any = {
    "require": ["exp", "iss", "aud"],
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
}
_FAULTS = {
    "InvalidAudienceError": "it is for another audience",
    "InvalidIssuerError": "it is from another issuer",
    "InvalidSignatureError": "its signature is wrong",
    "MissingRequiredClaimError": "a claim is missing",
}


def _header(token: str) -> dict[str, Any]:
    import jwt

    try:
        return dict(jwt.get_unverified_header(token))
    except jwt.PyJWTError:
        raise TokenRefused("it is no JSON Web Token") from None


def _claim(claims: dict[str, Any], path: str) -> Any:
    if path in claims:
        return claims[path]
    found: Any = claims
    for step in path.split("."):
        found = cast("dict[str, Any]", found).get(step) if isinstance(found, dict) else None
    return found


def _groups(value: Any) -> tuple[str, ...]:
    """A list of names; a text is one of them, spaces and all: ``Domain Admins`` is not in ``Admins``."""
    return _texts([value] if isinstance(value, str) else value)


def _texts(value: Any) -> tuple[str, ...]:
    """A list of texts, or the words of one text; nothing of anything else."""
    if isinstance(value, str):
        return tuple(value.split())
    return tuple(one for one in _list(value) if isinstance(one, str) and one)


def _list(value: Any) -> list[object]:
    return cast("list[object]", value) if isinstance(value, list) else []


def _time(claims: dict[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(f"its claim {name} is no time")
    return float(value)
