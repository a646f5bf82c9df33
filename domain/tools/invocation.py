"""One call of a tool, parsed: which verb, which flags with which values, which operands."""

import attrs

from ..command import Token
from ..effect import Effect
from ..errors import CommandError, Span
from .grammar import Demand, Flag, Grammar, Meaning, Subject, Verb
from .values import truth


@attrs.frozen
class FlagUse:
    """A flag with the value it was given; *value* of a boolean is "true" or "false"."""

    flag: Flag
    value: str
    span: Span

    @property
    def counts(self) -> bool:
        """Whether the flag is in force: a boolean set to false is not, unless the table says so."""
        return self.flag.strict or not self.flag.value.boolean or self.value == "true"


@attrs.frozen
class Invocation:
    """A call that the grammar understands; *demands* say what it needs to be allowed.

    ``argv`` is rebuilt from these parts alone, so that what was judged is what runs.
    """

    grammar: Grammar
    verb: Verb
    source: str
    verb_span: Span
    flags: tuple[FlagUse, ...] = ()
    operands: tuple[Token, ...] = ()
    rest: tuple[Token, ...] = ()
    dashes: bool = False
    help: bool = False
    subjects: tuple[Subject, ...] = ()
    demands: tuple[Demand, ...] = ()

    @property
    def tool(self) -> str:
        """The program's name."""
        return self.grammar.tool

    @property
    def command(self) -> str:
        """Tool and verb path, as policies name them: ``kubectl rollout status``."""
        return " ".join((self.tool, *self.verb.path))

    @property
    def effect(self) -> Effect:
        """The greatest effect that anything about the call demands."""
        return max((demand.effect for demand in self.demands), default=Effect.READ)

    def use(self, name: str) -> FlagUse | None:
        """How the flag *name* was used; None where it was not. Repeated flags: the last use."""
        return next((use for use in reversed(self.flags) if use.flag.name == name), None)

    def value(self, name: str) -> str | None:
        """The value of the flag *name*, or None where it was not given."""
        found = self.use(name)
        return None if found is None else found.value

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a repeatable flag, in order."""
        return tuple(use.value for use in self.flags if use.flag.name == name)

    def is_true(self, name: str) -> bool:
        """Whether the boolean flag *name* is given and true."""
        return self.value(name) == "true"

    def with_meaning(self, meaning: Meaning) -> FlagUse | None:
        """The last use of a flag that means *meaning* and is in force."""
        return next(
            (u for u in reversed(self.flags) if u.flag.meaning is meaning and u.counts), None
        )

    def expect_operands(self, least: int, most: int | None) -> None:
        """Check the number of operands before ``--``.

        Raises:
            CommandError: too few or too many; the message points at the first that is too many.
        """
        if most is not None and len(self.operands) > most:
            raise self.error(
                f"{self.command} takes {_count(most)}.", self.operands[most].span, self.verb.instead
            )
        if len(self.operands) < least:
            raise self.error(f"{self.command} needs {_count(least, 'at least ')}.", self.verb_span)

    def error(self, message: str, span: Span | None = None, hint: str = "") -> CommandError:
        """An error about this call that points at *span*, the verb by default."""
        return CommandError(message, self.source, span or self.verb_span, hint)

    def demand(self, effect: Effect, why: str, span: Span | None = None, hint: str = "") -> Demand:
        """A demand that points at *span*, the verb by default."""
        return Demand(effect, why, span or self.verb_span, hint)

    def argv(self, *placed: str) -> tuple[str, ...]:
        """The canonical argument list: verb first, *placed* flags, each flag once as ``--flag=value``.

        Flags that select context or namespace are left out: the target places them. A call for
        help is the verb and ``--help`` alone, whatever else was written.
        """
        head = (self.tool, *self.verb.path)
        if self.help:
            return (*head, "--help")
        written = tuple(
            f"--{use.flag.name}={use.value}"
            for use in self.flags
            if use.flag.meaning not in _PLACED
        )
        tail = tuple(token.text for token in self.operands)
        rest = ("--", *(token.text for token in self.rest)) if self.dashes else ()
        return (*head, *placed, *written, *tail, *rest)


_PLACED = frozenset({Meaning.CONTEXT, Meaning.NAMESPACE})


def boolean_text(text: str) -> str:
    """``true`` or ``false`` for any spelling that pflag reads; ValueError otherwise."""
    return "true" if truth(text) else "false"


def _count(number: int, prefix: str = "") -> str:
    if number == 0:
        return "no operands"
    return f"{prefix}{number} operand{'s' if number > 1 else ''}"
