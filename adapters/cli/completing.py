"""``kubeport completion``: the script of a shell, made by shtab; contexts are those that there are then."""

import argparse
from collections.abc import Iterator
from typing import Any, cast

_NAMES = "kubeport contexts --names 2>/dev/null"
# word by word, since names may hold colons, as those of EKS do
_ZSH = f'_kubeport_contexts() {{ compadd -- ${{(f)"$({_NAMES})"}} }}'


def script(shtab: Any, parser: argparse.ArgumentParser, shell: str) -> str:
    """The completion script of *shell* for *parser*."""
    contexts = shtab.cmd(_NAMES)
    contexts = {
        **contexts, "zsh": "_kubeport_contexts", "preamble": {**contexts["preamble"], "zsh": _ZSH}
    }
    for action in _leaves(parser):
        if action.dest == "context":
            action.complete = contexts
        elif str(action.metavar).startswith("FILE"):
            action.complete = shtab.FILE
    found: str = shtab.complete(parser, shell)
    return found


def _leaves(parser: Any) -> Iterator[Any]:
    """Every action of *parser* and of the parsers below it; argparse has no public way to ask for them."""
    for action in parser._actions:
        choices: Any = action.choices
        if not isinstance(choices, dict):
            yield action
            continue
        for below in cast("dict[str, Any]", choices).values():
            yield from _leaves(below)
