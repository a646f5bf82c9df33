"""The words of a command line, for the audit log."""

from collections.abc import Sequence

from .keys import is_secret
from .marks import Marks
from .scanner import Scanner
from .values import is_harmless


def conceal_words(words: Sequence[str], marks: Marks) -> tuple[str, ...]:
    """The *words* without their secrets; the value of ``--password`` may be the next word."""
    clean, after_flag = list[str](), False
    for word in words:
        secret = after_flag and not word.startswith("-") and not is_harmless(word)
        clean.append(marks.of(word) if secret else _concealed(word, marks))
        after_flag = word.startswith("-") and "=" not in word and is_secret(word.lstrip("-"))
    return tuple(clean)


def _concealed(word: str, marks: Marks) -> str:
    scanner = Scanner(marks)
    scanner.close(word)
    return "".join(scanner.out)
