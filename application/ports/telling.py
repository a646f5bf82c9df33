"""Who is told of every call: counters, traces and the audit."""

from contextlib import AbstractContextManager
from typing import Any, Protocol

import attrs


@attrs.frozen
class CallFacts:
    """What is counted of one call; every text is one of few, so that none makes a series of its own.

    *verb* is a command path of the tool's grammar (``rollout restart``), empty where none was
    understood; *code* is that of the error, empty for a success, and ``CANCELLED`` where the client gave it
    up; *ran* is whether anything was run, without which the times, in seconds, tell nothing; *approval* is
    the answer of a person, empty where none was asked.
    """

    tool: str
    verb: str
    effect: str
    allowed: bool
    code: str
    duration: float
    queue_time: float
    output_bytes: int
    redactions: int
    approval: str = ""
    ran: bool = True


class Telemetry(Protocol):
    """Counts calls and traces their steps."""

    def called(self, facts: CallFacts) -> None:
        """Count one call that has ended, refused ones too."""
        ...

    def requested(self, method: str, tool: str, code: str) -> None:
        """Count one request of an MCP client, whether anything was run for it or not; *code* as above."""
        ...

    def refused(self, status: int) -> None:
        """Count one HTTP request that was answered by an error's *status*."""
        ...

    def span(self, name: str, **attributes: str) -> AbstractContextManager[object]:
        """A step of the call that runs; what the steps within open are its children."""
        ...

    async def aclose(self) -> None:
        """Hand over what is left, as far as somebody takes it soon; may be called twice."""
        ...


class AuditSink(Protocol):
    """Keeps one record for each call, refused ones too."""

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Append *entry*, whose values are JSON values and already redacted.

        It is kept when this returns, and even where the one who waits is cancelled. One that is
        *durable* should outlive a loss of power.

        Raises:
            ExecutionFailed: it could not be kept.
        """
        ...

    async def check(self) -> None:
        """Whether records can be kept now.

        Raises:
            ExecutionFailed: they cannot; the message says why.
        """
        ...

    async def aclose(self) -> None:
        """Keep what is under way and give back what is held; may be called twice."""
        ...
