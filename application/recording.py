"""Requests that ran no command are on record, too: what Kubeport answers, and what it refuses, by itself."""

from typing import Any

import attrs

from ..domain.context import Target
from ..domain.policy import Caller
from ..domain.result import ErrorDetails, Result
from .auditing import Auditing
from .ports import AuditSink, Clock, Telemetry
from .record import audit_record, decided, ended, new_request_id
from .request import Origin, Request
from .telemetry import NoTelemetry

_LONGEST = 4096
"""Characters kept of what somebody asks for; a command that runs is kept whole."""


@attrs.frozen
class Question:
    """A request that no command answers.

    *method* is MCP's name of it (``tools/call``), *tool* that of a tool or prompt, *words* what was asked of
    it, *uri* the resource that it is about, *effect* what it would have done.
    """

    method: str
    tool: str = ""
    words: str = ""
    uri: str = ""
    context: str = ""
    namespace: str = ""
    caller: Caller = Caller()
    origin: Origin = Origin()
    effect: str = "read"

    def known(self) -> dict[str, Any]:
        """The part of the record that is known before there is an answer."""
        request = Request(self.words[:_LONGEST], self.tool[:_LONGEST], caller=self.caller, origin=self.origin)
        place = Target(context=self.context[:_LONGEST], namespace=self.namespace[:_LONGEST])
        known = decided(request, None, (), place, None)
        return known | {"method": self.method, "uri": self.uri[:_LONGEST], "effect": self.effect}


@attrs.frozen
class Denied:
    """A request that was refused before it was known what it asks: the HTTP *status* and why.

    *caller* is who it was, as far as a token proved it; *address* where it came from.
    """

    status: int
    reason: str
    address: str = ""
    caller: str = ""


@attrs.frozen
class Recording:
    """Makes the records of requests for which nothing ran; *telemetry* counts those and all others."""

    clock: Clock
    sink: AuditSink | None
    required: str = "writes"
    telemetry: Telemetry = NoTelemetry()

    @property
    def auditing(self) -> Auditing:
        """The audit, and what may not be answered without it."""
        return Auditing(self.sink, self.required)

    def request_id(self) -> str:
        """A name for the record."""
        return new_request_id(self.clock.now())

    async def answered(
        self, question: Question, request_id: str, started: float, text: str, error: ErrorDetails | None
    ) -> bool:
        """Put on record what became of *question*; False: it is not kept, and may be answered all the same.

        *text* is the answer, of which a digest is kept; *started* is what the clock's ``monotonic`` said.

        Raises:
            ExecutionFailed: it could not be kept, and nothing may be answered without it.
        """
        took = round(self.clock.monotonic() - started, 3)
        end = ended(Result(text, execution_time=took, error=error), text, 0.0)
        entry = self._record("answer", request_id, question.known(), {"allowed": error is None}, end)
        kept = await self.auditing.keep(entry, durable=False)
        if not kept and self.required == "all":
            raise self.auditing.unavailable()
        return kept

    async def denied(self, denied: Denied, origin: Origin, times: int = 1) -> None:
        """Put on record that such a request was refused *times* times."""
        question = Question("", caller=Caller(denied.caller), origin=origin)
        error = ErrorDetails(message=denied.reason, code="", reason=denied.reason)
        told = {"effect": "", "allowed": False, "http_status": denied.status, "times": times}
        end = ended(Result(error=error), "", 0.0)
        await self.auditing.keep(
            self._record("denied", self.request_id(), question.known(), end, told), durable=False
        )

    def _record(self, event: str, request_id: str, *parts: dict[str, Any]) -> dict[str, Any]:
        return audit_record(event, request_id, self.clock.now(), *parts)
