"""One line of text → a pipeline of words; the only place where text becomes words.

Grammar, a subset of POSIX shell quoting (XCU 2.2) without any expansion::

    line     = stage *( "|" stage )            ; 1 to 8 stages, at most 32 KiB
    stage    = 1*( blank / word )
    word     = 1*( plain / "'" … "'" / '"' … '"' / "\\" char )   ; no letter or digit

What a shell would expand, redirect or sequence is refused, never passed on: security.md section 0.1
lists what may stand inside a value (``{.items[0]}``, ``*=nginx``) and what may not.
"""

import re
import unicodedata
from collections.abc import Sequence

import attrs

from .command import Command, Pipeline, Token
from .errors import CommandError, Span

MAX_BYTES = 32 * 1024
MAX_STAGES = 8

_PLAIN = re.compile(r"[A-Za-z0-9_\-./:=,@%+^]+")
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_\-./:=,@%+^]+(?=[ |]|\Z)")  # most words: nothing to undo
_SINGLE = re.compile(r"'([^']*)'")
_DOUBLE_PLAIN = re.compile(r'[^"\\$`]+')
_EXPANSION = re.compile(r"\$[A-Za-z0-9_{(@*#?$!'-]")
_BRACE_LIST = re.compile(
    r"(?<!\{)\{(?:[^{}'\"\\ |]*,[^{}'\"\\ |]*|-?[0-9]+\.\.-?[0-9]+|[A-Za-z]\.\.[A-Za-z])\}"
)

_NO_SHELL = {
    ";": "There is no shell: send one command a call.",
    "&": "There is no shell: send one command a call; nothing runs in the background.",
    "<": "Nothing is redirected: hand a manifest over in the argument `manifest`.",
    ">": "Nothing is redirected: stderr and warnings are always part of the answer.",
    "(": "There is no shell: quote a parenthesis that belongs to a value.",
    ")": "There is no shell: quote a parenthesis that belongs to a value.",
    "`": "There is no shell: commands are not substituted.",
    "$": "There is no shell: variables are not expanded. Use single quotes for a literal $.",
    "\n": "Send one command a call; a line break may stand inside quotes only.",
    "\r": "Send one command a call; a line break may stand inside quotes only.",
}
_WORD_START = {
    "{": "Braces are not expanded: quote the word.",
    "}": "Quote the word if it is a value.",
    "[": "Quote the word if it is a value.",
    "]": "Quote the word if it is a value.",
    "*": "File names are not expanded: quote the word if it is a value.",
    "?": "File names are not expanded: quote the word if it is a value.",
    "~": "Home folders are not expanded, and no files can be named.",
    "!": "History is not expanded: quote the word if it is a selector such as '!key'.",
    "#": "Comments are not read: quote the word if it is a value.",
}


def read(source: str) -> Pipeline:
    """Split *source* into stages and words.

    Raises:
        CommandError: empty, too long, too many stages, an open quote, or a character that a shell
            would act on; the message points at it.
    """
    return _Reader(source).pipeline()


def read_words(words: Sequence[str]) -> Pipeline:
    """A pipeline of one stage from *words* that a shell, or a program, has split already.

    Each word is taken as it is, a ``|`` as well. The source shows them as ``read`` would take them; it is
    for people to look at, and never read again.

    Raises:
        CommandError: no words, too long, or a character that ``read`` takes in no form.
    """
    source, tokens = "", list[Token]()
    for word in words:
        start = len(source) + bool(tokens)
        source += " " * bool(tokens) + quoted(word)
        tokens.append(Token(word, Span(start, len(source))))
    if not tokens:
        raise CommandError("The command is empty.", hint="Write one, such as: get pods")
    reader = _Reader(source)
    reader.check()
    return Pipeline(source, (Command(tuple(tokens), Span(0, len(source))),))


