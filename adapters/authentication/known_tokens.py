"""Tokens of a small team: long random ones, of which only the hashes are kept."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable
from typing import Protocol

import attrs

from ...application.authentication import Credential, TokenRefused
from ...application.ports import Clock

PREFIX = "kubeport_"


class KnownToken(Protocol):
    """A token by its *sha256*, in hexadecimal; it is random enough that nobody can guess it from that.

    *expires* is in seconds since the epoch, infinity for never.
    """

    @property
    def name(self) -> str:
        """Its bearer."""
        ...

    @property
    def sha256(self) -> str:
        """Its hash."""
        ...

    @property
    def groups(self) -> tuple[str, ...]:
        """Its bearer's groups."""
        ...

    @property
    def scopes(self) -> tuple[str, ...]:
        """What it grants."""
        ...

    @property
    def expires(self) -> float:
        """When it ends."""
        ...


def new_token() -> str:
    """A token of 256 random bits, with a beginning by which leaks can be found."""
    return PREFIX + secrets.token_urlsafe(32)


def hashed(token: str) -> str:
    """The SHA-256 of *token* in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


@attrs.frozen
class KnownTokens:
    """Takes the tokens that *known* gives, asked anew each time so that they can be taken away."""

    known: Callable[[], Iterable[KnownToken]]
    clock: Clock

    async def authenticate(self, token: str) -> Credential:
        """What *token* proves; raises as ``Authenticator``."""
        digest, found = hashed(token), None
        for one in self.known():
            # all are compared, so that the time tells nothing
            if hmac.compare_digest(one.sha256, digest):
                found = one
        if found is None:
            raise TokenRefused("it is not known")
        if found.expires <= self.clock.now():
            raise TokenRefused("it has expired")
        return Credential(found.name, found.groups, found.scopes, found.expires)

    async def check(self) -> None:
        """The tokens are always known."""

    async def aclose(self) -> None:
        """Nothing is held."""
