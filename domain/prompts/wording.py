"""What a prompt says: its text, the calls that may follow, and what to make of the data behind it."""

import json
from collections.abc import Iterator, Mapping

from .framing import NOTICE
from .prompt import Prompt

_READS = "Calls that may follow; what stands in capitals is for you to fill in:"
_CHANGES = "Show the user each change as its exact call, with effect and way back, and wait for a yes:"
_HAND_OVER = (
    "This server only reads: give the user a change as a command line or manifest, with the way back."
)


def instructions(prompt: Prompt, values: Mapping[str, str], may_change: bool) -> str:
    """All that stands before the data; tools that change are named only where *may_change*."""
    return "\n\n".join((prompt.filled(_told(prompt, may_change), values), NOTICE))


def _told(prompt: Prompt, may_change: bool) -> str:
    parts = [prompt.text]
    if prompt.reads:
        parts.append("\n".join((_READS, *_calls(prompt.reads))))
    if prompt.changes:
        parts.append("\n".join((_CHANGES, *_calls(prompt.changes, "_change"))) if may_change else _HAND_OVER)
    return "\n\n".join(parts)


def _calls(commands: tuple[str, ...], change: str = "") -> Iterator[str]:
    """Each command line as the call of a tool, in full."""
    for command in commands:
        tool, _, rest = command.partition(" ")
        manifest = ', "manifest": "MANIFEST"' if " -f -" in rest else ""
        place = '"context": "{context}", "namespace": "{namespace}"'
        yield f'- {tool}{change} {{"command": {json.dumps(rest, ensure_ascii=False)}, {place}{manifest}}}'
