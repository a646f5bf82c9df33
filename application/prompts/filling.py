"""Filling a prompt: its text, and the data that it is about as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from ...domain.context import Target
from ...domain.policy import Caller
from ...domain.understanding import understand
from ..list_contexts import ListContexts
from ..request import Origin
from ..resources.reading import ReadResource
from ..run_command import RunCommand
from ..target import resolve
from .catalogue import Catalogue

if TYPE_CHECKING:
    from ...domain.prompts.prompt import Prompt
    from .gathering import Part


@attrs.frozen
class FilledPrompt:
    """What a prompt says now: the first part is what is asked for, the others are data."""

    description: str
    parts: tuple[Part, ...]


@attrs.frozen
class FillPrompt:
    """Check the arguments, gather the data through the choke point, put both together."""

    catalogue: Catalogue
    run: RunCommand
    read: ReadResource
    contexts: ListContexts

    async def __call__(
        self,
        name: str,
        arguments: Mapping[str, str] | None = None,
        caller: Caller = Caller(),
        origin: Origin = Origin(),
    ) -> FilledPrompt:
        """The prompt *name* with *arguments*.

        Raises:
            CommandError: no such prompt, or an argument is unknown, missing or not of its type.
            ContextNotFound: the context does not exist.
            KubeportError: nothing of what the prompt is about could be read.
        """
        from ...domain.prompts.wording import instructions
        from .gathering import Gathering, Part

        prompt = self.catalogue.find(name)
        values = prompt.values(arguments or {})
        target = self._target(prompt, values, caller)
        values |= _place(prompt, target)
        asked = instructions(prompt, values, self.catalogue.may_change(caller))
        gathering = Gathering(self.run, self.read, prompt, values, target, caller, origin)
        return FilledPrompt(prompt.description, (Part(asked), *await gathering()))

    def _target(self, prompt: Prompt, values: Mapping[str, str], caller: Caller) -> Target:
        given = {one.type.name: values.get(one.name, "") for one in prompt.arguments if one.chosen_elsewhere}
        context, namespace = given.get("context", ""), given.get("namespace", "")
        known = self.contexts.reader(caller)
        return resolve(understand("kubectl get pods").call, known, self.run.settings, context, namespace)


def _place(prompt: Prompt, target: Target) -> dict[str, str]:
    """Context and namespace, by these names and by those of the arguments that stand for them."""
    found = {"context": target.context, "namespace": target.namespace}
    named = {one.name: found[one.type.name] for one in prompt.arguments if one.chosen_elsewhere}
    return {**found, **named}
