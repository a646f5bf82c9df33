"""``kubeport policy show``, ``lint`` and ``grammar``: what policies and the tables of commands hold."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from ...application.kubeport import Kubeport
from ...domain.errors import TOOLS
from ...domain.policy import BUILT_IN, Policy, Rule
from ...domain.policy_lint import lint
from ...domain.tools import grammar_of
from .arguments import EXIT_FAILED
from .terminal import print_json


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
    print("1 finding" if len(findings) == 1 else f"{len(findings)} findings")
    return EXIT_FAILED if findings else 0


def grammar(arguments: argparse.Namespace) -> int:
    """Print the tools with the versions their tables were held against, and their commands."""
    rows: dict[str, dict[str, Any]] = {
        tool: {
            "versions": list(grammar_of(tool).versions),
            "commands": {verb.words: verb.effect.word for verb in grammar_of(tool).verbs if verb.path},
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
