"""What becomes of a call whose audit record cannot be kept: a change is refused, a read goes on, loudly."""

import asyncio
import logging
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import anyio
import attrs

from ..domain.effect import Effect
from ..domain.errors import ExecutionFailed, KubeportError
from .ports import AuditSink

_log = logging.getLogger("kubeport.audit")
_PATIENCE = 5.0
MISSING = "This call is missing from the audit; the server's log says why."


@attrs.define(eq=False)
class Tally:
    """How many records were made of one request, kept or not."""

    records: int = 0
    _around: "Tally | None" = attrs.field(default=None, alias="around")

    def add(self) -> None:
        """One more, for whoever counts around us, too."""
        self.records += 1
        if self._around is not None:
            self._around.add()


_TALLY: ContextVar[Tally | None] = ContextVar("kubeport.audit.tally", default=None)


@contextmanager
def tallied() -> Generator[Tally]:
    """Count the records that are made within, by this task and those that it starts."""
    token = _TALLY.set(tally := Tally(around=_TALLY.get()))
    try:
        yield tally
    finally:
        _TALLY.reset(token)


@attrs.frozen
class Auditing:
    """Hands records to *sink* (None: there is no audit).

    *required* says which calls may not run without their record: ``writes`` (whatever changes
    something), ``all`` or ``none``.
    """

    sink: AuditSink | None
    required: str = "writes"

    def wants_intent(self, effect: Effect) -> bool:
        """Whether a call of *effect* is put on record before it runs: changes are, and what is required."""
        return self.sink is not None and (effect > Effect.READ or self.required == "all")

    async def intend(self, entry: dict[str, Any]) -> bool:
        """Keep that a call is about to run; False: it is not kept, and the call may run all the same.

        Raises:
            ExecutionFailed: it could not be kept, and the call may not run without it.
        """
        kept = await self.keep(entry, durable=True)
        if kept or self.required == "none":
            return kept
        raise self.unavailable()

    def unavailable(self) -> ExecutionFailed:
        """The error of a call whose record is needed and could not be kept."""
        reads = "" if self.required == "all" else " Reads still work."
        return ExecutionFailed(
            "Nothing was run or told: the audit record that this call needs could not be kept.",
            hint=f"The server's log says why; its operator can mend it.{reads}",
            reason="audit_unavailable",
        )

    async def keep(self, entry: dict[str, Any], *, durable: bool) -> bool:
        """Whether *entry* is kept; what went wrong is told to the log. A cancellation waits for it."""
        if (tally := _TALLY.get()) is not None:
            tally.add()
        if self.sink is None:
            return True
        try:
            with anyio.CancelScope(shield=True):
                async with asyncio.timeout(_PATIENCE):
                    await self.sink.record(entry, durable)
        except (KubeportError, TimeoutError) as error:
            why = str(error) or f"not done within {_PATIENCE:g} seconds"
            _log.error("the call %s was not audited: %s", entry.get("request_id"), why)
        except Exception:
            _log.exception("the call %s was not audited", entry.get("request_id"))
        else:
            return True
        return False
