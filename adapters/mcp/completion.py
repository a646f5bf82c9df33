"""Completion of arguments: those of resource templates, and those of prompts."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import attrs
from mcp import types as T
from mcp.server import ServerRequestContext

from ...application.kubeport import Kubeport
from ...application.resources.completion import Completions
from .identity import caller_of
from .origin import origin_of

Context = ServerRequestContext[Any]
PromptCompleter = Callable[[Context, str, str, str, Mapping[str, str]], Awaitable[Completions]]
"""Completes for a prompt's name an argument from what was typed, with the arguments chosen already."""


@attrs.frozen
class Completing:
    """The handler of ``completion/complete``: what a client refers to decides who completes."""

    kubeport: Kubeport
    prompts: PromptCompleter

    async def __call__(self, ctx: Context, params: T.CompleteRequestParams) -> T.CompleteResult:
        """At most 100 values; none for what is not known here."""
        found = await self._found(ctx, params)
        return T.CompleteResult(
            completion=T.Completion(values=list(found.values), total=found.total, has_more=found.has_more)
        )

    async def _found(self, ctx: Context, params: T.CompleteRequestParams) -> Completions:
        name, typed = params.argument.name, params.argument.value
        chosen = (params.context.arguments if params.context else None) or {}
        if isinstance(params.ref, T.PromptReference):
            return await self.prompts(ctx, params.ref.name, name, typed, chosen)
        complete = self.kubeport.resources.complete
        return await complete(params.ref.uri, name, typed, chosen, caller_of(ctx), origin_of(ctx))
