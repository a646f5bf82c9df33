"""What stays behind after many calls, and what one call with a huge output takes."""

import time
from typing import Any

from .bench import Bench
from .cluster import NAMESPACE
from .measure import Held, forget_peak, held, peak
from .report import Report
from .served import TRANSPORTS, Served, over_stdio

_WARM_UP = 100
_TRIVIAL = "version --client"
_LINES = r"yes 'web-6d4b75cb6d-hx9k2  1/1  Running  0  5d' | head -c 1073741824"
_ENDLESS = r"head -c 1073741824 /dev/zero | tr '\0' 'a'"
_FLOODS = {"lines": _LINES, "one endless line": _ENDLESS}


async def leaks(bench: Bench, report: Report) -> None:
    """A thousand calls of a program that only prints, one after another, on each transport."""
    bench.need_proc()
    program = bench.fake("prints", "echo ok")
    for name, connect in TRANSPORTS.items():
        async with connect(bench, program) as served:
            await _repeat(served, _TRIVIAL, 1000, f"1,000 calls over {name}", report)


async def leaks_of_kubectl(bench: Bench, report: Report) -> None:
    """A hundred calls of the real kubectl."""
    bench.need_proc()
    bench.need_cluster()
    async with over_stdio(bench, bench.kubectl) as served:
        await _repeat(served, f"get pods -n {NAMESPACE}", 100, "100 real calls over stdio", report)


async def _repeat(served: Served, line: str, count: int, name: str, report: Report) -> None:
    for _ in range(_WARM_UP):
        await served.kubectl(line)
    before, start = held(served.pid), time.perf_counter()
    for _ in range(count):
        await served.kubectl(line)
    took = (time.perf_counter() - start) / count * 1000
    _tell(report, name, before, held(served.pid), f"{took:.1f} ms a call")


def _tell(report: Report, name: str, before: Held, after: Held, beside: str) -> None:
    grown = after.resident - before.resident
    report.target(f"{name}: more resident memory", grown, "MiB", 5, beside)
    report.target(f"{name}: more descriptors", after.descriptors - before.descriptors, "", 0)
    report.target(f"{name}: more child processes", after.children - before.children, "", 0)


async def floods(bench: Bench, report: Report) -> None:
    """A program that would print 1 GiB, through the whole server, alone and before a filter."""
    bench.need_proc()
    for name, script in _FLOODS.items():
        for pipe in ("", " | wc -c"):
            program = bench.fake("floods", f'case "$*" in *version*) exit;; esac\n{script}')
            async with over_stdio(bench, program) as served:
                await _flood(served, f"get pods{pipe}", f"1 GiB as {name}{pipe}", report)


async def _flood(served: Served, line: str, name: str, report: Report) -> None:
    """The peak during the first such call, above what the server had after a few trivial ones."""
    for _ in range(20):
        await served.kubectl(_TRIVIAL)
    before = held(served.pid).resident
    forget_peak(served.pid)
    start = time.perf_counter()
    answer = await served.client.call_tool("kubectl", {"command": line})
    took = time.perf_counter() - start
    content: dict[str, Any] = answer.structured_content or {}
    error: dict[str, Any] = content.get("error") or {}
    told = f"{took:.1f} s; answered: {error.get('reason') or error.get('code') or 'success'}"
    report.target(f"{name}: peak above idle", peak(served.pid) - before, "MiB", 32, told)
