"""Tokens of Kubernetes' own, such as ServiceAccounts': the API server says whose they are (TokenReview).

It is asked by kubectl, with the server's credentials and whatever plugin they need; the token goes over
kubectl's input, never into its arguments. The server's account needs ``create`` on ``tokenreviews``.
"""

import asyncio
import hashlib
import json
import logging
from collections import OrderedDict
from typing import Any, cast

import attrs

from ...application.authentication import SENDER, CannotAuthenticate, Credential, TokenRefused
from ...application.ports import Clock, Executor, Job, Limits, Stage
from ...application.turns import Turns
from ...domain.context import IN_CLUSTER
from ...domain.errors import Busy, KubeportError
from .unverified import LEEWAY, end, expired

_log = logging.getLogger("kubeport.authentication")
_LONGEST = 16 * 1024
_MOST = 1000
_SECONDS = 10.0
_AT_ONCE, _WAITING = 4, 60
_AGAIN_AT_ONCE, _AGAIN_WAITING = 2, 256
_PATIENCE = 30.0
_RETRY = 10.0

Answer = tuple[float, Credential | None]
Answers = OrderedDict[bytes, Answer]


@attrs.define(eq=False)
class TokenReviewAuthenticator:
    """Asks the API server behind *context* of the kubeconfig about tokens for *audience*.

    ``in-cluster`` is the cluster around us, by the Pod's own account. An answer is kept for *kept* seconds,
    by a hash of the token; a refusal as well, apart from the others so that garbage pushes no good answer
    out. A few tokens are asked about at once, and some may wait: whoever sends garbage starts no crowd of
    processes. Senders take turns, and tokens that were good wait apart from all that are new, so that one
    who sends garbage keeps nobody else out. *scopes* are what each bearer has, since these tokens carry none.
    """

    executor: Executor
    clock: Clock
    context: str
    audience: str
    scopes: tuple[str, ...]
    kept: float = 60.0
    _checked: float = attrs.field(default=float("-inf"), init=False)
    _fault: str = attrs.field(default="", init=False)
    _checking: asyncio.Task[None] | None = attrs.field(default=None, init=False)
    _known: Answers = attrs.field(factory=Answers, init=False, repr=False)
    _refused: Answers = attrs.field(factory=Answers, init=False, repr=False)
    _new: Turns = attrs.field(factory=lambda: Turns(_AT_ONCE, _AT_ONCE, _WAITING), init=False)
    _again: Turns = attrs.field(
        factory=lambda: Turns(_AGAIN_AT_ONCE, _AGAIN_AT_ONCE, _AGAIN_WAITING), init=False
    )

    async def authenticate(self, token: str) -> Credential:
        """What *token* proves; raises as ``Authenticator``."""
        if len(token) > _LONGEST:
            raise TokenRefused("it is too long")
        if expired(token, self.clock.now()):
            raise TokenRefused("it has expired")
        digest = hashlib.sha256(token.encode()).digest()
        until, found = self._answer(digest) or await self._asked(token, digest)
        if found is None:
            raise TokenRefused("the cluster does not know it")
        now, ends = self.clock.now(), end(token)
        left = max(0.0, until - self.clock.monotonic())
        # where clocks differ the API server may take it for longer than ours says, but no longer than we do
        return attrs.evolve(found, expires=ends if ends > now else ends + LEEWAY, fresh_until=now + left)

    def _answer(self, digest: bytes) -> Answer | None:
        """What is remembered of a token, as long as it holds."""
        found = self._known.get(digest) or self._refused.get(digest)
        return found if found is not None and found[0] > self.clock.monotonic() else None

    async def _asked(self, token: str, digest: bytes) -> Answer:
        known = digest in self._known
        turns, who = (self._again, digest.hex()) if known else (self._new, SENDER.get())
        try:
            async with turns.turn("", who, _PATIENCE):
                # another request with the same token may have been answered while this one waited
                return self._answer(digest) or await self._remembered(token, digest)
        except Busy:
            raise CannotAuthenticate("too many tokens wait to be reviewed") from None

    async def _remembered(self, token: str, digest: bytes) -> Answer:
        found = _credential(await self._reviewed(token), self.audience, self.scopes)
        answers, others = (self._refused, self._known) if found is None else (self._known, self._refused)
        others.pop(digest, None)
        left = end(token) - self.clock.now()
        kept = min(self.kept, left) if left > 0 else self.kept
        answers[digest] = (self.clock.monotonic() + kept, found)
        answers.move_to_end(digest)
        while len(answers) > _MOST:
            answers.popitem(last=False)
        return answers[digest]

    async def check(self) -> None:
        """Whether the API server answers; asked again after *kept* seconds, or sooner where it did not.

        Each token that it reviews is an answer, too. Anybody may ask a server whether it is ready: all who
        ask at once wait for one review.
        """
        if self._checking is None:
            kept = min(self.kept, _RETRY) if self._fault else self.kept
            if self._checked + kept <= self.clock.monotonic():
                self._checking = asyncio.create_task(self._look())
        if self._checking is not None:
            await asyncio.shield(self._checking)
        if self._fault:
            raise CannotAuthenticate(self._fault)

    async def aclose(self) -> None:
        """Leave off looking; nothing else is held that is not the executor's."""
        if self._checking is not None:
            self._checking.cancel()
            await asyncio.wait({self._checking})

    async def _look(self) -> None:
        """Ask about what is no token, and remember whether there was an answer."""
        try:
            await self._reviewed("no-token")
        except CannotAuthenticate as fault:
            self._checked, self._fault = self.clock.monotonic(), str(fault) or "tokens cannot be reviewed"
        finally:
            self._checking = None

    async def _reviewed(self, token: str) -> dict[str, Any]:
        own = self.context == IN_CLUSTER
        place = (f"--context={self.context}",) if self.context and not own else ()
        argv = ("kubectl", "create", "--filename=-", "--output=json", "--validate=ignore", *place)
        review = {
            "apiVersion": "authentication.k8s.io/v1",
            "kind": "TokenReview",
            "spec": {"token": token, "audiences": [self.audience]},
        }
        job = Job((Stage(argv),), Limits(timeout=_SECONDS), json.dumps(review), in_cluster=own)
        try:
            done = await self.executor.run(job)
        except KubeportError as error:
            raise CannotAuthenticate(str(error)) from None
        try:
            found = json.loads(done.stdout) if not done.stages[0].exit_code else None
        except (ValueError, RecursionError):
            found = None
        if done.timed_out or not isinstance(found, dict):
            # its stderr may repeat what it was given
            _log.error("TokenReview failed: kubectl ended with %s", done.stages[0].exit_code)
            raise CannotAuthenticate("the API server did not review the token")
        self._checked, self._fault = self.clock.monotonic(), ""
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
