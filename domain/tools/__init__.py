"""The grammars of the four command-line tools, as tables and one parser."""

from functools import cache
from importlib import import_module

from ..errors import TOOLS
from .grammar import Grammar


@cache
def grammar_of(tool: str) -> Grammar:
    """The grammar of one of the four tools; loaded when it is first needed.

    Raises:
        KeyError: *tool* is none of them.
    """
    if tool not in TOOLS:
        raise KeyError(tool)
    grammar: Grammar = getattr(import_module(f".{tool}", __name__), tool.upper())
    return grammar
