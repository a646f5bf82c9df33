"""yq, of which two exist: mikefarah's (Go, its own language) and kislyuk's (Python, around jq).

Which one a machine has is not known here, so argv must be safe for both, and an expression is
refused if either would reach outside its input. Options are written long where their letters mean
different things (``-i``, ``-y``, ``-s``); an option that one of the two lacks is an error there.
The expression gets a blank before it: mikefarah's yq opens an argument that names a file, and both
would take one that starts with a dash, or is a subcommand's name, for something else.
"""

import re

import attrs

from ..command import Token
from ..errors import CommandError
from .jq import defined
from .jq_names import FORBIDDEN, FUNCTIONS, KEYWORDS
from .jq_tokens import Piece, tokens
from .options import Program, Style, Words, flags, number, one_of, option
from .scripts import Script
from .yq_names import FORMATS, OPERATORS, REACHING

_HINT = "An expression sees its input alone: no environment, no file, no expression made of text."
_FORMAT = one_of(
    "auto", "a", "yaml", "y", "json", "j", "props", "p", "csv", "c", "tsv", "t", "xml", "x", "toml",
    "base64", "uri", "lua", "shell", "s", "ini", "hcl",
)
_SUBCOMMANDS = ("eval", "e")
_KNOWN = FUNCTIONS | KEYWORDS | OPERATORS
_BEFORE_QUOTE = frozenset(" \n(,[{|;:=")
_QUOTED_KEY = re.compile(r'"[A-Za-z0-9_./:@%+\-]*"')
_INSIDE_PATH = re.compile(r'"[A-Za-z0-9_/@%+\-]*"')
_INSIDE_STRING = re.compile(r'"[A-Za-z0-9_ ,:/=%@+\-]*"')
_MERGE_FLAGS = re.compile(r"[dnc]{1,3}")


def _finish(words: Words) -> tuple[str, ...]:
    operands = words.operands
    if words.open and operands[0].text in _SUBCOMMANDS:
        operands = operands[1:]
    words = attrs.evolve(words, operands=operands)
    words.at_most(1, "one expression")
    expression = words.script() or Token(".", words.name.span)
    check_script(Script((expression,), words.source))
    return (f" {expression.text}",)


PROGRAM = Program(
    "yq", "yq",
    (
        *flags(
            "-r --raw-output --unwrapScalar", "-n --null-input", "-e --exit-status",
            "-C --colors --color-output", "-M --no-colors --monochrome-output", "-j --tojson",
            "-P --prettyPrint", "-N --no-doc", "--compact-output -c", "--sort-keys -S",
            "--yaml-output -y --yml-output", "--yaml-roundtrip -Y --yml-roundtrip",
        ),
        option("--output-format -o", _FORMAT),
        option("--input-format -p", _FORMAT),
        option("--indent -I", number(16)),
    ),
    _finish, style=Style.COBRA,
)


def check_script(script: Script) -> None:
    """Judge every token of *script* by both languages.

    Raises:
        CommandError: it reaches outside its input, is not known, or means two different things.
    """
    found = tuple(tokens(script))
    judge = _Judge(script, found, defined(found))
    for place, piece in enumerate(found):
        judge.look(piece, place)


