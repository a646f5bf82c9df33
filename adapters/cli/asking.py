"""``kubeport policy check``, ``explain`` and ``test``: what the policy says of commands; runs nothing."""

import argparse
import json
from pathlib import Path
from typing import Any, cast

from ...application.explain_command import Explanation
from ...application.kubeport import Kubeport
from ...application.request import Request
from ...domain.errors import CommandError
from ...domain.policy import BUILT_IN
from .arguments import EXIT_FAILED, EXIT_REFUSED
from .terminal import print_json, styled


def check(kubeport: Kubeport, arguments: argparse.Namespace) -> int:
    """Say whether a command is allowed; exit code 0, or 3 where it is refused or needs an approval first."""
    found = _explained(kubeport, arguments)
    if arguments.json:
        print_json(found.as_dict())
    else:
        print(_verdict(found))
    return 0 if found.allowed else EXIT_REFUSED


def explain(kubeport: Kubeport, arguments: argparse.Namespace) -> int:
    """Show how a command is read, what it needs and what decided; exit code 0 or 3."""
    found = _explained(kubeport, arguments)
    if arguments.json:
        print_json(found.as_dict())
    else:
        for place, stage in enumerate(found.as_dict().get("stages", ()), start=1):
            _print_stage(place, stage)
        print(_verdict(found))
    return 0 if found.allowed else EXIT_REFUSED


def _print_stage(place: int, stage: dict[str, Any]) -> None:
    print(f"stage {place}: {stage.get('command') or stage.get('filter')}")
    for name in ("effect", "subjects", "flags", "argv"):
        if stage.get(name):
            print(f"  {name:<9}{_short(stage[name])}")


def _short(value: Any) -> str:
    if isinstance(value, dict):
        named = cast("dict[str, str]", value)
        return " ".join(f"--{name}={one}" for name, one in named.items())
    if isinstance(value, list):
        return " ".join(str(one) for one in cast("list[object]", value))
    return str(value)


def _explained(kubeport: Kubeport, arguments: argparse.Namespace) -> Explanation:
    place = {name: getattr(arguments, name) for name in ("context", "namespace", "scope")}
    return kubeport.explain(Request(arguments.line, **place))


def _verdict(found: Explanation) -> str:
    decision = found.decision
    if decision is None:  # it was not understood, or has no place to go to
        return f"{styled('refused', 'bad')}: {found.error}"
    if found.allowed:
        return f"{styled('allowed', 'good')}: {decision.effect.word}, by {decision.rule}"
    if decision.approval:
        asks = f"{decision.approval}: {decision.why}".removesuffix(": ")
        return f"{styled('needs approval', 'doubt')}: {decision.effect.word}, by {asks}"
    level = f"\nIt would be allowed at the level {decision.level}." if decision.level else ""
    return f"{styled('refused', 'bad')} by {decision.rule}: {found.error}{level}"


def test(kubeport: Kubeport, arguments: argparse.Namespace) -> int:
    """Judge every line of the files, by the policy in force or the level it names; print the mismatches."""
    expected = mismatched = 0
    for file in arguments.files:
        for row in _rows(Path(file), kubeport):
            found = _judged(kubeport, row)
            if _answer(found) == row["expect"]:
                expected += 1
            else:
                mismatched += 1
                at = f" at {row['level']}" if row["level"] else ""
                print(f"{row['id']}: expected {row['expect']}{at}: {row['command']}")
                print("    " + _verdict(found).replace("\n", "\n    "))
    print(f"{expected} as expected, {mismatched} mismatched")
    return EXIT_FAILED if mismatched else 0


def _answer(found: Explanation) -> str:
    if found.allowed:
        return "allow"
    return "ask" if found.decision is not None and found.decision.approval else "refuse"


_ANSWERS = ("allow", "ask", "refuse")
_KEYS = ("id", "tool", "command", "level", "context", "namespace", "expect")
STAND_IN_MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: example\n"


def _rows(file: Path, kubeport: Kubeport) -> list[dict[str, str]]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: cannot be read: {error}.") from error
    known = kubeport.contexts.kubeconfig.read().names
    return [_row(line, f"{file}:{place}", known) for place, line in enumerate(lines, start=1) if line.strip()]


def _row(line: str, where: str, contexts: tuple[str, ...]) -> dict[str, str]:
    """One line; what it leaves out is empty: any tool, the policy in force, the first context."""
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise CommandError(f"{where}: not JSON: {error}.") from error
    found = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
    texts = {key: value for key in _KEYS if isinstance(value := found.get(key, ""), str)}
    texts["id"] = texts.get("id") or where
    wrong = len(texts) < len(_KEYS) or not texts["command"] or texts["expect"] not in _ANSWERS
    if wrong or texts["level"] not in ("", *BUILT_IN):
        raise CommandError(
            f"{where}: expected an object with the texts command and expect, one of {', '.join(_ANSWERS)}; "
            f"id, tool, context, namespace, and level, one of {', '.join(BUILT_IN)}, may be there, too."
        )
    if texts["context"] and texts["context"] not in contexts:
        # a context that is not there refuses everything, which would look like a policy that holds
        raise CommandError(f"{where}: there is no context {texts['context']}.", hint="Name it in --contexts.")
    return texts


def _judged(kubeport: Kubeport, row: dict[str, str]) -> Explanation:
    request = Request(
        row["command"], row["tool"], row["context"], row["namespace"], manifest=STAND_IN_MANIFEST
    )
    return kubeport.explain(request, BUILT_IN.get(row["level"]))
