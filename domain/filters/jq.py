"""jq: its options, and its filter judged name by name (jq 1.6, and what 1.5 to 1.8 add).

A name is a field after a dot and a key at its place in an object; anywhere else it is a function,
and must be jq's own and allowed, or the filter's. Strings are read into: ``"\\(env)"`` computes.
"""

from itertools import pairwise

import attrs

from ..command import Token
from ..errors import CommandError
from .jq_names import FORBIDDEN, FUNCTIONS, KEYWORDS
from .jq_tokens import Piece, pieces
from .options import TEXT, Program, Style, Value, Words, flags, number, option
from .scripts import Script

_HINT = "A filter sees its input alone: no environment, no file, no module."
_COMPOUND = frozenset({"if", "def", "reduce", "foreach", "try", "label"})
_KNOWN = FUNCTIONS | KEYWORDS
_NAME = Value("the name of a variable", lambda text: text.isascii() and text.isidentifier())


def _finish(words: Words) -> tuple[str, ...]:
    """The filter, and behind ``--args`` or ``--jsonargs`` the texts that it is given.

    jq 1.6 wants the filter before any ``--``, so a filter that starts with a dash gets a blank.
    """
    given = _given(words)
    if not given:
        words.at_most(1, "one filter")
    script = words.script() or Token(".", words.name.span)
    check_script(Script((script,), words.source))
    text = script.text
    return (f" {text}" if text.startswith("-") else text, *given)


def _given(words: Words) -> tuple[str, ...]:
    modes = [use for use in words.uses if use.option.held]
    if not modes:
        return ()
    mode = modes[0]
    if len(modes) > 1:
        raise CommandError("Give --args or --jsonargs once.", words.source, modes[1].span)
    given = words.operands[1:]
    if given and given[0].span.start < mode.span.start:
        raise words.error(given[0], "jq takes one filter here: a file cannot be named.", _HINT)
    return (mode.option.names[0], "--", *(token.text for token in given))


PROGRAM = Program(
    "jq", "jq",
    (
        *flags(
            "-r --raw-output", "-j --join-output", "-a --ascii-output", "-c --compact-output",
            "-s --slurp", "-S --sort-keys", "-e --exit-status", "-n --null-input", "-R --raw-input",
            "-M --monochrome-output", "-C --color-output", "--tab", "--seq", "--stream",
            "--unbuffered",
        ),
        option("--indent", number(7), split=True),
        option("--arg", _NAME, TEXT, split=True, repeats=True),
        option("--argjson", _NAME, TEXT, split=True, repeats=True),
        option("--args", held=True),
        option("--jsonargs", held=True),
    ),
    _finish, style=Style.JQ,
)


def check_script(script: Script) -> None:
    """Judge every name of *script*.

    Raises:
        CommandError: a name that reaches outside the input, or one that is not known.
    """
    found = pieces(script)
    judge = _Judge(script, found, defined(found))
    for place in range(len(found)):
        judge.look(place)


def defined(found: tuple[Piece, ...]) -> frozenset[str]:
    """The functions that the filter defines itself, and their parameters."""
    names, heading = set[str](), False
    for before, piece in pairwise(found):
        if before.text == "def":
            heading = True
        if heading and piece.kind == "name":
            names.add(piece.text)
        heading = heading and piece.text not in (":", ")")
    return frozenset(names)


@attrs.define
class _Judge:
    """*compound* holds for each open object whether a value in it may hold commas of its own."""

    script: Script
    found: tuple[Piece, ...]
    own: frozenset[str]
    compound: list[bool] = attrs.field(factory=list[bool])

    def look(self, place: int) -> None:
        piece = self.found[place]
        if piece.kind == "name":
            self._name(piece, place)
        elif piece.text == "{" and piece.kind == "operator":
            self.compound.append(False)
        elif piece.text == "}" and piece.kind == "operator":
            self.compound.pop()
        elif piece.text == "::" and piece.kind == "operator":
            raise self._refused(piece, "Modules are never read.")

    def _name(self, piece: Piece, place: int) -> None:
        if self._text(place - 1) == "$":
            return self._variable(piece)
        if self._is_key(piece, place):
            return None
        if piece.inside == "{" and piece.text in _COMPOUND:
            self.compound[-1] = True
        if piece.text in FORBIDDEN:
            raise self._refused(piece, f"{piece.text} {FORBIDDEN[piece.text]}.")
        if piece.text not in _KNOWN and piece.text not in self.own:
            raise self._refused(piece, f"{piece.text} is not a function of jq that Kubeport knows.")
        return None

    def _variable(self, piece: Piece) -> None:
        if piece.text == "ENV" or (piece.text.startswith("__") and piece.text != "__loc__"):
            raise self._refused(piece, f"${piece.text} shows the server, not the input.")

    def _is_key(self, piece: Piece, place: int) -> bool:
        """``{env: 1}``, ``{env}``; but not ``{a: if . then 1, env, 2 else 3 end}``."""
        if piece.inside != "{" or self._text(place - 1) not in ("{", ","):
            return False
        following = self._text(place + 1)
        return following == ":" or (following in (",", "}") and not self.compound[-1])

    def _text(self, place: int) -> str:
        """The operator at *place*; empty where another token stands there, or none."""
        if not 0 <= place < len(self.found) or self.found[place].kind != "operator":
            return ""
        return self.found[place].text

    def _refused(self, piece: Piece, message: str) -> CommandError:
        return self.script.error(piece.start, piece.end, message, _HINT)
