"""Tool calls: validated by JSON Schema, structured by cattrs, answered as text and structure."""

import json
from collections.abc import Callable
from typing import Any

import anyio
import attrs
import cattrs
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp import MCPError
from mcp import types as T
from mcp.server import ServerRequestContext

from ...application.kubeport import Kubeport
from ...application.ports import Progress
from ...application.record import REQUEST_ID
from ...application.request import Request
from ...domain.effect import SCOPES
from ...domain.errors import CommandError, KubeportError
from ...domain.policy import Caller
from ...domain.resources.scope import scope_of
from ...domain.result import ErrorDetails, Result
from .catalogue import Offer, offers
from .elicitation import Elicitation, lacking
from .identity import caller_of
from .origin import origin_of
from .validation import validator

Context = ServerRequestContext[Any]
Check = Callable[[dict[str, Any]], list[str]]


@attrs.frozen
class RunArguments:
    """Arguments of a tool that runs commands.

    command: the command line, with or without the tool's name. context: the cluster, by its name in the
    kubeconfig. namespace: where nothing else says so. timeout: seconds, within the limits of the server.
    manifest: the text for ``-f -``. fold: write runs of alike lines once. scope: a resource URI in place of
    context and namespace.
    """

    command: str
    context: str = ""
    namespace: str = ""
    timeout: float | None = None
    manifest: str | None = None
    fold: bool = False
    scope: str = ""


@attrs.frozen
class MoreArguments:
    """Arguments of ``more``.

    handle: the one that stands where an output was cut, and in ``continuation``.
    """

    handle: str


@attrs.frozen
class HelpArguments:
    """Arguments of ``help``.

    tool: the tool that is asked about. command: a command path such as ``rollout status``, for kubectl
    also ``explain deployment.spec``; the tool itself if left out. section: a part of it alone. context: the
    cluster whose kinds are explained. scope: a resource URI in place of context.
    """

    tool: str
    command: str = ""
    section: str = ""
    context: str = ""
    scope: str = ""


@attrs.frozen
class PolicyArguments:
    """Arguments of ``policy``.

    tool: the tool of the command. command: the command line that is asked about. context: as in a call.
    namespace: as in a call. scope: as in a call.
    """

    tool: str
    command: str
    context: str = ""
    namespace: str = ""
    scope: str = ""


_STRUCTURE = cattrs.Converter(forbid_extra_keys=True).structure