@attrs.define
class _Judge:
    """What is known at one place of the expression.

    *path_end* is where a path such as ``.data.my-key`` ends so far: a dash may belong to it.
    *computing* tells whether the place is between ``\\(`` and ``)`` of a string.
    """

    script: Script
    found: tuple[Piece, ...]
    own: frozenset[str]
    text: str = attrs.field(init=False)
    path_end: int = -1
    computing: bool = False

    def __attrs_post_init__(self) -> None:
        self.text = self.script.text

    def look(self, piece: Piece, place: int) -> None:
        in_path = piece.start == self.path_end
        if piece.kind == "name":
            self._name(piece, place, in_path)
        elif piece.kind == "field" and self.text[: piece.start].endswith("."):
            raise self._refused(piece, "A field does not follow a dot.", "Write .. | .name")
        elif piece.kind == "quote":
            self._quote(piece)
        elif piece.kind == "string":
            self._string(piece, place)
        elif piece.kind == "comment":
            self._comment(piece)
        elif piece.kind == "format" and piece.text not in FORMATS:
            raise self._refused(piece, f"{piece.text} is not a format that Kubeport knows.")
        goes_on = piece.kind in ("name", "number") or piece.text == "-"
        if piece.kind == "field" or (in_path and goes_on):
            self.path_end = piece.end

    def _name(self, piece: Piece, place: int, in_path: bool) -> None:
        before = self._sign(place - 1)
        if before == "$" and self.found[place - 1].end == piece.start:
            if piece.text == "ENV" or piece.text.startswith("__"):
                raise self._refused(piece, f"${piece.text} shows the server, not the input.")
            return
        if in_path and piece.text not in FORBIDDEN and not self.text.startswith("(", piece.end):
            return
        if piece.text in FORBIDDEN or _reaches(piece.text):
            raise self._refused(piece, f"{piece.text} reaches outside the input.")
        if piece.text in _KNOWN or piece.text in self.own or self._is_key(piece, place):
            return
        if before == "*" and _MERGE_FLAGS.fullmatch(piece.text):
            return
        raise self._refused(piece, f"{piece.text} is not an operator of yq that Kubeport knows.")

    def _is_key(self, piece: Piece, place: int) -> bool:
        after = self._sign(place + 1) in (":", ",", "}")
        return piece.inside == "{" and after and self._sign(place - 1) in ("{", ",")

    def _sign(self, place: int) -> str:
        """The operator at *place*; empty where another token stands there, or none."""
        if not 0 <= place < len(self.found) or self.found[place].kind != "operator":
            return ""
        return self.found[place].text

    def _quote(self, piece: Piece) -> None:
        """Both must see the string begin here: mikefarah's paths run on over quotes and signs."""
        if self.computing:
            return self._nested(piece)
        before = self.text[piece.start - 1 : piece.start] if piece.start else " "
        if before == "." and _QUOTED_KEY.match(self.text, piece.start):
            return None
        if before not in _BEFORE_QUOTE and not _INSIDE_PATH.match(self.text, piece.start):
            raise self._refused(
                piece, "A string does not begin here for every yq.", "Put a blank before the quote."
            )
        return None

    def _nested(self, piece: Piece) -> None:
        """What is a string to jq stands outside of mikefarah's, which ends at the first quote."""
        inner = _INSIDE_STRING.match(self.text, piece.start)
        if inner is None or _reaches(inner[0]):
            raise self._refused(
                piece, "A string between \\( and ) is made of letters and blanks.", "Use + instead."
            )

    def _string(self, piece: Piece, place: int) -> None:
        """Both must compute the same parts of it; they count backslashes before ``(`` apart."""
        if self.computing and self.found[place - 1].kind == "quote":
            return  # a nested one, judged at its quote
        self.computing = self.text.startswith("\\(", piece.end)
        if "\\(" in piece.text or (self.computing and piece.text.endswith("\\")):
            raise self._refused(
                piece, "A backslash before \\( means two different things.", "Use + instead."
            )
        if "\\\n" in piece.text:
            raise self._refused(piece, "A line break in a string has no backslash before it.")

    def _comment(self, piece: Piece) -> None:
        """A path would run on over the sign; older mikefarah's stop at it before anything runs."""
        if self.computing or self.text[: piece.start][-1:] not in ("", " ", "\n"):
            raise self._refused(
                piece, "A comment does not begin here for every yq.", "Put a blank before the #."
            )

    def _refused(self, piece: Piece, message: str, hint: str = _HINT) -> CommandError:
        return self.script.error(piece.start, piece.end, message, hint)


def _reaches(text: str) -> bool:
    return any(part in text.lower() for part in REACHING)
