"""``kubeport demo``: a real MCP client calls a real Kubeport server over stdio; no cluster needed."""

import os
import sys
from collections.abc import Callable
from typing import Any

from mcp import Client, StdioServerParameters
from mcp import types as T

_CALLS: tuple[tuple[str, str, str], ...] = (
    ("What is running?", "kubectl", "get pods"),
    (
        "How many pods crash? (a pipe, without a shell)",
        "kubectl",
        "get pods -A | grep -c CrashLoopBackOff",
    ),
    ("What is wrong with it?", "kubectl", "describe deployment checkout"),
    ("What does it say itself?", "kubectl", "logs deploy/checkout --tail=5"),
    ("May I delete it? (no: this server only reads)", "kubectl", "delete deployment checkout"),
)

_NEXT = """\
That was an in-memory cluster. To let an MCP host (Claude Desktop, Cursor, VS Code …) use a real one,
give it this server; it reads with your own kubeconfig, and changes nothing unless you allow it:

  {"mcpServers": {"kubernetes": {"command": "%(python)s", "args": ["-m", "kubeport", "serve"]}}}

The same cluster as here, for a host without one: kubeport serve --demo
One command from this terminal:                   kubeport run "kubectl get pods"
What would be allowed, and why:                   kubeport policy explain "kubectl delete pod web"
"""


async def demonstrate(styled: Callable[[str, str], str]) -> int:
    """Start ``kubeport serve --demo``, connect, make the calls and print what comes back.

    *styled* gives a text a style: strong, good or bad.
    """
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "kubeport", "serve", "--demo", "--log-level", "warning"],
        env={name: value for name, value in os.environ.items() if not name.startswith("KUBEPORT_")},
    )
    async with Client(server) as client:
        listed = await client.list_tools()
        print(f"Connected to kubeport over stdio, protocol {client.protocol_version}.")
        print(f"Tools: {', '.join(tool.name for tool in listed.tools)}\n")
        for purpose, tool, command in _CALLS:
            print(f"{styled(f'── {purpose}', 'strong')}\n   {styled(f'{tool}: {command}', 'good')}\n")
            answer = await client.call_tool(tool, {"command": command})
            first, *others = _shown(answer)
            print("\n".join([styled(first, "bad") if answer.is_error else first, *others]) + "\n")
    print(_NEXT % {"python": sys.executable})
    return 0


def _shown(answer: Any) -> list[str]:
    texts = [part.text for part in answer.content if isinstance(part, T.TextContent)]
    return [f"   {line}" for text in texts for line in text.rstrip().splitlines()] or [""]