def quoted(word: str) -> str:
    """*word* as it is written in a command line: bare where that is possible."""
    if _PLAIN.fullmatch(word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"


@attrs.define
class _Reader:
    source: str
    at: int = 0

    def pipeline(self) -> Pipeline:
        self._check_size()
        self._check_characters()
        stages = [self._stage()]
        while self.at < len(self.source):
            bar = self.at
            self.at += 1
            if len(stages) == MAX_STAGES:
                raise self._error(bar, bar + 1, f"More than {MAX_STAGES} stages in a pipeline.")
            stages.append(self._stage(bar))
        return Pipeline(self.source, tuple(stages))

    def check(self) -> None:
        """Refuse a source that is too long, or has what may stand nowhere, quoted or not."""
        self._check_size()
        self._check_characters()
        self._check_quoted(0, len(self.source))

    def _check_size(self) -> None:
        if len(self.source) > MAX_BYTES or len(self.source.encode(errors="replace")) > MAX_BYTES:
            raise CommandError(f"The command is longer than {MAX_BYTES} bytes.")

    def _check_characters(self) -> None:
        """Refuse what cannot be seen or is a blank to one reader and not to another, anywhere."""
        if self.source.isascii() and self.source.isprintable():
            return
        for place, char in enumerate(self.source):
            if char not in "\n\t\r" and _hidden(char):
                name = unicodedata.name(char, "control character")
                raise self._error(
                    place,
                    place + 1,
                    f"Character U+{ord(char):04X} ({name}) is not allowed in a command.",
                )

    def _stage(self, bar: int | None = None) -> Command:
        start, words = self.at, list[Token]()
        while self.at < len(self.source) and self.source[self.at] != "|":
            if self.source[self.at] == " ":
                self.at += 1
            else:
                words.append(self._word())
        if not words:
            raise self._empty(bar)
        return Command(
            tuple(words), words[0].span.to(words[-1].span) if words else Span(start, self.at)
        )

    def _empty(self, bar: int | None) -> CommandError:
        if not self.source.strip():
            return CommandError("The command is empty.", hint="Write one, such as: get pods")
        place = self.at if bar is None else bar
        return self._error(place, place + 1, "A stage of the pipeline is empty.")

    def _word(self) -> Token:
        if plain := _PLAIN_WORD.match(self.source, self.at):
            self.at = plain.end()
            return Token(plain[0], Span(plain.start(), self.at))
        start, parts, bare = self.at, list[str](), list[str]()
        self._check_word_start()
        while self.at < len(self.source) and self.source[self.at] not in " |":
            before = self.at
            text = self._part()
            parts.append(text)
            bare.append(text if self.source[before] not in "'\"\\" else "'")
        if found := _BRACE_LIST.search("".join(bare)):
            raise self._error(
                start,
                self.at,
                f"{found[0]} would be expanded by a shell, and there is none.",
                "Write each word out, or quote the value.",
            )
        return Token("".join(parts), Span(start, self.at))

    def _check_word_start(self) -> None:
        char = self.source[self.at]
        if char in _WORD_START and not self.source.startswith("*=", self.at):
            raise self._error(
                self.at,
                self.at + 1,
                f"A word may not start with an unquoted {char}",
                _WORD_START[char],
            )

    def _part(self) -> str:
        """One run of the word from here: plain, quoted or escaped; moves on behind it."""
        char = self.source[self.at]
        if char == "'":
            return self._single()
        if char == '"':
            return self._double()
        if char == "\\":
            return self._escaped()
        if char in _NO_SHELL:
            raise self._error(
                self.at, self.at + 1, f"Unquoted {char!r} is not allowed.", _NO_SHELL[char]
            )
        if char == "\t" or not char.isascii():
            raise self._error(
                self.at,
                self.at + 1,
                f"Unquoted U+{ord(char):04X} is not allowed.",
                "Outside quotes a command is written in printable ASCII, with spaces between words.",
            )
        run = _PLAIN.match(self.source, self.at)
        text = run[0] if run else char
        self.at += len(text)
        return text

    def _single(self) -> str:
        found = _SINGLE.match(self.source, self.at)
        if found is None:
            raise self._error(self.at, len(self.source), "The single quote is never closed.")
        self._check_quoted(self.at, found.end())
        self.at = found.end()
        return found[1]

    def _double(self) -> str:
        start, parts = self.at, list[str]()
        self.at += 1
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == '"':
                self.at += 1
                self._check_quoted(start, self.at)
                return "".join(parts)
            parts.append(self._double_part(char))
        raise self._error(start, len(self.source), "The double quote is never closed.")

    def _double_part(self, char: str) -> str:
        if char == "\\":
            following = self.source[self.at + 1 : self.at + 2]
            self.at += 2
            return following if following in ('"', "\\", "$", "`") else "\\" + following
        if char == "`" or (char == "$" and _EXPANSION.match(self.source, self.at)):
            raise self._error(
                self.at,
                self.at + 1,
                f"{char} inside double quotes is not allowed.",
                _NO_SHELL[char],
            )
        if char == "$":
            self.at += 1
            return "$"
        run = _DOUBLE_PLAIN.match(self.source, self.at)
        text = run[0] if run else char
        self.at += len(text)
        return text

    def _escaped(self) -> str:
        following = self.source[self.at + 1 : self.at + 2]
        if not following:
            raise self._error(self.at, self.at + 1, "A backslash at the end escapes nothing.")
        if following in "\n\r\t" or not following.isascii():
            raise self._error(
                self.at,
                self.at + 2,
                "A backslash may not be followed by this character.",
                "Lines are not continued: write the command in one line.",
            )
        if following.isalnum():
            raise self._error(
                self.at,
                self.at + 2,
                f"An unquoted backslash before {following!r} is not allowed.",
                f"A shell drops it and reads {following!r}: quote the word, or leave it out.",
            )
        self.at += 2
        return following

    def _check_quoted(self, start: int, end: int) -> None:
        place = self.source.find("\r", start, end)
        if place >= 0:
            raise self._error(place, place + 1, "A carriage return is not allowed in a command.")

    def _error(self, start: int, end: int, message: str, hint: str = "") -> CommandError:
        return CommandError(message, self.source, Span(start, max(end, start + 1)), hint)


def _hidden(char: str) -> bool:
    """Control, format, surrogate, private or non-ASCII blank: categories Cc Cf Cs Co Cn Zl Zp Zs."""
    return unicodedata.category(char) in _HIDDEN and char != " "


_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
