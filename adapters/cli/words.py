"""How the command line is read: as argparse does, with help where a word is missing or wrong."""

import argparse
import re
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

_CHOICES = re.compile(r"invalid choice: '(.*?)' \(choose from (.*)\)")
_QUOTES = "Quote the whole command, or nothing of it: kubeport run kubectl get pods -n web"


class Parser(argparse.ArgumentParser):
    """argparse's; it also says what a mistyped word may have been meant for, and helps who says nothing."""

    def parse_known_args(  # pyright: ignore[reportIncompatibleMethodOverride]  # of overloads
        self, args: Any = None, namespace: Any = None
    ) -> Any:
        """As argparse's. A command answers for the words that are not known to it, with its own usage."""
        given = sys.argv[1:] if args is None else args
        if not given and self._subparsers is not None:
            self.print_help(sys.stderr)
            self.exit(2)
        found, left = super().parse_known_args(args, namespace)
        if left and self._subparsers is None:
            self.error(f"unrecognized arguments: {' '.join(left)}{self._meant(left)}")
        return found, left

    def _meant(self, left: Sequence[str]) -> str:
        from ...domain.nearness import did_you_mean  # --help shall not wait for it

        options = [name for action in self._actions for name in action.option_strings]
        near = [did_you_mean(word.partition("=")[0], options) for word in left if word.startswith("--")]
        takes_a_line = any(isinstance(action, Line) for action in self._actions)
        told = next(filter(None, near), _QUOTES if takes_a_line else "")
        return f"\n{told}" if told else ""

    def error(self, message: str) -> NoReturn:
        """Print usage and *message*, with the nearest word where one is near, and leave with 2."""
        found = _CHOICES.search(message)
        if found is not None:
            from ...domain.nearness import did_you_mean

            near = did_you_mean(found[1], re.findall(r"[\w-]+", found[2]))
            message += f"\n{near}" if near else ""
        super().error(message)


class Line(argparse.Action):
    """A command in quotes, with options of ours before or behind it, or without: then all that follows is it.

    The words of the second form are kept as the shell has split them, and never joined to be read again.
    """

    def __init__(self, option_strings: Sequence[str], dest: str, **options: Any) -> None:
        options["nargs"] = argparse.PARSER
        super().__init__(option_strings, dest, **options)

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Note the command in *namespace*."""
        first, *others = [str(one) for one in values or ()]
        if first == "--":
            first, *others = others
        if not others:
            setattr(namespace, self.dest, first)
        elif " " in first:
            parser.parse_args([*others, "--", first], namespace)
        else:
            setattr(namespace, self.dest, (first, *others))
