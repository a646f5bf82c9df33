"""``kubeport prompts …``: which there are, what one gathers and says, whether a file is one."""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ...application.kubeport import Kubeport
from ...domain.errors import CommandError
from ...domain.prompts.prompt import CommandSource, Prompt
from .arguments import EXIT_FAILED
from .terminal import print_json


def list_prompts(kubeport: Kubeport, arguments: argparse.Namespace) -> int:
    """Print name and title of each prompt."""
    found = kubeport.prompts.list()
    if arguments.json:
        print_json([as_dict(prompt) for prompt in found])
        return 0
    width = max((len(prompt.name) for prompt in found), default=0)
    for prompt in found:
        print(f"{prompt.name:<{width}}  {prompt.title}")
    return 0


def show(kubeport: Kubeport, arguments: argparse.Namespace) -> int:
    """Print a prompt's arguments, what it reads, and its text.

    Raises:
        CommandError: there is no such prompt.
    """
    prompt = kubeport.prompts.list.find(arguments.name)
    if arguments.json:
        print_json(as_dict(prompt))
        return 0
    print(f"{prompt.title}\n{prompt.description}\n")
    for one in prompt.arguments:
        told = " (required)" if one.required else f" (default: {one.default})" if one.default else ""
        print(f"  {one.name}  {one.type.name}{told}  {one.description}")
    print("\nIt reads:")
    for source in _sources(prompt):
        print(f"  {source['label']}: {source['reads']}")
    print(f"\n{prompt.text}")
    return 0


def check(read: Callable[[Path], Prompt], arguments: argparse.Namespace) -> int:
    """Say of each file whether it is a prompt; exit code 0, or 1 where one is not."""
    found = {file: _fault(read, Path(file)) for file in arguments.files}
    if arguments.json:
        rows = [{"file": file, "ok": not fault, "error": fault} for file, fault in found.items()]
        print_json(rows)
    else:
        for file, fault in found.items():
            print(fault or f"{file}: ok")
    return EXIT_FAILED if any(found.values()) else 0


def _fault(read: Callable[[Path], Prompt], file: Path) -> str:
    try:
        read(file)
    except CommandError as error:
        return str(error)
    return ""


def as_dict(prompt: Prompt) -> dict[str, Any]:
    """*prompt* in JSON values."""
    return {
        "name": prompt.name,
        "title": prompt.title,
        "description": prompt.description,
        "tool": prompt.tool,
        "arguments": [
            {
                "name": one.name,
                "type": one.type.name,
                "required": one.required,
                "default": one.default,
                "description": one.description,
            }
            for one in prompt.arguments
        ],
        "sources": _sources(prompt),
        "text": prompt.text,
        "reads": list(prompt.reads),
        "changes": list(prompt.changes),
    }


def _sources(prompt: Prompt) -> list[dict[str, str]]:
    return [
        {"label": one.label, "reads": one.command}
        if isinstance(one, CommandSource)
        else {"label": "the resource", "reads": f"{one.kind} {one.name}"}
        for one in prompt.sources
    ]
