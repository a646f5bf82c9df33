"""Which utility answers which program, read by the same option tables that judge them."""

from collections.abc import Callable

import attrs

from ....domain.command import Token
from ....domain.errors import CommandError, Span
from ....domain.filters.options import Words
from ....domain.filters.parsing import parse_words
from ....domain.filters.table import PROGRAMS
from ..answer import Answer, Trouble
from . import awk, columns, grep, jq, lines, sed

Utility = Callable[[Words, str], Answer]
_UTILITIES: dict[str, Utility] = {
    "grep": grep.run,
    "head": lines.head,
    "tail": lines.tail,
    "wc": lines.count,
    "sort": lines.sort,
    "uniq": lines.unique,
    "cut": columns.cut,
    "tr": columns.translate,
    "column": columns.table,
    "base64": columns.base64_text,
    "sed": sed.run,
    "gawk": awk.run,
    "jq": jq.run,
}
_WRITTEN = {"gawk": "awk"}


def known_filter(name: str) -> bool:
    """Whether the program *name* is there at all."""
    return name in _UTILITIES or name in PROGRAMS


def run_filter(argv: tuple[str, ...], text: str) -> Answer:
    """What the utility *argv* makes of *text*."""
    name = argv[0]
    if name not in _UTILITIES:
        return _missing(name, "it is not part of it")
    try:
        return _UTILITIES[name](_words(argv), text)
    except CommandError as error:
        return _missing(name, error.message)
    except Trouble as trouble:
        return attrs.evolve(trouble.answer, stderr=f"{name}: {trouble.answer.stderr}")


def _words(argv: tuple[str, ...]) -> Words:
    tokens = tuple(Token(word, Span(place, place + 1)) for place, word in enumerate(argv))
    return parse_words(PROGRAMS[_WRITTEN.get(argv[0], argv[0])], tokens, "")


def _missing(name: str, why: str) -> Answer:
    return Answer(stderr=f"{name}: not available in the in-memory cluster: {why}\n", exit_code=127)
