"""Who calls: what a token proves, and what it lets its bearer do at most."""

from collections.abc import Iterable
from contextvars import ContextVar
from typing import Protocol
from urllib.parse import urlsplit

import attrs

from ..domain.effect import SCOPES, Level
from ..domain.policy import Caller

SENDER: ContextVar[str] = ContextVar("kubeport_sender", default="")
"""Where the request comes from whose token is looked at; empty where that is not known.

It proves nothing: whoever asks somebody else about tokens shares its time out between senders by it.
"""


@attrs.frozen
class Credential:
    """What a token proves: *name* and *groups* of its bearer, and its *scopes*.

    *expires* is in seconds since the epoch, infinity for never. *issuer* tells two bearers of one name apart.
    *fresh_until* is not its end: until then its authenticator remembers the answer, and says the same again.
    """

    name: str
    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    expires: float = float("inf")
    issuer: str = ""
    fresh_until: float = float("inf")


class TokenRefused(Exception):
    """The token proves nothing; the text says why in a few words, and holds nothing of the token."""


class CannotAuthenticate(Exception):
    """Nothing can be said of any token now, as while an identity provider does not answer; for the log."""


class Authenticator(Protocol):
    """Knows tokens."""

    async def authenticate(self, token: str) -> Credential:
        """What *token* proves.

        Raises:
            TokenRefused: nothing.
            CannotAuthenticate: it cannot be told now.
        """
        ...

    async def check(self) -> None:
        """Whether tokens can be told from one another now.

        Raises:
            CannotAuthenticate: they cannot.
        """
        ...

    async def aclose(self) -> None:
        """Give back what is held; may be called twice."""
        ...


def is_safe_address(url: str) -> bool:
    """Whether nobody between can read or change what goes to *url*: https, or this machine."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def granted(scopes: Iterable[str]) -> Level | None:
    """The highest level that *scopes* grant; None where there is none of ours among them."""
    levels = [SCOPES[scope] for scope in scopes if scope in SCOPES]
    return max(levels, key=lambda level: level.rank, default=None)


def caller(credential: Credential, level: Level) -> Caller:
    """The caller who has *credential*, of which *level* is what it grants."""
    return Caller(credential.name, credential.groups, level)
