"""Tokens of Kubernetes' own, such as ServiceAccounts': the API server says whose they are (TokenReview).

It is asked by kubectl, with the server's credentials and whatever plugin they need; the token goes over
kubectl's input, never into its arguments. The server's account needs ``create`` on ``tokenreviews``.
"""

import hashlib
import json
import logging
from collections import OrderedDict
from typing import Any, cast

import attrs

from ...application.authentication import CannotAuthenticate, Credential, TokenRefused
from ...application.ports import Clock, Executor, Job, Limits, Stage
from ...domain.errors import KubeportError

_log = logging.getLogger("kubeport.authentication")
_LONGEST = 16 * 1024
_MOST = 1000
_SECONDS = 10.0


@attrs.define(eq=False)
class TokenReviewAuthenticator:
    """Asks the API server behind *context* of the kubeconfig about tokens for *audience*.

    An answer is kept for *kept* seconds, by a hash of the token; a refusal as well. *scopes* are what each
    bearer has, since these tokens carry none.
    """

    executor: Executor
    clock: Clock
    context: str
    audience: str
    scopes: tuple[str, ...]
    kept: float = 60.0
    _answered: float = attrs.field(default=float("-inf"), init=False)
    _known: OrderedDict[bytes, tuple[float, Credential | None]] = attrs.field(
        factory=OrderedDict[bytes, tuple[float, Credential | None]], init=False, repr=False
    )

    async def authenticate(self, token: str) -> Credential:
        """What *token* proves; raises as ``Authenticator``."""
        if len(token) > _LONGEST:
            raise TokenRefused("it is too long")
        digest = hashlib.sha256(token.encode()).digest()
        until, found = self._known.get(digest, (0.0, None))
        if until <= self.clock.monotonic():
            found = _credential(await self._reviewed(token), self.audience, self.scopes)
            self._known[digest] = (self.clock.monotonic() + self.kept, found)
            self._known.move_to_end(digest)
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        if found is None:
            raise TokenRefused("the cluster does not know it")
        return attrs.evolve(found, expires=self.clock.now() + self.kept)

    async def check(self) -> None:
        """Whether the API server answers; asked again after *kept* seconds."""
        if self._answered + self.kept <= self.clock.monotonic():
            await self._reviewed("no-token")
            self._answered = self.clock.monotonic()

    async def aclose(self) -> None:
        """Nothing is held that is not the executor's."""

    async def _reviewed(self, token: str) -> dict[str, Any]:
        place = (f"--context={self.context}",) if self.context else ()
        argv = ("kubectl", "create", "--filename=-", "--output=json", "--validate=ignore", *place)
        review = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "spec": {"token": token, "audiences": [self.audience]},
        }
        job = Job((Stage(argv),), Limits(timeout=_SECONDS), json.dumps(review))
        try:
            done = await self.executor.run(job)
        except KubeportError as error:
            raise CannotAuthenticate(str(error)) from None
        try:
            found = json.loads(done.stdout) if not done.stages[0].exit_code else None
        except ValueError:
            found = None
        if not isinstance(found, dict):
            # its stderr may repeat what it was given
            _log.error("TokenReview failed: kubectl ended with %s", done.stages[0].exit_code)
            raise CannotAuthenticate("the API server did not review the token")
        return cast("dict[str, Any]", found)


def _credential(review: dict[str, Any], audience: str, scopes: tuple[str, ...]) -> Credential | None:
    """What the API server's answer proves; None where it proves nothing for *audience*."""
    status: dict[str, Any] = review.get("status") or {}
    user: dict[str, Any] = status.get("user") or {}
    name = str(user.get("username") or "")
    # an API server that knows no audiences names none: then the token is not proven to be for us
    if status.get("authenticated") is not True or audience not in (status.get("audiences") or ()) or not name:
        return None
    groups = tuple(str(group) for group in user.get("groups") or ())
    return Credential(name, groups, scopes)
