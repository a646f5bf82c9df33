"""sed: its options, and its script read command by command (GNU sed 4.9).

``sed --sandbox`` refuses e, r and w by itself; this reader refuses them before anything runs and
says where. GNU sed finds the end of a regular expression in two ways, by version: a delimiter
inside ``[…]`` ends it or does not. A script is refused where either way meets a forbidden command.
"""

import re

import attrs

from ..errors import CommandError
from .options import TEXT, Program, Words, flags, option
from .scripts import Script

_FORBIDDEN = {
    "e": "runs a program", "r": "reads a file", "R": "reads a file", "w": "writes a file",
    "W": "writes a file", "F": "prints a file name",
}
_PLAIN = frozenset("=dDgGhHnNpPxz")
_NUMBERED = frozenset("lqQ")
_JUMPS = frozenset("btT")
_TEXTS = frozenset("aci")
_BLANKS = re.compile(r"[ \t]*")
_BETWEEN = re.compile(r"[ \t\n;]*")
_LABEL = re.compile(r"[A-Za-z0-9_.\-]*")
_DIGITS = re.compile(r"[0-9]*")
_FIRST = re.compile(r"\$|[0-9]+(?:~[0-9]+)?")
_SECOND = re.compile(r"\$|[+~]?[0-9]+|\+")
_CASES = re.compile(r"[ \t]*[IM]?(?:[ \t]*[IM])*")
_TEXT_LINES = re.compile(r"(?:[^\\\n]|\\[\s\S])*+\\?")
_BRACKETS = re.compile(
    r"\[\^?\]?(?:[^\]\[\n]|\[:[a-z]{1,8}:\]|\[\.[^\n]{1,8}?\.\]|\[=[^\n]{1,8}?=\]"
    r"|\[(?![:.=]))*+\]"
)


def _finish(words: Words) -> tuple[str, ...]:
    """The script as one word: GNU sed joins every ``-e`` with a line break, and so do we."""
    parts = words.values("-e")
    if parts:
        words.at_most(0, "no operand beside -e")
    else:
        parts = words.at_most(1, "one script")
    if not parts:
        raise words.error(words.name, "sed needs a script.")
    script = Script(parts, words.source)
    check_script(script)
    return ("--", script.text)


PROGRAM = Program(
    "sed", "sed",
    (
        *flags(
            "-n --quiet --silent", "-E -r --regexp-extended", "-z --null-data", "-u --unbuffered",
        ),
        option("-e --expression", TEXT, repeats=True, held=True),
        option("--sandbox", held=True),
    ),
    _finish, ("--sandbox",),
)


def check_script(script: Script) -> None:
    """Read *script* to its end.

    Raises:
        CommandError: a forbidden or unknown command, or a script that cannot be read.
    """
    try:
        _Reader(script).read()
    except _Unreadable as reason:
        raise reason.error(script) from None
    if "[" in script.text:
        try:
            _Reader(script, brackets=False).read()
        except _Unreadable:
            return  # A sed that reads it this way stops before it runs anything.


@attrs.define(eq=False)
class _Unreadable(Exception):
    """sed would report an error at this place instead of running."""

    message: str
    at: int

    def error(self, script: Script) -> CommandError:
        return script.error(
            self.at, self.at + 1, f"The sed script cannot be read: {self.message}.",
            "Separate commands with ; and quote the whole script.",
        )


