"""What our own tables say of a command: for what a tool does not tell, or where it is not installed."""

import difflib
from collections.abc import Iterator

import attrs

from ..effect import Effect, Level
from .grammar import Flag, Grammar, Verb


@attrs.frozen
class Found:
    """How far words lead down a tree of commands: the *verb* they name, and the words left over."""

    verb: Verb
    rest: tuple[str, ...] = ()


def find(grammar: Grammar, words: tuple[str, ...]) -> Found:
    """The deepest command that *words* name; aliases count. The root has an empty path."""
    path, left = tuple[str, ...](), words
    while left and (below := grammar.child(path, left[0])) is not None:
        path, left = below, left[1:]
    return Found(grammar.verb(path) or Verb((), group=True, targets=False), left)


def nearest(grammar: Grammar, words: tuple[str, ...]) -> tuple[str, ...]:
    """Commands that *words* may have been meant for: at most three, the nearest first."""
    known = {verb.words: verb.path for verb in grammar.verbs if verb.path}
    ending = [name for name, path in known.items() if path[-len(words) :] == words]
    close = difflib.get_close_matches(" ".join(words), known, n=3, cutoff=0.75)
    ends = sorted({path[-1] for path in known.values()})
    last = difflib.get_close_matches(words[-1], ends, n=1, cutoff=0.75)
    alike = [name for name, path in known.items() if path[-1] in last]
    return tuple(dict.fromkeys((*ending, *close, *alike)))[:3]


def standing(verb: Verb) -> str:
    """What Kubeport says to a command whatever a policy says: its level, and the flags it refuses."""
    if verb.effect is Effect.NEVER:
        told = ("Kubeport never runs it", verb.why, verb.instead)
        return " ".join(f"{text.rstrip('.')}." for text in told if text)
    return " ".join(_standing(verb))


def _standing(verb: Verb) -> Iterator[str]:
    if verb.effect > Effect.READ:
        yield f"It needs the level {Level.needed_for(verb.effect)}."
    for effect in (Effect.WRITE, Effect.ADMIN):
        if effect > verb.effect and (names := _names(verb, effect)):
            yield f"Level {Level.needed_for(effect)}: {names}."
    if names := _names(verb, Effect.NEVER):
        yield f"Refused here: {names}."


def _names(verb: Verb, effect: Effect) -> str:
    return ", ".join(f"--{flag.name}" for flag in verb.flags if flag.effect is effect)


def described(grammar: Grammar, verb: Verb) -> str:
    """A help text for *verb* in cobra's layout; flags that are always refused are left out."""
    below = [grammar.verb((*verb.path, word)) for word in grammar.children(verb.path)]
    name = " ".join((grammar.tool, *verb.path))
    parts = (
        ("", [verb.summary or name]),
        ("Usage:", [f"  {name} {'COMMAND' if verb.group else '[flags]'}"]),
        ("Aliases:", [f"  {', '.join((verb.path[-1], *verb.aliases))}"] if verb.aliases else []),
        ("Available Commands:", _columns((one.path[-1], _told(one)) for one in below if one)),
        ("Flags:", _columns(_flag(flag) for flag in verb.flags if flag.effect < Effect.NEVER)),
        ("Global Flags:", _columns(_flag(flag) for flag in grammar.common if flag.effect < Effect.NEVER)),
    )
    return "\n\n".join("\n".join(filter(None, (title, *lines))) for title, lines in parts if lines) + "\n"


def _told(verb: Verb) -> str:
    if verb.effect is Effect.NEVER:
        return f"{verb.summary} (never run)".strip()
    return verb.summary + (f" ({Level.needed_for(verb.effect)})" if verb.effect > Effect.READ else "")


def _flag(flag: Flag) -> tuple[str, str]:
    letter = f"-{flag.short}, " if flag.short else "    "
    told = "" if flag.value.boolean else flag.value.name
    more = " (repeatable)" if flag.repeats else ""
    return f"{letter}--{flag.name}", told + more


def _columns(rows: Iterator[tuple[str, str]]) -> list[str]:
    found = list(rows)
    width = max((len(left) for left, _ in found), default=0)
    return [f"  {left:<{width}}  {right}".rstrip() for left, right in found]
