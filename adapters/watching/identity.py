"""Who we are to an API server: headers and a client certificate, as fresh as they need to be."""

import asyncio
import base64
import copy
import time
from collections.abc import Awaitable, Callable
from urllib.parse import quote

import attrs

from ...application.ports import WatchPlace
from ...domain.errors import AuthenticationFailed
from .faults import configured_wrong, invalid
from .plugin import Issued
from .settings import Access, User

AGAIN = 20.0
"""A plugin is not run again within so many seconds, however often it fails or is refused."""

Header = tuple[bytes, bytes]
_EARLY = 10.0


@attrs.define(eq=False)
class Plugins:
    """The credentials of one context's plugin: kept until they expire or are refused.

    *issue* runs the plugin; *clock* and *monotonic* tell time.
    """

    issue: Callable[[Access], Awaitable[Issued]]
    clock: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    _lock: asyncio.Lock = attrs.field(factory=asyncio.Lock, init=False)
    _access: Access | None = attrs.field(default=None, init=False, repr=False)
    _issued: Issued | None = attrs.field(default=None, init=False, repr=False)
    _ran: float = attrs.field(default=float("-inf"), init=False)
    _failure: AuthenticationFailed | None = attrs.field(default=None, init=False)

    async def current(self, access: Access) -> Issued:
        """Credentials for *access*; the plugin runs where there are none that hold.

        Raises:
            AuthenticationFailed: it gave none.
        """
        async with self._lock:
            if access != self._access:
                self._access, self._issued, self._failure = access, None, None
            if self._failure is not None and self._is_recent():
                raise copy.copy(self._failure)
            if self._issued is None or self._is_over(self._issued):
                self._issued = await self._run(access)
            return self._issued

    async def _run(self, access: Access) -> Issued:
        self._ran, self._issued, self._failure = self.monotonic(), None, None
        try:
            return await self.issue(access)
        except AuthenticationFailed as failure:
            self._failure = failure
            raise

    async def refuse(self, issued: Issued) -> None:
        """Forget *issued*, which the server does not accept; not if it is only just made."""
        async with self._lock:
            if self._issued == issued and not self._is_recent():
                self._issued = None

    def _is_recent(self) -> bool:
        return self.monotonic() - self._ran < AGAIN

    def _is_over(self, issued: Issued) -> bool:
        return 0 < issued.expires < self.clock() + _EARLY


def needs_plugin(user: User) -> bool:
    """Whether the plugin counts: what the kubeconfig itself states comes first, as for kubectl."""
    stated = user.token or user.token_file or user.name or user.certificate or user.certificate_data
    return user.plugin is not None and not stated


def authorization(context: str, user: User, issued: Issued) -> tuple[Header, ...]:
    """The header that says who we are; none for a client certificate.

    Raises:
        ExecutionFailed: the token's file cannot be read, or the way to log in is not supported.
    """
    token = _token(context, user) or issued.token
    if token:
        return ((b"Authorization", b"Bearer " + token.encode()),)
    if user.name:
        pair = base64.b64encode(f"{user.name}:{user.password}".encode())
        return ((b"Authorization", b"Basic " + pair),)
    if user.provider:
        what = f"the auth-provider {user.provider} of its user needs kubectl; use a credential plugin (exec)"
        raise configured_wrong(context, what)
    return ()


def _token(context: str, user: User) -> str:
    if not user.token_file:
        return user.token
    try:
        with open(user.token_file, encoding="utf-8") as file:
            return file.read(64 * 1024).strip()
    except (OSError, UnicodeDecodeError, ValueError):
        if user.token:
            return user.token
    raise configured_wrong(context, "the token's file of its user cannot be read")


def impersonation(user: User, place: WatchPlace | None = None) -> tuple[Header, ...]:
    """The headers to act in somebody's name: that of *place*, else the one that the kubeconfig states."""
    if place is not None and (place.user or place.groups):
        user = User(acts_as=place.user, acts_as_groups=place.groups)
    headers = [("Impersonate-User", user.acts_as), ("Impersonate-Uid", user.acts_as_uid)]
    headers += [("Impersonate-Group", group) for group in user.acts_as_groups]
    for key, values in user.acts_as_extra:
        headers += [(f"Impersonate-Extra-{quote(key, safe='')}", value) for value in values]
    if not all(value.isprintable() for _, value in headers):
        raise invalid("The name of a user or group has characters that no name has.")
    return tuple((name.encode(), value.encode()) for name, value in headers if value)