@attrs.define
class _Reader:
    script: Script
    brackets: bool = True
    text: str = attrs.field(init=False)
    at: int = 0
    depth: int = 0

    def __attrs_post_init__(self) -> None:
        self.text = self.script.text

    def read(self) -> None:
        self._skip(_BETWEEN)
        while self.at < len(self.text):
            self._address()
            self._command()
            self._skip(_BETWEEN)
        if self.depth:
            raise _Unreadable("a { is never closed", self.at)

    def _skip(self, pattern: re.Pattern[str]) -> int:
        """Move behind what *pattern* matches here; how long it was."""
        found = pattern.match(self.text, self.at)
        length = len(found[0]) if found else 0
        self.at += length
        return length

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _take(self) -> str:
        char = self._peek()
        self.at += 1
        return char

    def _address(self) -> None:
        if self._skip(_FIRST) or self._regex():
            self._skip(_BLANKS)
            if self._peek() == ",":
                self.at += 1
                self._skip(_BLANKS)
                if not (self._skip(_SECOND) or self._regex()):
                    raise _Unreadable("an address is missing after the comma", self.at)
        self._skip(_BLANKS)
        if self._peek() == "!":
            self.at += 1
            self._skip(_BLANKS)

    def _regex(self) -> bool:
        """An address ``/re/`` or ``\\cREc``, with its flags."""
        if self._peek() not in ("/", "\\"):
            return False
        if self._take() == "\\":
            self._delimited(self._delimiter(), regex=True)
        else:
            self._delimited("/", regex=True)
        self._skip(_CASES)
        return True

    def _delimiter(self) -> str:
        char = self._take()
        if char in ("", "\n", "\\") or not char.isascii():
            raise _Unreadable("this cannot be a delimiter", self.at - 1)
        return char

    def _delimited(self, delimiter: str, regex: bool) -> None:
        """Move behind the next *delimiter* that is neither escaped nor inside brackets."""
        start, escaped = self.at, False
        while self.at < len(self.text):
            char = self._take()
            if escaped:
                escaped = False
            elif char == delimiter:
                return
            elif char == "\\":
                escaped = True
            elif char == "\n":
                break
            elif char == "[" and regex and self.brackets:
                self.at -= 1
                if not self._skip(_BRACKETS):
                    raise _Unreadable("a [ is never closed", self.at)
        raise _Unreadable(f"the closing {delimiter} is missing", start)

    def _command(self) -> None:
        start, char = self.at, self._take()
        if char in _FORBIDDEN:
            raise self._forbidden(start, f"The sed command {char} {_FORBIDDEN[char]}.")
        if char in _PLAIN or (char in _NUMBERED and self._number()):
            self._end()
        elif char in _TEXTS:
            self._inserted()
        elif char in _JUMPS or char == ":":
            self._label(needed=char == ":")
        elif char == "#":
            self.at = (self.text + "\n").index("\n", self.at)
        elif char == "s":
            self._substitution()
        elif char == "y":
            delimiter = self._delimiter()
            self._delimited(delimiter, regex=False)
            self._delimited(delimiter, regex=False)
            self._end()
        else:
            self._brace(char, start)

    def _brace(self, char: str, start: int) -> None:
        self.depth += {"{": 1, "}": -1}.get(char, 0)
        if char not in ("{", "}") or self.depth < 0:
            raise _Unreadable(f"{char!r} is not a command that Kubeport knows", start)
        if char == "}":
            self._end()

    def _number(self) -> bool:
        self._skip(_BLANKS)
        self._skip(_DIGITS)
        return True

    def _label(self, needed: bool) -> None:
        self._skip(_BLANKS)
        if not self._skip(_LABEL) and needed:
            raise _Unreadable("a label is missing", self.at)
        self._end()

    def _inserted(self) -> None:
        """The text of a, i or c: up to a line break without a backslash before it."""
        self._skip(_BLANKS)
        if self._peek() == "\\":
            self.at += 1
            blanks = self._skip(_BLANKS)
            if self._peek() == "\\" or (blanks and self._peek() == "\n"):
                raise _Unreadable("the text after a backslash must begin on a new line", self.at)
            self.at += self._peek() == "\n"
        elif self._peek() in ("", "\n"):
            raise _Unreadable("the text is missing", self.at)
        self._skip(_TEXT_LINES)

    def _substitution(self) -> None:
        delimiter = self._delimiter()
        self._delimited(delimiter, regex=True)
        self._delimited(delimiter, regex=False)
        while (char := self._peek()) and char in "gpiImM0123456789 \tew":
            if char in "ew":
                raise self._forbidden(self.at, f"The flag {char} of s {_FORBIDDEN[char]}.")
            self.at += 1
        self._end()

    def _end(self) -> None:
        self._skip(_BLANKS)
        if self._peek() in ("}", "#", ""):
            return
        if self._take() not in (";", "\n"):
            raise _Unreadable("a command is followed by something else", self.at - 1)

    def _forbidden(self, start: int, message: str) -> CommandError:
        return self.script.error(
            start, start + 1, message,
            "Filters only change text: s, y, p, d, q, a, i, c and the like.",
        )
