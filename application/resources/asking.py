"""Questions to one cluster on behalf of one caller, through the choke point."""

import shlex

import attrs

from ...domain.errors import (
    AuthenticationFailed,
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
from ...domain.result import ErrorDetails
from ..request import Access, Request
from ..run_command import RunCommand


@attrs.frozen
class Answer:
    """What a command printed; *cut* tells that it printed more than is kept."""

    text: str
    cut: bool = False


@attrs.frozen
class Asking:
    """Runs commands that only read, in *context* and *namespace*, for *caller*.

    *unread* collects what was asked for and not answered, with the reason.
    """

    run: RunCommand
    context: str
    namespace: str = ""
    caller: Caller = Caller()
    timeout: float | None = None
    unread: dict[str, str] = attrs.field(factory=dict[str, str])

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
            self.unread[what] = _reason(result.error)
        elif result.truncated:
            self.unread[what] = "There is more than fits: this is the first part."
        return result.output

    async def _result(self, tool: str, words: tuple[str, ...]) -> Result:
        request = Request(
            command_line(tool, *words),
            tool,
            self.context,
            self.namespace,
            self.timeout,
            access=Access.READ,
            caller=self.caller,
            whole=True,
        )
        return await self.run(request)


Found = TypeVar("Found")


async def together(needed: Coroutine[Any, Any, Found], *others: Coroutine[Any, Any, str]) -> tuple[Found, *tuple[str, ...]]:
    """The results of all, run at once; if what is *needed* fails, the others end and its error is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            first = group.create_task(needed)
            rest = [group.create_task(other) for other in others]
    except* KubeportError as errors:
        failed = errors
    else:
        return (first.result(), *(task.result() for task in rest))
    raise failed.exceptions[0]


def command_line(tool: str, *words: str) -> str:
    """A line that our reader splits into exactly *tool* and *words*."""
    return " ".join((tool, *(shlex.quote(word) for word in words)))


def raised(details: ErrorDetails) -> KubeportError:
    """The error that *details* tell of; what a program said on stderr is its hint's first line."""
    said = details.stderr.strip().partition("\n")[0][:_SAID]
    hint = "\n".join(part for part in (said, details.hint) if part)
    extra: dict[str, object] = {}
    kind = _KINDS.get(details.code, InternalFault)
    if issubclass(kind, (AuthenticationFailed, ExecutionFailed, RateLimited)) and details.reason:
        extra["reason"] = details.reason
    if kind is RateLimited:
        extra["retry_after"] = details.retry_after or 0.0
    if kind is PolicyDenied:
        extra["rule"] = details.rule
    return kind(details.message, hint=hint, **extra)  # type: ignore[arg-type]


_SAID = 500
_KINDS: dict[str, type[KubeportError]] = {
    kind.code: kind
    for kind in (
        CommandError, ToolNotFound, PolicyDenied, ContextNotFound, AuthenticationFailed,
        ExecutionFailed, TimedOut, RateLimited, InternalFault,
    )
}  # fmt: skip
