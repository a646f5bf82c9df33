"""Sees to it that each request of a client is on record, whatever became of it.

What runs a command is put on record by ``RunCommand``; here it is what does not: contexts, handles, questions
to the policy, arguments that are not valid, tools and URIs that do not exist.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, cast

import attrs
import pydantic
from mcp import MCPError
from mcp import types as T
from mcp.server import ServerRequestContext

from ...application.auditing import MISSING, tallied
from ...application.kubeport import Kubeport
from ...application.record import about
from ...application.recording import Question
from ...domain.errors import TOOLS, ExecutionFailed
from ...domain.result import ErrorDetails
from .identity import caller_of
from .origin import origin_of

Context = ServerRequestContext[Any]
Next = Callable[[Context], Awaitable[Any]]

METHODS = frozenset({
    "tools/call", "resources/list", "resources/read", "resources/subscribe", "subscriptions/listen",
    "prompts/get", "completion/complete",
})  # fmt: skip
"""What tells something of a cluster, or of the rules; the lists of tools and prompts are the server's own."""


@attrs.frozen
class Recorded:
    """MCP middleware: a request that left no record by itself gets one."""

    kubeport: Kubeport

    async def __call__(self, ctx: Context, call_next: Next) -> Any:
        """Handle one message.

        Raises:
            MCPError: what the handler raises; or the record is needed and could not be kept.
        """
        if ctx.method not in METHODS or ctx.request_id is None:
            return await call_next(ctx)
        code = "CANCELLED"
        try:
            answer = await self._recorded(ctx, call_next)
            failed = _failed(answer)
            code = failed.code if failed else ""
            return answer
        except (MCPError, pydantic.ValidationError) as error:
            code = _details(error).code
            raise
        finally:
            self.kubeport.recording.telemetry.requested(ctx.method, _tool(ctx), code)

    async def _recorded(self, ctx: Context, call_next: Next) -> Any:
        recording = self.kubeport.recording
        started, request_id = recording.clock.monotonic(), recording.request_id()
        with tallied() as tally, about(request_id):
            try:
                answer = await call_next(ctx)
            except (MCPError, pydantic.ValidationError) as error:
                if not tally.records:
                    await self._keep(ctx, request_id, started, "", _details(error))
                raise
            except asyncio.CancelledError:
                if not tally.records:
                    gone = ErrorDetails.of(ExecutionFailed("The call was cancelled.", reason="cancelled"))
                    with suppress(MCPError):  # nobody is told any more
                        await self._keep(ctx, request_id, started, "", gone)
                raise
            if tally.records or recording.sink is None:
                return answer
            text, failed = _text(answer), _failed(answer)
            return _noted(answer, await self._keep(ctx, request_id, started, text, failed))

    async def _keep(
        self, ctx: Context, request_id: str, started: float, text: str, error: ErrorDetails | None
    ) -> bool:
        try:
            return await self.kubeport.recording.answered(_question(ctx), request_id, started, text, error)
        except ExecutionFailed as failed:
            data = ErrorDetails.of(failed).as_dict()
            raise MCPError(code=T.INTERNAL_ERROR, message=str(failed), data=data) from None


def _question(ctx: Context) -> Question:
    """What was asked, as far as it can be told; nothing of it has been looked at yet."""
    params: Mapping[str, Any] = ctx.params or {}
    arguments = _mapping(params.get("arguments"))
    return Question(
        ctx.method,
        _said(params, "name"),
        _said(arguments, "command"),
        _said(params, "uri") or _said(arguments, "scope"),
        _said(arguments, "context"),
        _said(arguments, "namespace"),
        caller_of(ctx),
        origin_of(ctx),
    )


def _tool(ctx: Context) -> str:
    """The tool that is called, where there is such a one: what clients make up makes no series of its own."""
    name = _said(ctx.params or {}, "name") if ctx.method == "tools/call" else ""
    return name if name in _OURS or name.removesuffix("_change") in TOOLS else ""


_OURS = ("help", "contexts", "more", "policy")


def _mapping(value: object) -> Mapping[str, Any]:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def _said(params: Mapping[str, Any], name: str) -> str:
    found = params.get(name)
    return found if isinstance(found, str) else ""


def _details(error: MCPError | pydantic.ValidationError) -> ErrorDetails:
    """*error* in our words; JSON-RPC's number where it is none of ours."""
    if not isinstance(error, MCPError):
        return ErrorDetails("The parameters are not valid.", str(T.INVALID_PARAMS))
    return _own(_mapping(error.error.data)) or ErrorDetails(error.error.message, str(error.error.code))


def _own(told: Mapping[str, Any]) -> ErrorDetails | None:
    code = _said(told, "code")
    if not code:
        return None
    return ErrorDetails(_said(told, "message"), code, _said(told, "reason"), _said(told, "rule"))


def _failed(answer: Any) -> ErrorDetails | None:
    """The error that a tool's answer carries."""
    told = _mapping(answer)
    if not told.get("isError"):
        return None
    structure = _mapping(told.get("structuredContent"))
    return _own(_mapping(structure.get("error"))) or ErrorDetails("The tool failed.", "INTERNAL_ERROR")


def _text(answer: Mapping[str, Any]) -> str:
    """The text of a tool's answer; the JSON of any other one."""
    content: Any = answer.get("content")
    if isinstance(content, list):
        return "\n".join(str(_mapping(part).get("text", "")) for part in cast("list[object]", content))
    return json.dumps(answer, ensure_ascii=False, sort_keys=True)


def _noted(answer: dict[str, Any], kept: bool) -> dict[str, Any]:
    """*answer*; a tool's one says that it is missing from the audit."""
    if not kept and isinstance(answer.get("content"), list):
        return {**answer, "content": [*answer["content"], {"type": "text", "text": MISSING}]}
    return answer
