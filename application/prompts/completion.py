"""Completing a prompt's arguments by what the cluster has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from ...domain.errors import CommandError, KubeportError
from ...domain.policy import Caller
from ...domain.resources.uri import RELEASE, SCHEMES
from ..list_contexts import ListContexts
from ..request import Origin
from ..resources.completion import CompleteResource, Completions
from .catalogue import Catalogue

if TYPE_CHECKING:
    from ...domain.prompts.prompt import Argument, Prompt

_OBJECT = next(one.template for one in SCHEMES if one.name == "k8s-resource")
_KINDS = {"release": RELEASE, "application": "applications.argoproj.io"}


@attrs.frozen
class CompletePrompt:
    """Complete the arguments of a prompt as those of the resource that they are about."""

    catalogue: Catalogue
    resources: CompleteResource
    contexts: ListContexts

    async def __call__(
        self,
        name: str,
        argument: str,
        typed: str,
        resolved: Mapping[str, str] | None = None,
        caller: Caller = Caller(),
        origin: Origin = Origin(),
    ) -> Completions:
        """Values for *argument* of the prompt *name* that go on from *typed*; none where none are known."""
        try:
            prompt = self.catalogue.find(name)
            wanted = prompt.argument(argument)
            place = self._place(prompt, resolved or {}, caller)
            kind = _KINDS.get(wanted.type.name) or _chosen(prompt, "kind", resolved or {})
        except KubeportError:
            return Completions()
        if wanted.type.name not in _COMPLETED:
            return Completions()
        chosen = {**place, "kind": kind} if kind else place
        part = wanted.type.name if wanted.type.name in ("context", "namespace", "kind") else "name"
        return await self.resources(_OBJECT, part, typed, chosen, caller, origin)

    def _place(self, prompt: Prompt, chosen: Mapping[str, str], caller: Caller) -> dict[str, str]:
        """Context and namespace, as a call would choose them where none is chosen yet."""
        known = self.contexts(caller)
        context = _chosen(prompt, "context", chosen) or known.current
        found = known.find(context)
        namespace = _chosen(prompt, "namespace", chosen) or (found.namespace if found else "") or "default"
        return {"context": context, "namespace": namespace}


def _chosen(prompt: Prompt, kind: str, chosen: Mapping[str, str]) -> str:
    """The value of the argument of type *kind*, or its default."""
    found: Argument | None = next((one for one in prompt.arguments if one.type.name == kind), None)
    if found is None:
        return ""
    value = chosen.get(found.name, "") or found.default
    if value and not found.type.accepts(value):
        raise CommandError(f"The argument `{found.name}` is not {found.type.value.name}.")
    return value


_COMPLETED = frozenset({"context", "namespace", "kind", "name", *_KINDS})
