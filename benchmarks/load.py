"""Twenty calls at once over HTTP against xargs with the same parallelism."""

import asyncio
import shutil
import time
from collections.abc import Awaitable

from .bare import environments
from .bench import Bench
from .cluster import NAMESPACE
from .measure import SECONDS, Times
from .report import LeftOut, Report
from .served import Served, over_http

_AT_ONCE = 20
_ROUNDS = 7
_LINE = f"get pods -n {NAMESPACE}"


async def at_once(bench: Bench, report: Report) -> None:
    """Wall-clock time for all twenty, ways interleaved."""
    bench.need_cluster()
    argv = [_xargs(), "-P", str(_AT_ONCE), "-n", "1", bench.kubectl, *_LINE.split()]
    ours, bare = list[float](), {name: list[float]() for name in environments(bench)}
    async with over_http(bench, bench.kubectl) as served:
        await _all(served)
        for _ in range(_ROUNDS):
            ours.append(await _timed(_all(served)))
            for name, environ in environments(bench).items():
                bare[name].append(await _timed(_all_bare(argv, environ)))
    _tell(report, Times(tuple(ours)), {name: Times(tuple(times)) for name, times in bare.items()})


async def _all(served: Served) -> object:
    return await asyncio.gather(*(served.kubectl(_LINE) for _ in range(_AT_ONCE)))


async def _all_bare(argv: list[str], environ: dict[str, str]) -> object:
    """One process for each line on stdin, which is one more word: a flag that changes nothing."""
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environ
    )
    async with asyncio.timeout(SECONDS):
        printed, _ = await process.communicate(b"--request-timeout=0\n" * _AT_ONCE)
    if process.returncode:
        raise RuntimeError(f"xargs ended with {process.returncode}")
    return printed


async def _timed(work: Awaitable[object]) -> float:
    start = time.perf_counter()
    await work
    return (time.perf_counter() - start) * 1000


def _tell(report: Report, ours: Times, bare: dict[str, Times]) -> None:
    name = f"{_AT_ONCE} × {_LINE}"
    report.row(f"{name}: over HTTP, p50", f"{ours.median:.0f} ms", f"best {ours.best:.0f} ms")
    for other, times in bare.items():
        told = f"{times.median:.0f} ms; best to best {ours.best / times.best:.2f}"
        report.target(f"ratio to xargs of {other}, p50", ours.median / times.median, "×", 1.3, told)


def _xargs() -> str:
    found = shutil.which("xargs")
    if not found:
        raise LeftOut("there is no xargs")
    return found
