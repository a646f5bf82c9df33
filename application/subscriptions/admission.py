"""Who may be told of what: a subscription is judged, counted and put on record as the same read is."""

import shlex
from typing import Any

import attrs

from ...domain.effect import Effect
from ...domain.errors import KubeportError
from ...domain.policy import Caller, Policy
from ...domain.resources.uri import ResourceUri
from ...domain.result import ErrorDetails, Result
from ..auditing import Auditing
from ..explain_command import ExplainCommand
from ..ports import AuditSink, Clock, WatchPlace
from ..rates import Rates
from ..record import audit_record, decided, ended, new_request_id
from ..request import Access, Origin, Request
from .interests import Interest


@attrs.frozen
class Asked:
    """What somebody wants to be told of."""

    text: str
    uri: ResourceUri
    caller: Caller = Caller()
    origin: Origin = Origin()

    def request(self, interest: Interest) -> Request:
        """The read that tells the same as a watch for *interest*."""
        return Request(
            shlex.join((interest.tool, *interest.words)),
            interest.tool,
            self.uri.context,
            interest.namespace,
            access=Access.READ,
            caller=self.caller,
            origin=self.origin,
        )


@attrs.frozen
class Admission:
    """Judges subscriptions by the rules in force, and keeps a record of each."""

    explain: ExplainCommand
    rates: Rates
    clock: Clock
    audit: AuditSink | None

    async def count(self, caller: Caller) -> None:
        """Hold *caller* to its rate.

        Raises:
            RateLimited: it subscribes too often.
        """
        await self.rates.admit(caller, "subscribe")

    def policy(self) -> Policy:
        """The policy in force."""
        return self.explain.rules.policy()

    def judge(self, asked: Asked, interest: Interest) -> None:
        """See to it that *interest* may be watched now.

        Raises:
            KubeportError: the policy refuses, or it cannot be asked.
        """
        found = self.explain(asked.request(interest))
        if found.error is not None:
            raise found.error

    def place(self, asked: Asked, interest: Interest) -> WatchPlace:
        """Where *interest* is watched, in the name of who asked.

        Raises:
            PolicyDenied: nobody may be asked in that name.
        """
        return self.explain.contexts.identities.place(interest.place(asked.uri.context), asked.caller)

    async def intend(self, asked: Asked, interest: Interest, request_id: str) -> None:
        """Put on record that a watch is about to start, where the audit wants that of reads, too.

        Raises:
            ExecutionFailed: the record could not be kept, and nothing may run without it.
        """
        auditing = self._auditing()
        if auditing.wants_intent(Effect.READ):
            await auditing.intend(self._record("intent", asked, interest, request_id))

    async def keep(
        self, asked: Asked, interest: Interest, request_id: str, error: KubeportError | None = None
    ) -> None:
        """Put on record how a subscription began, or why it did not."""
        result = Result(error=None if error is None else ErrorDetails.of(error))
        entry = self._record("subscribe", asked, interest, request_id, ended(result, "", 0.0))
        await self._auditing().keep(entry, durable=False)

    def request_id(self) -> str:
        """A name for the record."""
        return new_request_id(self.clock.now())

    def _record(
        self, event: str, asked: Asked, interest: Interest, request_id: str, *parts: dict[str, Any]
    ) -> dict[str, Any]:
        found = self.explain(asked.request(interest))
        call = found.understood.call if found.understood is not None else None
        argv = (call.argv(*found.placed),) if call is not None and found.allowed else ()
        known = decided(found.request, call, argv, found.target, found.decision)
        return audit_record(event, request_id, self.clock.now(), known, {"uri": asked.text}, *parts)

    def _auditing(self) -> Auditing:
        return Auditing(self.audit, self.explain.settings.audit.required)
