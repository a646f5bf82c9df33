"""Asking the user through the client (elicitation), in both protocol eras.

In the older one the client is asked while the call waits. In that of 2026-07-28 the call ends with the
question, and the client makes it again with the answer and a state that only we can have sealed.
"""

import hmac
import json
import logging
import secrets
from typing import Any

import attrs
import pydantic
from mcp import MCPError
from mcp import types as T
from mcp.server import ServerRequestContext
from mcp.server.request_state import RequestStateBoundary, RequestStateSecurity

from ...application.approving import Approvals
from ...domain.approval import Answer, Question
from ...domain.result import ErrorDetails

_log = logging.getLogger("kubeport.approval")
_ROUNDS = "2026-07-28"
_KEY = "approval"
_FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "approve": {
            "type": "boolean",
            "title": "Run it, once",
            "description": "Exactly what is shown; anything else is asked about anew.",
            "default": False,
        }
    },
    "required": ["approve"],
}
_DRIFT = 60.0  # seconds by which the clocks of replicas may differ


def sealed_state(approvals: Approvals, name: str) -> RequestStateBoundary:
    """What seals the state of a question going out, for a tool and its arguments, and opens it coming in.

    How long it is good is said by our own clock; the boundary forgets it some time after.
    """
    security = RequestStateSecurity(keys=[approvals.key], ttl=approvals.seconds + _DRIFT)
    return RequestStateBoundary(security, default_audience=name)


@attrs.define(eq=False)
class Elicitation:
    """An ``Approver`` for one call: its client's user. *asks* is set where a next call brings the answer.

    *lacking* is set where the client shows no forms and its revision wants to be told so.
    """

    ctx: ServerRequestContext[Any]
    params: T.CallToolRequestParams
    approvals: Approvals
    asks: T.InputRequiredResult | None = attrs.field(default=None, init=False)
    lacking: bool = attrs.field(default=False, init=False)

    async def ask(self, question: Question) -> Answer:
        """The user's answer; see ``Approver``."""
        if not _can_ask(self.ctx):
            self.lacking = self.ctx.protocol_version >= _ROUNDS
            return Answer.UNAVAILABLE
        if self.ctx.protocol_version >= _ROUNDS:
            return await self._by_rounds(question)
        return await self._by_request(question)

    async def _by_request(self, question: Question) -> Answer:
        session, call = self.ctx.session, self.ctx.request_id
        try:
            told = await session.elicit_form(question.text, _FORM, related_request_id=call)
        except (MCPError, pydantic.ValidationError) as error:
            _log.warning("the client could not ask: %s", type(error).__name__)
            return Answer.UNAVAILABLE
        return _answer(told)

    async def _by_rounds(self, question: Question) -> Answer:
        told = (self.params.input_responses or {}).get(_KEY)
        if told is None or self.params.request_state is None:
            self.asks = self._round(question)
            return Answer.PENDING
        state = json.loads(self.params.request_state)
        left = state["until"] - self.approvals.clock.now()
        if left <= 0:
            return Answer.EXPIRED
        if not hmac.compare_digest(state["digest"], question.digest):
            return Answer.CHANGED
        if not await self.approvals.once.take(state["id"], left + _DRIFT):
            return Answer.USED
        return _answer(told)

    def _round(self, question: Question) -> T.InputRequiredResult:
        until = self.approvals.clock.now() + self.approvals.seconds
        state = {"id": secrets.token_urlsafe(16), "digest": question.digest, "until": until}
        form = T.ElicitRequestFormParams(mode="form", message=question.text, requested_schema=_FORM)
        return T.InputRequiredResult(
            input_requests={_KEY: T.ElicitRequest(params=form)}, request_state=json.dumps(state)
        )


def _can_ask(ctx: ServerRequestContext[Any]) -> bool:
    """Whether the client says that it shows forms; one that names no mode means them."""
    known = ctx.session.client_capabilities
    how = known.elicitation if known else None
    return how is not None and (how.form is not None or how.url is None)


def lacking(error: ErrorDetails) -> MCPError:
    """*error* as the revision of 2026-07-28 wants it (-32021) where a client did not say that it shows forms.

    The message has the hint, too: not every host shows the data to its model.
    """
    form = T.ClientCapabilities(elicitation=T.ElicitationCapability(form=T.FormElicitationCapability()))
    needed = T.MissingRequiredClientCapabilityErrorData(required_capabilities=form)
    return MCPError(
        code=T.MISSING_REQUIRED_CLIENT_CAPABILITY,
        message="\n".join(part for part in (error.message, error.hint) if part),
        data=needed.model_dump(by_alias=True, mode="json", exclude_none=True) | error.as_dict(),
    )


def _answer(told: object) -> Answer:
    """A yes is accepting the form with its box ticked, and nothing else is."""
    if not isinstance(told, T.ElicitResult) or told.action != "accept":
        return Answer.DECLINED
    return Answer.APPROVED if (told.content or {}).get("approve") is True else Answer.DECLINED