@attrs.define
class Tools:
    """The tools of one Kubeport."""

    kubeport: Kubeport

    _checks: dict[str, Check] = attrs.field(factory=dict[str, Check], init=False)

    async def list(self, ctx: Context, _: T.PaginatedRequestParams | None) -> T.ListToolsResult:
        """All tools of the caller on one page."""
        found = offers(self.kubeport, caller_of(ctx))
        return T.ListToolsResult(tools=[offer.listed() for offer in found])

    async def call(
        self, ctx: Context, params: T.CallToolRequestParams
    ) -> T.CallToolResult | T.InputRequiredResult:
        """Run one tool, or ask the user first.

        Raises:
            MCPError: −32602 for a tool that does not exist, −32021 where a client of 2026-07-28 does not show
                the form that a call needs; all else is part of the result.
        """
        caller = caller_of(ctx)
        offer = next((o for o in offers(self.kubeport, caller) if o.name == params.name), None)
        if offer is None:
            told = f"Unknown tool: {params.name}{self._with_more(params.name, caller)}"
            raise MCPError(code=T.INVALID_PARAMS, message=told)
        arguments = params.arguments or {}
        try:
            self._validate(offer, arguments)
            if offer.cli:
                return await self._run(ctx, params, offer, _STRUCTURE(arguments, RunArguments), caller)
            return await self._answer(ctx, offer, arguments, caller)
        except KubeportError as error:
            return answer(Result(error=ErrorDetails.of(error)))

    def _with_more(self, name: str, caller: Caller) -> str:
        """What to do about a tool that *caller* would have with a scope that its token lacks."""
        for level in (level for level in SCOPES.values() if level.rank > caller.granted.rank):
            more = attrs.evolve(caller, granted=level)
            if any(offer.name == name for offer in offers(self.kubeport, more)):
                return f". It is there for tokens with the scope {level.scope}: log in again with it."
        return ""

    def _validate(self, offer: Offer, arguments: dict[str, Any]) -> None:
        check = self._checks.get(offer.name)
        if check is None:
            check = self._checks[offer.name] = validator(offer.input_schema)
        if found := check(arguments):
            raise CommandError(f"The arguments of {offer.name} are not valid: {'; '.join(found)}.")

    async def _answer(
        self, ctx: Context, offer: Offer, arguments: dict[str, Any], caller: Caller
    ) -> T.CallToolResult:
        if offer.name == "help":
            return answer(await self._help(ctx, _STRUCTURE(arguments, HelpArguments), caller))
        await self.kubeport.run.rates.admit(caller, offer.name)
        if offer.name == "more":
            more = await self.kubeport.more(_STRUCTURE(arguments, MoreArguments).handle, caller)
            return answer(attrs.evolve(more, request_id=REQUEST_ID.get()))
        if offer.name == "contexts":
            return self._contexts(caller)
        return self._policy(_STRUCTURE(arguments, PolicyArguments), caller)

    async def _run(
        self,
        ctx: Context,
        params: T.CallToolRequestParams,
        offer: Offer,
        arguments: RunArguments,
        caller: Caller,
    ) -> T.CallToolResult | T.InputRequiredResult:
        request = Request(
            arguments.command,
            offer.cli,
            arguments.context,
            arguments.namespace,
            arguments.timeout,
            arguments.manifest,
            offer.access,
            caller,
            fold=arguments.fold,
            origin=origin_of(ctx),
            scope=arguments.scope,
        )
        approvals = self.kubeport.run.approvals
        client = Elicitation(ctx, params, approvals)
        result = Result()
        send, receive = anyio.create_memory_object_stream[Progress](1)
        async with anyio.create_task_group() as group, send, receive:
            group.start_soon(_report, ctx, receive)
            result = await self.kubeport.run(
                request, lambda step: _offer(send, step), None if approvals.approver else client
            )
            group.cancel_scope.cancel()
        if client.lacking and result.error is not None:
            raise lacking(result.error)
        return client.asks or answer(result)

    async def _help(self, ctx: Context, asked: HelpArguments, caller: Caller) -> Result:
        return await self.kubeport.describe(
            asked.tool,
            asked.command,
            caller,
            origin_of(ctx),
            section=asked.section,
            context=asked.context,
            scope=asked.scope,
        )

    def _contexts(self, caller: Caller) -> T.CallToolResult:
        known = self.kubeport.contexts(caller)
        rows = known.as_rows()
        lines = [f"{'* ' if row['current'] else '  '}{row['name']}  {row['namespace']}" for row in rows]
        return _structured("\n".join(lines) or "There is no context that you may use.", {"contexts": rows})

    def _policy(self, arguments: PolicyArguments, caller: Caller) -> T.CallToolResult:
        found = self.kubeport.explain(
            Request(
                arguments.command,
                arguments.tool,
                arguments.context,
                arguments.namespace,
                caller=caller,
                scope=arguments.scope,
            )
        )
        told = found.as_dict()
        return _structured(json.dumps(told, ensure_ascii=False), told)


def answer(result: Result) -> T.CallToolResult:
    """*result* as structure, and as the text that a model reads: the output first, ours after it."""
    texts = [text for text in (result.output, _remarks(result)) if text]
    return T.CallToolResult(
        content=[T.TextContent(type="text", text=text) for text in texts or ["(no output)"]],
        structured_content=result.as_dict(),
        is_error=result.error is not None,
    )


def _structured(text: str, content: dict[str, Any]) -> T.CallToolResult:
    return T.CallToolResult(content=[T.TextContent(type="text", text=text)], structured_content=content)


def _remarks(result: Result) -> str:
    """What Kubeport itself says about a result, in a few lines apart from the cluster's text."""
    lines = list(result.warnings)
    error, target = result.error, result.target
    if error is not None:
        lines += [f"{error.code}: {error.message}", error.stderr, error.hint]
    if target is not None and (scope := scope_of(target)) is not None:
        lines.append(f"[{scope}{', all namespaces' if target.all_namespaces else ''}]")
    lines.extend(_touched(result.touched))
    return "\n".join(line for line in lines if line)


def _touched(uris: tuple[str, ...]) -> list[str]:
    """The first of what was changed; the structure has more."""
    more = [f"touched {len(uris) - _TOLD} more"] if len(uris) > _TOLD else []
    return [*(f"touched {uri}" for uri in uris[:_TOLD]), *more]


_TOLD = 10


def _offer(send: MemoryObjectSendStream[Progress], step: Progress) -> None:
    """Hand a step over unless the last one is still on its way."""
    try:
        send.send_nowait(step)
    except (anyio.WouldBlock, anyio.BrokenResourceError, anyio.ClosedResourceError):
        return


async def _report(ctx: Context, receive: MemoryObjectReceiveStream[Progress]) -> None:
    """Send progress to a client that asked for it; the SDK drops it for one that did not."""
    async for step in receive:
        said = f": {step.last_stderr}" if step.last_stderr else ""
        await ctx.session.report_progress(
            step.elapsed, None, f"{step.elapsed:.0f} s, {step.stdout_bytes} bytes{said}"
        )
