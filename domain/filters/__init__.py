"""The pipe utilities: a stage after the first, from its words to the argv that runs.

A text filter is safe by grammar, not by name (security.md 0.9): no option and no operand here can
name a file, a program, an address or the environment, and scripts are read token by token.
"""

from ..command import Command
from ..errors import CommandError
from ..nearness import did_you_mean
from .filter import FILTERS, FilterCall

__all__ = ["FILTERS", "FilterCall", "parse_filter"]


def parse_filter(command: Command, source: str) -> FilterCall:
    """Judge one stage; its first word is the program's name, bare and in lower case.

    Raises:
        CommandError: no utility that is known, or a word of it that is not; the message points at
            the word, or into the script.
    """
    # Loaded with the first filter of a process: most commands have none, and tables take a while.
    from .parsing import parse_words
    from .table import PROGRAMS

    if not command.words:
        raise CommandError("A stage of the pipeline is empty.", source, command.span)
    name = command.words[0]
    program = PROGRAMS.get(name.text)
    if program is None or source[name.span.start : name.span.end] != name.text:
        near = did_you_mean(name.text, FILTERS) if program is None else ""
        raise CommandError(
            f"{name.text!r} is not a filter that Kubeport knows.", source, name.span,
            f"{near} Filters, written bare: {', '.join(FILTERS)}.".lstrip(),
        )
    words = parse_words(program, command.words, source)
    return FilterCall(name.text, program.binary, program.argv(words), command.span)
