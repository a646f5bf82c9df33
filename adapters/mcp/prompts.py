"""Prompts over MCP: listed, filled with the cluster's data, completed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs
from mcp import types as T
from mcp.server import CacheHint, ServerRequestContext
from mcp.server.caching import CacheableMethod

from ...application.kubeport import Kubeport
from ...application.resources.completion import Completions
from ...domain.errors import KubeportError
from .identity import caller_of
from .origin import origin_of
from .subscriptions import refusal

if TYPE_CHECKING:
    from ...application.prompts.gathering import Part
    from ...domain.prompts.prompt import Prompt

Context = ServerRequestContext[Any]

CACHE_HINTS: dict[CacheableMethod, CacheHint] = {
    "prompts/list": CacheHint(ttl_ms=60_000, scope="private"),
}


@attrs.frozen
class Prompts:
    """The handlers of one Kubeport's prompts."""

    kubeport: Kubeport

    async def list(self, ctx: Context, _: T.PaginatedRequestParams | None) -> T.ListPromptsResult:
        """All prompts of the caller on one page."""
        found = self.kubeport.prompts.list(caller_of(ctx))
        return T.ListPromptsResult(prompts=[_listed(one) for one in found])

    async def get(self, ctx: Context, params: T.GetPromptRequestParams) -> T.GetPromptResult:
        """A prompt with the data that it is about, as it is now.

        Raises:
            MCPError: −32602 for no such prompt, a bad argument or what the policy does not allow, else
                −32603; the data has the error with its code.
        """
        fill = self.kubeport.prompts.fill
        try:
            found = await fill(params.name, params.arguments, caller_of(ctx), origin_of(ctx))
        except KubeportError as error:
            raise refusal(error, "") from None
        messages = [T.PromptMessage(role="user", content=_content(part)) for part in found.parts]
        return T.GetPromptResult(description=found.description, messages=messages)

    async def complete(
        self, ctx: Context, name: str, argument: str, typed: str, chosen: Mapping[str, str]
    ) -> Completions:
        """Values for an argument of the prompt *name*."""
        complete = self.kubeport.prompts.complete
        return await complete(name, argument, typed, chosen, caller_of(ctx), origin_of(ctx))


def _listed(prompt: Prompt) -> T.Prompt:
    return T.Prompt(
        name=prompt.name,
        title=prompt.title,
        description=prompt.description,
        arguments=[
            T.PromptArgument(name=one.name, description=one.description, required=one.required)
            for one in prompt.arguments
        ],
    )


def _content(part: Part) -> T.TextContent | T.EmbeddedResource:
    if not part.uri:
        return T.TextContent(type="text", text=part.text)
    content = T.TextResourceContents(uri=part.uri, mime_type=part.mime_type, text=part.text)
    return T.EmbeddedResource(type="resource", resource=content)
