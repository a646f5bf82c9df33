"""``kubeport policy …`` and ``kubeport config show``: questions that run nothing."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import attrs

from ...application.explain_command import Explanation
from ...application.kubeport import Kubeport
from ...application.request import Request
from ...application.settings import Settings
from ...domain.errors import TOOLS, CommandError
from ...domain.policy import BUILT_IN, Policy, Rule
from ...domain.policy_lint import lint
from ...domain.tools import grammar_of
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
    told = found.as_dict()
    if arguments.json:
        print_json(told)
        return 0 if found.allowed else EXIT_REFUSED
    for place, stage in enumerate(told.get("stages", ()), start=1):
        print(f"stage {place}: {stage.get('command') or stage.get('filter')}")
        for name in ("effect", "subjects", "flags", "argv"):
            if stage.get(name):
                print(f"  {name:<9}{_short(stage[name])}")
    print(_verdict(found))
    return 0 if found.allowed else EXIT_REFUSED


def _short(value: Any) -> str:
    if isinstance(value, dict):
        named = cast("dict[str, str]", value)
        return " ".join(f"--{name}={one}" for name, one in named.items())
    if isinstance(value, list):
        return " ".join(str(one) for one in cast("list[object]", value))
    return str(value)


def _explained(kubeport: Kubeport, arguments: argparse.Namespace) -> Explanation:
    return kubeport.explain(
        Request(
            arguments.line,
            context=arguments.context,
            namespace=arguments.namespace,
            scope=arguments.scope,
        )
    )


def _verdict(found: Explanation) -> str:
    if found.allowed and found.decision is not None:
        return f"{styled('allowed', 'good')}: {found.decision.effect.word}, by {found.decision.rule}"
    if found.decision is not None and found.decision.approval:
        asks = f"{found.decision.approval}: {found.decision.why}".removesuffix(": ")
        return f"{styled('needs approval', 'doubt')}: {found.decision.effect.word}, by {asks}"
    rule = f" by {found.decision.rule}" if found.decision else ""
    level = (
        f"\nIt would be allowed at the level {found.decision.level}."
        if (found.decision and found.decision.level)
        else ""
    )
    return f"{styled('refused', 'bad')}{rule}: {found.error}{level}"


def test(kubeport: Kubeport, arguments: argparse.Namespace) -> int:
    """Judge every line of the files as a call of its tool at its level; print the mismatches."""
    expected = mismatched = 0
    for file in arguments.files:
        for row in _rows(Path(file)):
            found = _judged(kubeport, row)
            if found.allowed == (row["expect"] == "allow"):
                expected += 1
            else:
                mismatched += 1
                print(f"{row['id']}: expected {row['expect']} at {row['level']}: {row['command']}")
                print("    " + _verdict(found).replace("\n", "\n    "))
    print(f"{expected} as expected, {mismatched} mismatched")
    return EXIT_FAILED if mismatched else 0


_KEYS = ("id", "tool", "command", "level", "expect")
STAND_IN_MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: example\n"


def _rows(file: Path) -> list[dict[str, str]]:
    try:
        lines = file.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: cannot be read: {error}.") from error
    return [
        _row(line, f"{file}:{place}") for place, line in enumerate(lines, start=1) if line.strip()
    ]


def _row(line: str, where: str) -> dict[str, str]:
    try:
        row: Any = json.loads(line)
    except ValueError as error:
        raise CommandError(f"{where}: not JSON: {error}.") from error
    found = cast("dict[str, Any]", row) if isinstance(row, dict) else {}
    texts = {key: value for key in _KEYS if isinstance(value := found.get(key), str)}
    wrong = len(texts) < len(_KEYS) or texts["level"] not in BUILT_IN
    if wrong or texts["expect"] not in ("allow", "refuse"):
        raise CommandError(
            f"{where}: expected an object with the texts {', '.join(_KEYS)}; expect is allow or "
            f"refuse, level one of {', '.join(BUILT_IN)}."
        )
    return texts


def _judged(kubeport: Kubeport, row: dict[str, str]) -> Explanation:
    request = Request(row["command"], row["tool"], manifest=STAND_IN_MANIFEST)
    return kubeport.explain(request, BUILT_IN[row["level"]])


def show(kubeport: Kubeport, arguments: argparse.Namespace) -> int:
    """Print a policy as the TOML that would make it."""
    policy = BUILT_IN[arguments.name] if arguments.name else kubeport.rules.policy()
    print(as_toml(policy), end="")
    return 0


def as_toml(policy: Policy) -> str:
    """*policy* in the language of policy files; reading it back gives the same policy."""
    lines = [
        _assignment("name", policy.name),
        _assignment("access", policy.access.value),
        _assignment("sensitive", [one.value for one in policy.sensitive]),
        _assignment("approval", policy.approval.value),
    ]
    if policy.namespaced_kinds:
        lines.append(_assignment("namespaced_kinds", list(policy.namespaced_kinds)))
    for rule in policy.rules:
        lines += ["", "[[rules]]", *_rule_lines(rule)]
    return "\n".join(lines) + "\n"


def _rule_lines(rule: Rule) -> list[str]:
    lines = list[str]()
    for field in attrs.fields(Rule):
        value = getattr(rule, field.name)
        if value is not None and value != field.default:
            lines.append(_assignment(field.name, value))
    return lines


def _assignment(name: str, value: object) -> str:
    """A TOML key with a text or a list of texts: JSON's spelling is TOML's, too."""
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"


def lint_file(read: Callable[[Path], Policy], arguments: argparse.Namespace) -> int:
    """Print what is wrong with a policy file; exit code 1 where anything is."""
    findings = lint(read(Path(arguments.file)))
    for finding in findings:
        print(f"{arguments.file}: {finding}")
    print(f"{len(findings)} findings")
    return EXIT_FAILED if findings else 0


def grammar(arguments: argparse.Namespace) -> int:
    """Print the tools with the versions their tables were held against, and their commands."""
    rows: dict[str, dict[str, Any]] = {
        tool: {
            "versions": list(grammar_of(tool).versions),
            "commands": {
                verb.words: verb.effect.word for verb in grammar_of(tool).verbs if verb.path
            },
        }
        for tool in TOOLS
    }
    if arguments.json:
        print_json(rows)
        return 0
    for tool, row in rows.items():
        print(f"{tool} {', '.join(row['versions'])}: {len(row['commands'])} commands")
        for words, effect in row["commands"].items():
            print(f"  {effect:<6} {words}")
    return 0


def show_config(settings: Settings, origins: dict[str, str], arguments: argparse.Namespace) -> int:
    """Print each setting with its value and where that came from."""
    rows = {
        f"{section}.{key}": value
        for section, values in attrs.asdict(settings).items()
        for key, value in values.items()
    }
    if arguments.json:
        told = {name: {"value": value, "origin": origins[name]} for name, value in rows.items()}
        print_json(told)
        return 0
    for name, value in rows.items():
        print(f"{name} = {json.dumps(value)}  # {origins[name]}")
    return 0
