"""What the programs of the in-memory cluster understand of an argument list, and nothing more.

Kubeport hands over ``--flag=value`` with the verb first; a test may also write ``--flag value``
and the few short flags below.
"""

from collections.abc import Mapping, Sequence

import attrs

from .admission import Malformed
from .answer import Answer, Trouble, beyond
from .world import Call, Program, World

_SHORT = {
    "n": "namespace",
    "o": "output",
    "A": "all-namespaces",
    "l": "selector",
    "f": "filename",
    "c": "container",
}


@attrs.frozen
class Verb:
    """One command: its words, what answers it and its flags (a boolean's name ends in ``?``)."""

    path: str
    run: Program
    flags: frozenset[str] = frozenset()
    passes: bool = False

    @classmethod
    def of(cls, path: str, run: Program, flags: str = "", passes: bool = False) -> "Verb":
        """A verb with its flags written in one text; *passes* where ``--`` and more may follow."""
        return cls(path, run, frozenset(flags.split()), passes)


@attrs.frozen
class Tool:
    """One program: its verbs, and the flags that all of them take."""

    name: str
    verbs: tuple[Verb, ...]
    common: frozenset[str]

    def answer(self, words: Sequence[str], world: World, stdin: str) -> Answer:
        """Run the program with *words* as its arguments."""
        try:
            return self._run(words, world, stdin)
        except Trouble as trouble:
            return trouble.answer
        except Malformed as error:
            return Answer(stderr=f"Error from server (BadRequest): {error}\n", exit_code=1)

    def _run(self, words: Sequence[str], world: World, stdin: str) -> Answer:
        verb, taken = self._find(words)
        own = words[: words.index("--")] if "--" in words else words
        if "--help" in own or "-h" in own:
            return Answer(self._help(verb, words[:taken]))
        if verb is None:
            raise beyond(f"run {' '.join([self.name, *words[: taken + 1]])}")
        flags, operands, rest = _split(self._flags(verb), words[taken:], f"{self.name} {verb.path}")
        if rest is not None and not verb.passes:
            operands, rest = [*operands, *rest], None
        return verb.run(Call(world, verb.path, flags, tuple(operands), tuple(rest or ()), stdin))

    def _flags(self, verb: Verb) -> Mapping[str, bool]:
        return {name.rstrip("?"): name.endswith("?") for name in (*self.common, *verb.flags)}

    def _find(self, words: Sequence[str]) -> tuple[Verb | None, int]:
        verbs = {tuple(verb.path.split()): verb for verb in self.verbs}
        for length in range(min(4, len(words)), 0, -1):
            if found := verbs.get(tuple(words[:length])):
                return found, length
        return None, sum(1 for word in words[:1] if not word.startswith("-"))

    def _help(self, verb: Verb | None, words: Sequence[str]) -> str:
        if verb is not None:
            flags = "".join(f"      --{name}\n" for name in sorted(self._flags(verb)))
            return f"{self.name} {verb.path}, as the in-memory cluster answers it.\n\nFlags:\n{flags}"
        prefix = " ".join(words)
        known = [verb.path for verb in self.verbs if f"{verb.path} ".startswith(f"{prefix} ".lstrip())]
        if not known:
            raise Trouble(f'error: unknown command "{prefix}" for "{self.name}"')
        listed = "".join(f"  {self.name} {path}\n" for path in sorted(known))
        return f"{self.name}, as the in-memory cluster answers it.\n\nCommands:\n{listed}"


def _split(
    known: Mapping[str, bool], words: Sequence[str], command: str
) -> tuple[dict[str, tuple[str, ...]], list[str], list[str] | None]:
    """Flags, operands, and what follows ``--`` (None where it is not there)."""
    flags: dict[str, tuple[str, ...]] = {}
    operands: list[str] = []
    left = list(words)
    while left:
        word = left.pop(0)
        if word == "--":
            return flags, operands, left
        if word == "-" or not word.startswith("-"):
            operands.append(word)
            continue
        name, equals, value = _long(word).partition("=")
        if name not in known:
            raise beyond(f"take --{name} for {command}")
        if not equals:
            value = "true" if known[name] else _next(left, name)
        flags[name] = (*flags.get(name, ()), value)
    return flags, operands, None


def _long(word: str) -> str:
    if word.startswith("--"):
        return word[2:]
    name, value = _SHORT.get(word[1], word[1]), word[2:]
    return f"{name}={value.removeprefix('=')}" if value else name


def _next(left: list[str], name: str) -> str:
    if not left:
        raise Trouble(f"error: flag needs an argument: --{name}")
    return left.pop(0)
