"""A tool's own documentation, and a cluster's of its kinds; asked for with known words, runs nothing else."""

import re
import shlex

import attrs

from ..domain.command import Token
from ..domain.documentation import check_section, trimmed
from ..domain.effect import Effect
from ..domain.errors import TOOLS, CommandError, KubeportError
from ..domain.policy import Caller
from ..domain.reading import read
from ..domain.result import ErrorDetails, Result
from ..domain.tools import grammar_of
from ..domain.tools.documenting import find, nearest, standing
from ..domain.tools.kubectl.forms import FIELD_PATH
from .documentation import Documentation
from .request import Access, Origin, Request
from .run_command import RunCommand


@attrs.frozen
class _Question:
    """The *words* of a command whose help is wanted, or the *path* of a kind or field."""

    tool: str
    words: tuple[str, ...] = ()
    path: str = ""

    @property
    def line(self) -> str:
        """The command line that answers it."""
        return f"explain {shlex.quote(self.path)}" if self.path else " ".join((*self.words, "--help"))


@attrs.frozen
class DescribeCommand:
    """Show what ``kubectl rollout status --help`` or ``kubectl explain`` says; runs nothing else.

    The question is judged and audited as any read; *documentation* stands in for the executor.
    """

    run: RunCommand
    documentation: Documentation

    async def __call__(
        self,
        tool: str,
        command: str = "",
        caller: Caller = Caller(),
        origin: Origin = Origin(),
        *,
        section: str = "",
        context: str = "",
        scope: str = "",
    ) -> Result:
        """The documentation of *command* (``rollout status``; empty: of the tool itself).

        ``explain deployment.spec`` asks the cluster of *context* or *scope* about a kind. *section*
        is one of ``SECTIONS``, by default all but what every command repeats. A word that is not a
        known command is refused, with the nearest that are; so are flags and pipes.
        """
        try:
            check_section(section)
            asked = _question(tool, command)
        except KubeportError as error:
            return Result(error=ErrorDetails.of(error))
        run = attrs.evolve(self.run, executor=self.documentation)
        result = await run(
            Request(
                asked.line,
                tool,
                context,
                access=Access.READ,
                caller=caller,
                whole=True,
                origin=origin,
                scope=scope,
            )
        )
        if result.error is not None:
            return attrs.evolve(result, error=_with_nearest(result.error, asked))
        return await self._shown(result, asked, section, caller)

    async def _shown(self, result: Result, asked: _Question, section: str, caller: Caller) -> Result:
        try:
            text = trimmed(result.output, section)
        except KubeportError as error:
            return attrs.evolve(result, output="", error=ErrorDetails.of(error))
        shown, handle = await self.run.shaper(text + _note(asked, section, result.output, text), caller)
        return attrs.evolve(
            result, output=shown, truncated=result.truncated or bool(handle), continuation=handle
        )


def _question(tool: str, command: str) -> _Question:
    words = _words(command)
    if words and words[0].text in (tool, "help"):
        words = words[1:]
    if tool == "kubectl" and len(words) > 1 and words[0].text == "explain":
        if len(words) > 2 or not FIELD_PATH.accepts(words[1].text):
            odd = words[2] if len(words) > 2 else words[1]
            hint = "Write: explain deployment.spec. The tool kubectl takes the flags of explain."
            raise CommandError(f"Expected one {FIELD_PATH.name}.", command, odd.span, hint)
        return _Question(tool, path=words[1].text)
    wrong = next((word for word in words if not _WORD(word.text)), None)
    if wrong is not None:
        message = "Only the words of a command can be asked about."
        hint = "Leave out flags, names and pipes: rollout status"
        raise CommandError(message, command, wrong.span, hint)
    return _Question(tool, tuple(word.text for word in words))


def _words(command: str) -> tuple[Token, ...]:
    if not command.strip():
        return ()
    pipeline = read(command)
    first, *others = pipeline.stages
    if others:
        hint = "Leave out the pipe; a section can be asked for."
        raise CommandError("Documentation goes through no pipe.", command, others[0].span, hint)
    return first.words


def _with_nearest(error: ErrorDetails, asked: _Question) -> ErrorDetails:
    """*error* with the commands that unknown words may have been meant for."""
    if asked.tool not in TOOLS or error.code != CommandError.code:
        return error
    grammar = grammar_of(asked.tool)
    found = find(grammar, asked.words)
    near = nearest(grammar, asked.words) if found.rest and found.verb.group else ()
    return attrs.evolve(error, hint=f"Did you mean: {', '.join(near)}?") if near else error


def _note(asked: _Question, section: str, whole: str, text: str) -> str:
    """What Kubeport adds: the level that the command needs, and how to get what was left out."""
    told = list[str]()
    if not asked.path:
        verb = find(grammar_of(asked.tool), asked.words).verb
        if section in ("", "flags", "all") or verb.effect is Effect.NEVER:
            told.append(standing(verb))
    if not section and len(text) + _WORTH_TELLING < len(whole):
        told.append('Left out: global flags; section "all" has everything.')
    line = " ".join(filter(None, told))
    return f"\n[{line}]\n" if line else ""


_WORD = re.compile(r"[A-Za-z0-9][-A-Za-z0-9]*").fullmatch
_WORTH_TELLING = 200  # characters; less is only the line that points elsewhere
