"""``make bench``: everything measured in one run, printed as a table."""

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time

from mcp import Client, StdioServerParameters

from kubeport.application.settings import SecuritySettings, Settings
from kubeport.domain.effect import Level

from .measure import cpu_ms, median_ms, rss_mib, tokens

SERVE = [sys.executable, "-m", "kubeport", "serve", "--log-level", "error"]
LINE = "kubectl get pods -n web -o wide | grep x"


def row(name: str, value: str, comparison: str = "") -> None:
    """One line of the report."""
    print(f"{name:<58} {value:>14}  {comparison}")


def command_line() -> None:
    """What ``--help`` costs."""
    bare = cpu_ms([sys.executable, "-c", "pass"], 9)
    for option in ("--help", "--version"):
        ours = cpu_ms([sys.executable, "-m", "kubeport", option], 9)
        row(f"kubeport {option}, CPU", f"{ours:.0f} ms", f"{ours / bare:.1f} × bare interpreter")


def judging() -> None:
    """What reading and judging one command costs, and the import of all tables."""
    from kubeport.domain.judging import judge
    from kubeport.domain.policy import BUILT_IN
    from kubeport.domain.understanding import understand

    def once(line: str) -> object:
        return judge(understand(line), BUILT_IN["read-only"])

    for name, line in (("everyday", LINE), ("longest corpus line", longest())):
        micros = median_ms(lambda line=line: [once(line) for _ in range(100)], 9) * 10  # type: ignore[misc]
        row(f"judge, {name} line ({len(line)} characters)", f"{micros:.0f} µs")
    code = (
        "import attrs, re, time; a = time.process_time()\n"
        "from kubeport.domain.tools import grammar_of\n"
        "import kubeport.domain.filters\n"
        "for tool in ('kubectl', 'helm', 'istioctl', 'argocd'): grammar_of(tool)\n"
        "print((time.process_time() - a) * 1000)"
    )
    times = [
        float(subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout)
        for _ in range(9)
    ]
    row("import of all grammar tables, CPU", f"{statistics.median(times):.1f} ms")


def longest() -> str:
    """The longest benign line of the corpus."""
    with open("tests/corpus/benign.jsonl", encoding="utf-8") as lines:
        commands: list[str] = [json.loads(line)["command"] for line in lines]
    return max(commands, key=len)


async def listing() -> None:
    """Bytes and tokens of tools/list at each level, in memory."""
    from kubeport.adapters.fake_cluster import FakeCluster
    from kubeport.adapters.mcp.server import build_server
    from kubeport.containers import in_memory

    for level in (Level.READ_ONLY, Level.WRITE, Level.ADMIN):
        settings = Settings(security=SecuritySettings(level=level))
        async with Client(build_server(in_memory(FakeCluster(), settings), "0")) as client:
            listed = await client.list_tools()
        text = json.dumps(
            [tool.model_dump(by_alias=True, exclude_none=True) for tool in listed.tools],
            separators=(",", ":"),
            ensure_ascii=False,
        )
        row(
            f"tools/list at {level}",
            f"{len(text.encode())} B",
            f"about {tokens(text)} tokens (estimate)",
        )


async def starting() -> None:
    """Start of the process to the first answer to tools/list, and idle memory."""
    times = list[float]()
    rss = list[float]()
    for _ in range(7):
        start = time.perf_counter()
        process = await asyncio.create_subprocess_exec(
            *SERVE, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
        await _first_listing(process)
        times.append((time.perf_counter() - start) * 1000)
        await asyncio.sleep(0.3)
        rss.append(rss_mib(process.pid))
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
    bare = cpu_ms([sys.executable, "-c", "import mcp.server"], 5)
    row(
        "start to first tools/list answer",
        f"{statistics.median(times):.0f} ms",
        f"{statistics.median(times) / bare:.2f} × `import mcp.server` alone",
    )
    row("idle resident memory", f"{statistics.median(rss):.0f} MiB")


async def _first_listing(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None and process.stdout is not None
    hello = {
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "bench", "version": "0"},
    }
    for message in (
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
    ):
        process.stdin.write(json.dumps(message).encode() + b"\n")
    while line := await process.stdout.readline():
        if b'"id":2' in line.replace(b" ", b""):
            return
    raise SystemExit("bench: the server ended before it answered")


async def calling(kubectl: str, line: str, argv: list[str]) -> None:
    """A trivial kubectl call through Kubeport over stdio against the bare program, interleaved."""
    server = StdioServerParameters(
        command=SERVE[0],
        args=[*SERVE[1:], "--set", f"tools.paths_kubectl={kubectl}"],
        env=dict(os.environ),
    )
    async with Client(server) as client:
        ours, bare = list[float](), list[float]()
        for place in range(62):
            start = time.perf_counter()
            answer = await client.call_tool("kubectl", {"command": line})
            middle = time.perf_counter()
            process = await asyncio.create_subprocess_exec(
                kubectl,
                *argv,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            await process.communicate()
            end = time.perf_counter()
            if answer.is_error:
                raise SystemExit(f"bench: {line} failed: {answer.content}")
            if place >= 2:
                ours.append((middle - start) * 1000)
                bare.append((end - middle) * 1000)
    a, b = statistics.median(ours), statistics.median(bare)
    row(
        f"{line} through Kubeport over stdio, p50",
        f"{a:.1f} ms",
        f"bare {b:.1f} ms: + {a - b:.1f} ms, {a / b:.2f} ×",
    )


def main() -> None:
    """All of it; what needs a kubectl or a cluster is left out where there is none, and said."""
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} CPUs; medians, one run\n")
    command_line()
    judging()
    asyncio.run(listing())
    asyncio.run(starting())
    kubectl = os.environ.get("KUBEPORT_TEST_KUBECTL", "")
    if not kubectl:
        print("left out: calls of kubectl (set KUBEPORT_TEST_KUBECTL, or run `make bench`)")
        return
    asyncio.run(calling(kubectl, "version --client", ["version", "--client"]))
    if os.environ.get("KUBECONFIG"):
        asyncio.run(calling(kubectl, "get pods -n default", ["get", "pods", "-n", "default"]))
    else:
        print("left out: get pods (set KUBECONFIG to a cluster)")


if __name__ == "__main__":
    main()
