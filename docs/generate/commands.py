"""A page for each command-line tool: its command paths with the level that each needs."""

from collections.abc import Iterable

from kubeport.domain.effect import Effect, Level
from kubeport.domain.tools import grammar_of
from kubeport.domain.tools.grammar import Flag, Grammar, Verb
from kubeport.domain.tools.kubectl.checks import changes_unless_listing

from .markdown import code, codes, page, sentence, table

_LEAD = """\
The tables were held against {tool} {versions}. What is not in them is refused. A level includes all before it: `read-only`,
`write`, `admin`. A flag, a value or a combination can make a call need more than its command does; `kubeport policy explain`
tells of one call."""


def commands(tool: str) -> str:
    """The page of one tool."""
    grammar = grammar_of(tool)
    verbs = sorted((verb for verb in grammar.verbs if verb.path and not verb.group), key=lambda verb: verb.path)
    return page(
        f"Commands of {tool}",
        _LEAD.format(tool=tool, versions=", ".join(grammar.versions)),
        "## What can run",
        table(("command", "level", "what it does", "more about it"), map(_allowed, _below(verbs))),
        "## What never runs",
        table(("command", "why", "instead"), map(_refused, _never(verbs))),
        _common(grammar),
    )


def _below(verbs: Iterable[Verb]) -> list[Verb]:
    return [verb for verb in verbs if verb.effect is not Effect.NEVER]


def _never(verbs: Iterable[Verb]) -> list[Verb]:
    return [verb for verb in verbs if verb.effect is Effect.NEVER]


def _allowed(verb: Verb) -> tuple[str, ...]:
    return (code(verb.words), _level(verb), sentence(verb.summary), " ".join(_more(verb)))


def _level(verb: Verb) -> str:
    if changes_unless_listing in verb.checks:
        return "write; read-only with `--list`"
    level = Level.needed_for(verb.effect)
    return level.value if level else ""


def _more(verb: Verb) -> Iterable[str]:
    if verb.aliases:
        yield f"Also {codes(verb.aliases)}."
    if verb.sensitivity is not None:
        yield f"Its output is `{verb.sensitivity.value}`."
    for effect in (Effect.WRITE, Effect.ADMIN):
        if effect > verb.effect and (flags := _flags(verb.flags, effect)):
            yield f"Level {Level.needed_for(effect)}: {flags}."
    if flags := _flags(verb.flags, Effect.NEVER):
        yield f"Refused: {flags}."


def _flags(flags: Iterable[Flag], effect: Effect) -> str:
    return codes(f"--{flag.name}" for flag in flags if flag.effect is effect)


def _refused(verb: Verb) -> tuple[str, ...]:
    return (code(verb.words), sentence(verb.why), sentence(verb.instead))


def _common(grammar: Grammar) -> str:
    allowed = [flag for flag in grammar.common if flag.effect is not Effect.NEVER]
    refused = [flag for flag in grammar.common if flag.effect is Effect.NEVER]
    parts = (
        "## Flags of every command",
        table(("flag", "value", "level"), map(_flag, allowed)),
        table(("refused flag", "why"), ((code(f"--{flag.name}"), sentence(flag.why)) for flag in refused)),
    )
    return "\n\n".join(part for part in parts if part)


def _flag(flag: Flag) -> tuple[str, ...]:
    letter = f", `-{flag.short}`" if flag.short else ""
    level = Level.needed_for(flag.effect)
    value = "" if flag.value.boolean else flag.value.name
    return (code(f"--{flag.name}") + letter, value, level.value if level else "")
