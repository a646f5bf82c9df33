"""Which prompts there are: those that ship, and the operator's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

from ...domain.effect import Level
from ...domain.errors import CommandError
from ...domain.nearness import did_you_mean
from ...domain.policy import Caller
from ..rules import Rules
from ..settings import Settings

if TYPE_CHECKING:
    from ...domain.prompts.prompt import Prompt

OwnPrompts = Callable[[], "tuple[Prompt, ...]"]


@attrs.frozen
class Catalogue:
    """The prompts of the enabled tools; *own* gives the operator's, as they are now.

    One of the operator's takes the place of a shipped one of the same name.
    """

    own: OwnPrompts
    rules: Rules
    settings: Settings

    def __call__(self, caller: Caller = Caller()) -> tuple[Prompt, ...]:
        """All of them: those that ship in their order, then the others by name.

        A caller to whom the policy gives nothing has no prompts, either; listing enforces nothing.
        """
        if self.rules.policy().most(caller) is Level.NONE:
            return ()
        return self.all()

    def all(self) -> tuple[Prompt, ...]:
        """As calling it, whoever asks."""
        # loaded when it is first asked: a server whose client knows no prompts does without
        from ...domain.prompts.built_in import BUILT_IN

        found = {prompt.name: prompt for prompt in BUILT_IN}
        found |= {prompt.name: prompt for prompt in sorted(self.own(), key=lambda one: one.name)}
        return tuple(prompt for prompt in found.values() if prompt.tool in self.settings.tools.enabled)

    def find(self, name: str) -> Prompt:
        """The prompt called *name*.

        Raises:
            CommandError: there is none; says which there are.
        """
        known = self.all()
        found = next((prompt for prompt in known if prompt.name == name), None)
        if found is None:
            names = [prompt.name for prompt in known]
            hint = f"{did_you_mean(name, names)} Prompts: {', '.join(names)}.".lstrip()
            raise CommandError(f"There is no prompt {name[:64]!r}.", hint=hint)
        return found

    def may_change(self, caller: Caller) -> bool:
        """Whether *caller* could follow a prompt's advice with a change."""
        return self.rules.may_change(caller)
