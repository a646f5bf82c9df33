"""What it costs to start: the command line, the tables, the server, and its memory when idle."""

import asyncio
import json
import statistics
import subprocess
import sys
import time

from .bench import Bench
from .measure import SECONDS, Times, cpu, held, run, timed
from .report import Report
from .served import serve_argv

_STARTS = 7
_TABLES = """
import attrs, enum, re, time
began = time.process_time()
import kubeport.domain.tools.invocation, kubeport.domain.tools.values, kubeport.domain.tools.slots
import kubeport.domain.filters.filter
read = time.process_time()
from kubeport.domain.tools import grammar_of
import kubeport.domain.filters
for tool in ("kubectl", "helm", "istioctl", "argocd"):
    grammar_of(tool)
ended = time.process_time()
print((ended - began) * 1000, (ended - read) * 1000)
"""
_HELLO = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "bench", "version": "0"},
}
_MESSAGES = (
    {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": _HELLO},
    {"jsonrpc": "2.0", "method": "notifications/initialized"},
    {"jsonrpc": "2.0", "id": 2, "method": "tools/list"},
)


async def command_line(bench: Bench, report: Report) -> None:
    """CPU time of ``--help`` and ``--version`` against a bare interpreter."""
    bare = cpu([sys.executable, "-c", "pass"], bench.environ, 9).median
    for option in ("--help", "--version"):
        ours = cpu([sys.executable, "-m", "kubeport", option], bench.environ, 9).median
        report.target(
            f"kubeport {option}, CPU", ours, "ms", 150, f"{ours / bare:.1f} × bare interpreter"
        )


async def tables(bench: Bench, report: Report) -> None:
    """What all grammar tables add to an interpreter that has attrs, enum and re already."""
    argv = [sys.executable, "-c", _TABLES]
    run(argv, bench.environ)
    printed = [tuple(map(float, run(argv, bench.environ).stdout.split())) for _ in range(15)]
    whole, alone = (Times(times) for times in zip(*printed, strict=True))
    told = "best of {}, median {:.1f} ms".format
    report.target("import of all grammar tables, CPU", alone.best, "ms", 15, told(15, alone.median))
    report.row(
        "  with the types and the parsers that read them",
        f"{whole.best:.3g} ms",
        told(15, whole.median),
    )


async def server(bench: Bench, report: Report) -> None:
    """Start to the first answer to ``tools/list``, and the memory then."""
    ours, bare, resident = await _starts(bench)
    told = f"{ours.median / bare.median:.2f} × `import mcp.server` alone; {ours.spread}"
    report.row("start to first tools/list answer, p50", f"{ours.median:.0f} ms", told)
    if bench.has_proc:
        report.target("idle resident memory over stdio", resident, "MiB", 75)
    else:
        report.left_out("idle resident memory", "only Linux has /proc")


async def _starts(bench: Bench) -> tuple[Times, Times, float]:
    """Of the server and of the SDK's import alone, interleaved; and median MiB of the server."""
    bare_argv = [sys.executable, "-c", "import mcp.server"]
    await _first_listing(bench)
    ours, bare, resident = list[float](), list[float](), list[float]()
    for _ in range(_STARTS):
        milliseconds, mib = await _first_listing(bench)
        ours.append(milliseconds)
        resident.append(mib)
        bare.append(timed(lambda: run(bare_argv, bench.environ), 1).best)
    return Times(tuple(ours)), Times(tuple(bare)), statistics.median(resident)


async def _first_listing(bench: Bench) -> tuple[float, float]:
    """Milliseconds to the answer, and MiB of resident memory a moment later."""
    start = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        *serve_argv(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=bench.environ
    )
    try:
        async with asyncio.timeout(SECONDS):
            await _ask(process)
        took = (time.perf_counter() - start) * 1000
        await asyncio.sleep(0.3)
        return took, held(process.pid).resident if bench.has_proc else 0
    finally:
        process.kill()
        await process.wait()


async def _ask(process: asyncio.subprocess.Process) -> None:
    assert process.stdin is not None and process.stdout is not None
    for message in _MESSAGES:
        process.stdin.write(json.dumps(message).encode() + b"\n")
    while line := await process.stdout.readline():
        if json.loads(line).get("id") == 2:
            return
    raise RuntimeError("the server ended before it answered")
