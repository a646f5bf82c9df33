"""What a prompt is: its arguments, the data that it gathers, and what it asks of the data."""

from collections.abc import Iterator, Mapping

import attrs

from ..errors import CommandError
from .template import fill
from .values import ArgumentType

NOT_GIVEN = "(not said)"
"""What stands in a text for an optional argument that was not given."""


@attrs.frozen
class Argument:
    """One argument; *default* stands for one that is not given."""

    name: str
    type: ArgumentType
    description: str
    required: bool = False
    default: str = ""

    @property
    def chosen_elsewhere(self) -> bool:
        """Whether settings and kubeconfig choose a value where the call gives none."""
        return self.type.name in ("context", "namespace")

    @property
    def known(self) -> bool:
        """Whether there is always a value."""
        return self.required or bool(self.default) or self.chosen_elsewhere


@attrs.frozen
class CommandSource:
    """What a *command* that only reads prints; *label* says what that is.

    At most *tokens* of it are shown: the beginning, or *both_ends*, which logs and events need. *only*
    keeps the first line and those that hold it.
    """

    label: str
    command: str
    tokens: int
    both_ends: bool = False
    only: str = ""


@attrs.frozen
class ObjectSource:
    """The object that *kind* and *name* give, as its resource URI reads; *tokens* is what that may take."""

    kind: str
    name: str
    tokens: int = 4200


Source = CommandSource | ObjectSource


@attrs.frozen
class Prompt:
    """A prompt that a user picks by *name*.

    *text* says what to conclude from the data of the *sources*; *reads* and *changes* are command
    lines that may follow. A prompt about a *tool* is offered where that tool is.
    """

    name: str
    title: str
    description: str
    arguments: tuple[Argument, ...]
    sources: tuple[Source, ...]
    text: str
    reads: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    tool: str = "kubectl"

    def argument(self, name: str) -> Argument:
        """The argument called *name*.

        Raises:
            CommandError: there is none; says which there are.
        """
        found = next((one for one in self.arguments if one.name == name), None)
        if found is None:
            known = ", ".join(one.name for one in self.arguments) or "none"
            raise CommandError(
                f"The prompt {self.name} has no argument {name[:64]!r}.", hint=f"Arguments: {known}."
            )
        return found

    def values(self, given: Mapping[str, str]) -> dict[str, str]:
        """A value for each argument that has one; an empty text counts as not given.

        Raises:
            CommandError: an argument is unknown, missing, or not of its type; the message names it.
        """
        for name in given:
            self.argument(name)
        return dict(self._values(given))

    def _values(self, given: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for one in self.arguments:
            value = given.get(one.name, "") or one.default
            if value and not one.type.accepts(value):
                raise CommandError(f"The argument `{one.name}` is not {one.type.value.name}: {value[:64]!r}.")
            if value:
                yield one.name, value
            elif one.required:
                told = f"The prompt {self.name} needs the argument `{one.name}`."
                raise CommandError(told, hint=one.description)

    def filled(self, text: str, values: Mapping[str, str]) -> str:
        """*text* of this prompt with *values*, and with what stands for those that are not given."""
        return fill(text, {**{one.name: NOT_GIVEN for one in self.arguments}, **values})
