"""Text → understood call: the grammars of the tool and of every filter behind it have read it."""

from collections.abc import Iterable

import attrs

from .command import Pipeline, Token
from .errors import TOOL_NOT_FOUND_MESSAGE, TOOLS, CommandError, ToolNotFound
from .filters import FilterCall, parse_filter
from .nearness import did_you_mean
from .reading import read, read_words
from .safeguards import Safeguards
from .tools import grammar_of
from .tools.invocation import Invocation
from .tools.parsing import parse


@attrs.frozen
class Understood:
    """A command line that the grammars understand: the call of a tool and the filters behind it."""

    pipeline: Pipeline
    call: Invocation
    filters: tuple[FilterCall, ...] = ()

    @property
    def charts(self) -> bool:
        """Whether the call is about charts, so that their repositories matter."""
        return any(subject.kind == "chart" for subject in self.call.subjects)

    @property
    def source(self) -> str:
        """The text as it came."""
        return self.pipeline.source


def understand(
    command: str | tuple[str, ...], tool: str = "", safeguards: Safeguards = Safeguards()
) -> Understood:
    """Read *command*, a line or its words, as a call of *tool*, or of the tool it names where that is empty.

    Raises:
        ToolNotFound: the command names no tool that exists or is enabled.
        CommandError: the text, the call or a filter cannot be understood.
    """
    pipeline = read(command) if isinstance(command, str) else read_words(command)
    source = pipeline.source
    words = pipeline.stages[0].words
    named = _named_tool(words[0], source)
    if tool and named and named != tool:
        hint = f"Call the tool {named}, not {tool}."
        raise CommandError(f"This is a {named} command.", source, words[0].span, hint)
    wanted = tool or named
    if wanted not in safeguards.tools:
        near = "" if wanted else did_you_mean(words[0].text, safeguards.tools)
        raise ToolNotFound(_missing_tool(safeguards), source, words[0].span, near)
    call = parse(grammar_of(wanted), words[1:] if named else words, source)
    filters = tuple(parse_filter(stage, source) for stage in pipeline.stages[1:])
    _check_pipes(filters, safeguards, source)
    return Understood(pipeline, call, filters)


def _named_tool(first: Token, source: str) -> str:
    """The tool that the *first* word is; empty where it is none, so that it is a tool's first argument."""
    if first.text not in TOOLS:
        return ""
    if source[first.span.start : first.span.end] != first.text:
        raise CommandError("The tool's name is written bare.", source, first.span, f"Write {first.text}.")
    return first.text


def _missing_tool(safeguards: Safeguards) -> str:
    if safeguards.tools == TOOLS:
        return TOOL_NOT_FOUND_MESSAGE
    return f"Tool not found. Available tools: {', '.join(safeguards.tools)}."


def _check_pipes(filters: Iterable[FilterCall], safeguards: Safeguards, source: str) -> None:
    for used in filters:
        if safeguards.pipes is not None and used.name not in safeguards.pipes:
            allowed = ", ".join(safeguards.pipes) or "none"
            raise CommandError(
                f"{used.name} is not allowed behind a pipe here.",
                source,
                used.span,
                f"Allowed: {allowed} (setting security.pipes).",
            )
