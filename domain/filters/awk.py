"""awk: always gawk in its sandbox; its options, and its program read token by token.

``gawk --sandbox`` stops system(), redirection and pipes, but neither file operands nor the
environment (security.md 0.9). This reader refuses all of them, and decides between a division and
a regular expression as gawk's own grammar does: what follows an operand is a division.
"""

import re
from collections.abc import Iterator

import attrs

from ..errors import CommandError
from .awk_names import FORBIDDEN, FUNCTIONS, KEYWORDS
from .options import TEXT, Program, Style, Value, Words, option
from .scripts import Script

_TOKEN = re.compile(
    r"(?P<blank>[ \t]++|\\\n)"
    r"|(?P<line>\n)"
    r"|(?P<comment>\#[^\n]*+)"
    r'|(?P<string>"(?:[^"\\\n]|\\[\s\S])*+")'
    r"|(?P<number>0[xX][0-9a-fA-F]++|(?:[0-9]++\.?[0-9]*+|\.[0-9]++)(?:[eE][+-]?[0-9]++)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*+)"
    r"|(?P<operator>\|\||&&|\|&|>>|::|\*\*=?|\+\+|--|!~|[-+*%^=!<>]=|[-+*%^=!<>~?:,;|$(){}\[\]])"
)
_REGEX = re.compile(
    r"/(?:[^/\\\[\n]|\\[^\n]"
    r"|\[\^?(?>\]?(?:[^\]\[\\/\n]|\\[^\n]|\[:[a-z]+:\]|\[(?![:.=]))*+\]|(?:[^\]\[\\\n]|\\[^\n])++\]))*+/"
)
_DIVISION = re.compile(r"/=?")
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)=[\s\S]*")
_ENDLESS = re.compile(r"(?:while\([1-9][0-9]*\)|for\(;;\))")
_LEAVES = frozenset({"break", "exit", "return", "next", "nextfile"})
_CONDITIONS = frozenset({"if", "while", "for", "switch"})
_WHY = {
    "|": "starts a program", "|&": "starts a program or opens a connection", ">>": "writes a file",
    "::": "names another name space",
}


def _assigns(text: str) -> bool:
    found = _ASSIGNMENT.fullmatch(text)
    return found is not None and found[1] not in FORBIDDEN


def _finish(words: Words) -> tuple[str, ...]:
    words.at_most(1, "one program")
    program = words.script()
    if program is None:
        raise words.error(words.name, "awk needs a program.")
    check_script(Script((program,), words.source))
    return ("--", program.text)


PROGRAM = Program(
    "awk", "gawk",
    (
        option("-F --field-separator", TEXT),
        option("-v --assign", Value("name=value, no name of awk's own", _assigns), repeats=True),
        option("-S --sandbox", held=True),
    ),
    _finish, ("--sandbox",), style=Style.POSIX,
)


def check_script(script: Script) -> None:
    """Read *script* to its end.

    Raises:
        CommandError: it names a file, a program or the environment, or it cannot be read.
    """
    reader = _Reader(script)
    for kind, start, end in reader.tokens():
        reader.judge(kind, start, end)
    reader.conclude()


@attrs.define
class _Reader:
    """What is known at one place of the program.

    *operand* tells whether the last token ends an operand; *parens* holds for each open one
    whether it belongs to if, while, for or switch; *printing* is how many were open at a print.
    """

    script: Script
    text: str = attrs.field(init=False)
    operand: bool = False
    last: str = ""
    parens: list[bool] = attrs.field(factory=list[bool])
    printing: int | None = None
    code: list[str] = attrs.field(factory=list[str])
    called: dict[str, int] = attrs.field(factory=dict[str, int])
    defined: set[str] = attrs.field(factory=set[str])

    def __attrs_post_init__(self) -> None:
        self.text = self.script.text

    def tokens(self) -> Iterator[tuple[str, int, int]]:
        """Kind and place of each token; relies on ``judge`` being called in between."""
        at = 0
        while at < len(self.text):
            kind, found = "operator", _TOKEN.match(self.text, at)
            if found is not None:
                kind = found.lastgroup or ""
            elif self.text[at] == "/" and self.operand:
                found = _DIVISION.match(self.text, at)
            elif self.text[at] == "/":
                kind, found = "regex", _REGEX.match(self.text, at)
            if found is None:
                raise self._refused(at, at + 1, "The awk program cannot be read here.")
            yield kind, at, found.end()
            at = found.end()

    def judge(self, kind: str, start: int, end: int) -> None:
        """Refuse the token, or note what it means for the next one."""
        text = self.text[start:end]
        if kind == "line":
            self._line()
        elif kind == "comment" and text.endswith("\\"):
            raise self._refused(start, end, "A comment may not end with a backslash.")
        elif kind not in ("blank", "comment"):
            self._judge_code(kind, text, start, end)

    def _judge_code(self, kind: str, text: str, start: int, end: int) -> None:
        if kind == "name":
            self._name(text, start, end)
        elif kind == "operator":
            self._operator(text, start, end)
        else:
            self.operand = True
        self.code.append(text if kind != "string" else '""')
        self.last = text

    def _line(self) -> None:
        """A line break ends a print unless the expression is not complete: ``print $1,``."""
        if self.operand or self.last in ("print", "printf"):
            self.printing = None
        self.operand = False

    def _name(self, text: str, start: int, end: int) -> None:
        if text in FORBIDDEN:
            raise self._refused(start, end, f"{text} {FORBIDDEN[text]}.")
        if text in ("print", "printf"):
            self.printing = len(self.parens)
        if self.last in ("function", "func"):
            self.defined.add(text)
        elif self.text.startswith("(", end) and text not in KEYWORDS and text not in FUNCTIONS:
            self.called.setdefault(text, start)
        self.operand = text not in KEYWORDS

    def _operator(self, text: str, start: int, end: int) -> None:
        if text in _WHY:
            raise self._refused(start, end, f"{text} {_WHY[text]} in awk.")
        if text == ">" and self.printing == len(self.parens):
            raise self._refused(
                start, end, f"{text} after print writes a file.", "Put a comparison in parentheses."
            )
        if text == "(":
            self.parens.append(self.last in _CONDITIONS)
        self.operand = text in ("]", "++", "--")
        if text == ")":
            if not self.parens:
                raise self._refused(start, end, "A parenthesis is closed that was never opened.")
            self.operand = not self.parens.pop()
        elif text in (";", "}"):
            self.printing = None

    def conclude(self) -> None:
        """Refuse functions that are neither awk's nor the program's, and loops without an end."""
        for name, start in self.called.items():
            if name not in self.defined:
                raise self._refused(start, start + len(name), f"{name} is not a function of awk.")
        if not _LEAVES.intersection(self.code) and _ENDLESS.search("".join(self.code)):
            raise self._refused(0, len(self.text), "The awk program has a loop that never ends.")

    def _refused(self, start: int, end: int, message: str, hint: str = "") -> CommandError:
        return self.script.error(
            start, end, message,
            hint or "awk computes and prints: it names no file, runs nothing, sees no environment.",
        )
