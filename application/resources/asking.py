"""Questions to one cluster on behalf of one caller, through the choke point."""

import asyncio
import shlex
from collections.abc import Coroutine
from typing import Any, TypeVar

import attrs

from ...domain.errors import (
    ApprovalRequired,
    AuthenticationFailed,
    Busy,
    CommandError,
    ContextNotFound,
    ExecutionFailed,
    InternalFault,
    KubeportError,
    PolicyDenied,
    RateLimited,
    TimedOut,
    ToolNotFound,
)
from ...domain.policy import Caller
from ...domain.result import ErrorDetails, Result
from ..request import Access, Origin, Request
from ..run_command import RunCommand

Found = TypeVar("Found")


@attrs.frozen
class Answer:
    """What a command printed; *cut* tells that it printed more than is kept."""

    text: str
    cut: bool = False


@attrs.frozen
class Asking:
    """Runs commands that only read, in *context* and *namespace*, for *caller*.

    *unread* collects what was asked for and not answered, with the reason; *faults* the errors of it.
    """

    run: RunCommand
    context: str
    namespace: str = ""
    caller: Caller = Caller()
    origin: Origin = Origin()
    unread: dict[str, str] = attrs.field(factory=dict[str, str])
    faults: list[KubeportError] = attrs.field(factory=list[KubeportError])

    async def __call__(self, tool: str, *words: str) -> Answer:
        """The output of *tool* with *words*, which are taken as they are.

        Raises:
            KubeportError: whatever ``RunCommand`` answers with.
        """
        result = await self._result(tool, words)
        if result.error is not None:
            raise raised(result.error)
        return Answer(result.output, result.truncated)

    async def may(self, what: str, tool: str, *words: str) -> str:
        """As calling it, for what can be done without: as much of the output as there is.

        kubectl prints the kinds that it may read even where it may not read others.
        """
        result = await self._result(tool, words)
        if result.error is not None:
            self.unread[what] = reason_of(result.error)
            self.faults.append(raised(result.error))
        elif result.truncated:
            self.unread[what] = "There is more than fits: this is the first part."
        return result.output

    @property
    def refused(self) -> bool:
        """Whether all that was not answered may not be read: by the policy, or by the cluster's RBAC."""
        return bool(self.faults) and all(
            isinstance(fault, PolicyDenied) or getattr(fault, "reason", "") == "forbidden"
            for fault in self.faults
        )

    async def _result(self, tool: str, words: tuple[str, ...]) -> Result:
        request = Request(
            command_line(tool, *words),
            tool,
            self.context,
            self.namespace,
            access=Access.READ,
            caller=self.caller,
            whole=True,
            origin=self.origin,
        )
        return await self.run(request)


async def together(
    needed: Coroutine[Any, Any, Found], *others: Coroutine[Any, Any, str]
) -> tuple[Found, list[str]]:
    """The results of all, run at once; if what is *needed* fails, the others end and its error is raised."""
    # not a TaskGroup: before Python 3.12 it leaves its parent marked as cancelled, which ends an anyio scope
    first = asyncio.ensure_future(needed)
    rest = [asyncio.ensure_future(other) for other in others]
    try:
        return await first, [await task for task in rest]
    finally:
        for task in (first, *rest):
            task.cancel()
        await asyncio.gather(first, *rest, return_exceptions=True)


def command_line(tool: str, *words: str) -> str:
    """A line that our reader splits into exactly *tool* and *words*."""
    return " ".join((tool, *(shlex.quote(word) for word in words)))


def reason_of(details: ErrorDetails) -> str:
    """Why something could not be read, in a line."""
    said = details.message.partition("\n")[0]
    return f"{said} {_first_line(details)}".strip()


def raised(details: ErrorDetails) -> KubeportError:
    """The error that *details* tell of; what a program said on stderr is its hint's first line."""
    kind = _KINDS.get(details.code, InternalFault)
    hint = "\n".join(part for part in (_first_line(details), details.hint) if part)
    if kind is ApprovalRequired:
        return ApprovalRequired(details.message, hint=hint, rule=details.rule, reason=details.reason)
    if kind is PolicyDenied:
        return PolicyDenied(details.message, hint=hint, rule=details.rule)
    if kind is RateLimited:
        return RateLimited(details.message, hint=hint, retry_after=details.retry_after or 0.0)
    if kind is ExecutionFailed and details.retry_after is not None:
        return Busy(details.message, hint=hint, reason=details.reason, retry_after=details.retry_after)
    if kind is AuthenticationFailed or kind is ExecutionFailed:
        return kind(details.message, hint=hint, reason=details.reason)
    return kind(details.message, hint=hint)


def _first_line(details: ErrorDetails) -> str:
    return details.stderr.strip().partition("\n")[0][:_SAID]


_SAID = 500
_KINDS: dict[str, type[KubeportError]] = {
    kind.code: kind
    for kind in (
        CommandError, ToolNotFound, PolicyDenied, ApprovalRequired, ContextNotFound,
        AuthenticationFailed, ExecutionFailed, TimedOut, RateLimited, InternalFault,
    )
}  # fmt: skip
