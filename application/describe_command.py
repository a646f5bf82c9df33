"""A tool's own documentation for one command, asked for with known command words only."""

import attrs

from ..domain.errors import CommandError, KubeportError
from ..domain.policy import Caller
from ..domain.reading import read
from ..domain.result import ErrorDetails, Result
from .request import Access, Origin, Request
from .run_command import RunCommand


@attrs.frozen
class DescribeCommand:
    """Show what ``kubectl rollout status --help`` says; runs nothing else."""

    run: RunCommand

    async def __call__(
        self, tool: str, command: str = "", caller: Caller = Caller(), origin: Origin = Origin()
    ) -> Result:
        """The documentation of *command* (``rollout status``; empty: of the tool itself).

        A word that is not a known command is refused; flags and operands are, too.
        """
        try:
            words = _command_words(command)
        except KubeportError as error:
            return Result(error=ErrorDetails.of(error))
        line = " ".join((*words, "--help"))
        return await self.run(
            Request(line, tool=tool, access=Access.READ, caller=caller, origin=origin)
        )


def _command_words(command: str) -> tuple[str, ...]:
    if not command.strip():
        return ()
    pipeline = read(command)
    words = pipeline.stages[0].words
    odd = next((word for word in words if not word.text.replace("-", "").isalnum()), None)
    odd = odd or next((word for word in words if word.text.startswith("-")), None)
    if len(pipeline.stages) > 1 or odd is not None:
        raise CommandError(
            "Only the words of a command can be asked about.",
            command,
            odd.span if odd else None,
            "Leave out flags, names and pipes: rollout status",
        )
    return tuple(word.text for word in words)
