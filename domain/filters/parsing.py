"""Words → options and operands, by the rules of getopt, and stricter.

Long options are spelled in full: GNU programs take any unique beginning, which would let ``--out``
pass for ``--output`` (security.md 0.9). Options may follow operands where the program reads them
there too. What argv gets is written anew, so that these rules alone decide.
"""

import attrs

from ..command import Token
from ..errors import CommandError
from ..nearness import did_you_mean
from .options import MAX_TEXT, Option, Program, Style, Use, Words, whole


def parse_words(program: Program, words: tuple[Token, ...], source: str) -> Words:
    """Sort *words*, the program's name first.

    Raises:
        CommandError: an unknown option, a missing or wrong value; it points at the word.
    """
    reader = _Reader(program, words, source)
    reader.check_lengths()
    while reader.at < len(words):
        reader.read_word()
    return Words(words[0], source, tuple(reader.uses), tuple(reader.operands), reader.open)


@attrs.define
class _Reader:
    program: Program
    words: tuple[Token, ...]
    source: str
    at: int = 1
    uses: list[Use] = attrs.field(factory=list[Use])
    operands: list[Token] = attrs.field(factory=list[Token])
    open: int = 0

    def check_lengths(self) -> None:
        for word in self.words:
            if len(word.text) > MAX_TEXT:
                raise self._error(word, f"A word of a filter is longer than {MAX_TEXT} characters.")

    def read_word(self) -> None:
        word = self.words[self.at]
        self.at += 1
        if word.text == "--":
            self._rest()
        elif word.text.startswith("--"):
            self._long(word)
        elif word.text.startswith("-") and word.text != "-":
            self._short(word)
        else:
            self.operands.append(word)
            self.open = len(self.operands)
            if self.program.style is Style.POSIX:
                self._rest()

    def _rest(self) -> None:
        self.operands.extend(self.words[self.at :])
        self.at = len(self.words)

    def _long(self, word: Token) -> None:
        name, equals, text = word.text.partition("=")
        found = self.program.index.get(name)
        if found is None:
            raise self._unknown(word, name)
        if equals and (not found.values or self.program.style is Style.JQ):
            raise self._error(word, f"{name} is not written with =.")
        if equals:
            self._note(found, word, (Token(text, word.span),))
        elif found.bare is not None:
            self._note(found, word, (Token(found.bare, word.span),))
        else:
            self._note(found, word, self._next_words(found, word))

    def _short(self, word: Token) -> None:
        """``-5``, ``-rn``, ``-k2``, ``-rnk 2``: letters until one of them takes the rest."""
        letters = word.text[1:]
        if self.program.number is not None and whole(letters):
            return self._note(self.program.number, word, (Token(letters, word.span),))
        while letters:
            found = self.program.index.get("-" + letters[0])
            if found is None:
                raise self._unknown(word, "-" + letters[0])
            letters = letters[1:]
            if found.values:
                return self._note(found, word, self._glued(found, word, letters))
            self._note(found, word, ())
        return None

    def _glued(self, found: Option, word: Token, letters: str) -> tuple[Token, ...]:
        if self.program.style is Style.COBRA and letters.startswith("="):
            return (Token(letters[1:], word.span),)
        return (Token(letters, word.span),) if letters else self._next_words(found, word)

    def _next_words(self, found: Option, word: Token) -> tuple[Token, ...]:
        taken = self.words[self.at : self.at + len(found.values)]
        if len(taken) < len(found.values):
            expected = found.values[len(taken)].name
            raise self._error(word, f"{found.names[0]} needs a value: {expected}.")
        self.at += len(taken)
        return taken

    def _note(self, found: Option, word: Token, values: tuple[Token, ...]) -> None:
        for value, kind in zip(values, found.values, strict=True):
            if not kind.accepts(value.text):
                raise self._error(value, f"{found.names[0]}: expected {kind.name}.")
        if found.values and not found.repeats and any(use.option is found for use in self.uses):
            raise self._error(word, f"{found.names[0]} is given twice.", "Give it once.")
        span = word.span.to(values[-1].span) if values else word.span
        if found.values or all(use.option is not found for use in self.uses):
            self.uses.append(Use(found, values, span))

    def _unknown(self, word: Token, name: str) -> CommandError:
        known = [each.names[0] for each in self.program.options]
        full = [each for each in self.program.index if name[2:] and each.startswith(name)]
        near = did_you_mean(name, self.program.index) if name[2:] else ""
        allowed = f"Allowed: {' '.join(known)}. A filter names no file and runs no program."
        return self._error(
            word, f"{name} is not an option of {self.program.name} that Kubeport allows.",
            f"Options are spelled in full: {full[0]}." if full else f"{near} {allowed}".lstrip(),
        )

    def _error(self, word: Token, message: str, hint: str = "") -> CommandError:
        return CommandError(message, self.source, word.span, hint)
