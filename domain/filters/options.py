"""The vocabulary of the utilities' tables: options, what they eat, and how argv spells them."""

import enum
from collections.abc import Callable

import attrs

from ..command import Token
from ..errors import CommandError, Span

MAX_TEXT = 8 * 1024
"""The longest script, pattern or other word of a filter, in characters."""


@attrs.frozen
class Value:
    """A type of value; *name* completes the sentence "expected …"."""

    name: str
    accepts: Callable[[str], bool]


@attrs.frozen
class Option:
    """One option: its spellings, the first of which is the one that argv gets.

    *values* are the words it eats; *bare* is what its long form means without ``=value``.
    *split* writes a long option and its values as separate words, as jq wants them. A *held*
    option is not written: the program's rule for the script takes its values.
    """

    names: tuple[str, ...]
    values: tuple[Value, ...] = ()
    bare: str | None = None
    repeats: bool = False
    split: bool = False
    held: bool = False

    def written(self, values: tuple[Token, ...]) -> tuple[str, ...]:
        """The words of argv for one use."""
        name, texts = self.names[0], tuple(value.text for value in values)
        if texts and name.startswith("--") and not self.split:
            return (f"{name}={texts[0]}",)
        return (name, *texts)


class Style(enum.Enum):
    """Whose rules of reading options a program follows where they differ."""

    GNU = enum.auto()
    POSIX = enum.auto()
    JQ = enum.auto()
    COBRA = enum.auto()


@attrs.frozen
class Use:
    """One option as it was used."""

    option: Option
    values: tuple[Token, ...]
    span: Span


@attrs.frozen
class Words:
    """The words of one stage, sorted into options and operands.

    *open* is how many of the operands stand before a ``--``: none of the others is a subcommand.
    """

    name: Token
    source: str
    uses: tuple[Use, ...]
    operands: tuple[Token, ...]
    open: int

    def values(self, name: str) -> tuple[Token, ...]:
        """The first value of each use of the option that argv spells *name*."""
        return tuple(use.values[0] for use in self.uses if use.option.names[0] == name)

    def error(self, token: Token, message: str, hint: str = "") -> CommandError:
        """An error that points at *token*."""
        return CommandError(message, self.source, token.span, hint)

    def at_most(self, number: int, what: str) -> tuple[Token, ...]:
        """The operands, of which there may be *number*; *what* says what they are.

        Raises:
            CommandError: there are more; the message points at the first one too many.
        """
        if len(self.operands) > number:
            raise self.error(
                self.operands[number],
                f"{self.name.text} takes {what} here: a file cannot be named.",
                "A filter reads what the stage before it writes, and nothing else.",
            )
        return self.operands

    def script(self) -> Token | None:
        """The first operand, which is the script; None where there is none.

        Raises:
            CommandError: it is a lone ``-``, which stands for a file wherever one may stand.
        """
        if not self.operands:
            return None
        if self.operands[0].text == "-":
            raise self.error(
                self.operands[0], "A lone - is not a script.",
                "Leave it out: a filter reads what the stage before it writes.",
            )
        return self.operands[0]


def no_operands(words: Words) -> tuple[str, ...]:
    """The program takes none: every operand would be a file, a lone ``-`` included."""
    words.at_most(0, "no operand")
    return ()


@attrs.frozen
class Program:
    """Everything that is known of one utility.

    *fixed* words always follow *binary*; *number* is the option that ``-5`` stands for; *finish*
    judges the operands and returns the words that follow the options.
    """

    name: str
    binary: str
    options: tuple[Option, ...]
    finish: Callable[[Words], tuple[str, ...]] = no_operands
    fixed: tuple[str, ...] = ()
    number: Option | None = None
    style: Style = Style.GNU
    index: dict[str, Option] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        spelled = {name: option for option in self.options for name in option.names}
        object.__setattr__(self, "index", spelled)

    def argv(self, words: Words) -> tuple[str, ...]:
        """The canonical argument list of *words*."""
        written = (
            part
            for use in words.uses
            if not use.option.held
            for part in use.option.written(use.values)
        )
        return (self.binary, *self.fixed, *written, *self.finish(words))


def flags(*spellings: str) -> tuple[Option, ...]:
    """Options without a value, each from its spellings between blanks, the canonical one first."""
    return tuple(Option(tuple(spelling.split())) for spelling in spellings)


def option(
    spellings: str, *values: Value, bare: str | None = None,
    repeats: bool = False, split: bool = False, held: bool = False,
) -> Option:
    """An option with *values*, from its spellings between blanks, the canonical one first."""
    return Option(tuple(spellings.split()), values, bare, repeats, split, held)


def one_of(*choices: str) -> Value:
    """A value out of a closed list, spelled in full."""
    return Value("one of " + ", ".join(choices), frozenset(choices).__contains__)


def number(most: int, least: int = 0) -> Value:
    """A whole number from *least* to *most*, in ASCII digits."""
    return Value(
        f"a whole number from {least} to {most}",
        lambda text: whole(text) and len(text) < 12 and least <= int(text) <= most,
    )


def whole(text: str) -> bool:
    """Whether *text* is made of ASCII digits alone."""
    return text.isascii() and text.isdigit()


TEXT = Value("a text", lambda _: True)
LONG_TEXT = Value("a text that is not empty", bool)
CHARACTER = Value("one character", lambda text: len(text) == 1)
