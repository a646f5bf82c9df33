"""The page of the command line: every command with its arguments and options."""

import argparse
from collections.abc import Iterator
from typing import Any

from kubeport.adapters.cli.arguments import parser

from .markdown import code, codes, page, sentence, table

_LEAD = """\
`kubeport COMMAND …`. Tables and colours are for terminals, and `NO_COLOR` is honoured; programs ask for `--json`. A mistyped
command is answered with the nearest one."""
_SKIPPED = ("--help", "--version")


def command_line() -> str:
    """The page."""
    root = parser("")
    return page("Command line", _LEAD, root.epilog or "", *_commands(root, "kubeport", ""))


def _commands(parser: argparse.ArgumentParser, words: str, told: str) -> Iterator[str]:
    below: Any = _below(parser)
    if below is None:
        yield _command(parser, words, told)
        return
    helps = {one.dest: one.help or "" for one in below._choices_actions}
    for name, one in below.choices.items():
        yield from _commands(one, f"{words} {name}", helps.get(name, ""))


def _below(parser: argparse.ArgumentParser) -> Any:
    """The action that holds the commands below; argparse has no public way to ask for it."""
    return next((action for action in _actions(parser) if isinstance(action.choices, dict)), None)


def _actions(parser: Any) -> list[Any]:
    return list(parser._actions)


def _command(parser: argparse.ArgumentParser, words: str, told: str) -> str:
    rows = [_row(action) for action in _actions(parser) if not set(action.option_strings) & set(_SKIPPED)]
    return "\n\n".join(part for part in (f"## {words}", sentence(told), table(("word", "value", "meaning"), rows)) if part)


def _row(action: Any) -> tuple[str, ...]:
    value = "" if action.nargs == 0 else codes(map(str, action.choices), " or ") if action.choices else ""
    name = str(action.metavar or action.dest.upper())
    told = sentence((action.help or "").replace("%(default)s", str(action.default)))
    if not action.option_strings:
        optional = " (optional)" if action.nargs in ("?", "*") else ""
        return (code(name) + optional, value, told)
    takes = value or ("" if action.nargs == 0 else code(name))
    return (codes(action.option_strings), takes, told)
