"""Twenty calls at once over HTTP against xargs with the same parallelism."""

import asyncio
import os
import time

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
    xargs = _program("xargs")
    found: dict[str, list[float]] = {}
    async with over_http(bench, bench.kubectl) as served:
        await _all(served)
        for _ in range(_ROUNDS):
            found.setdefault("over HTTP", []).append(await _timed(_all(served)))
            for name, environ in environments(bench).items():
                bare = _xargs([xargs, "-P", str(_AT_ONCE), "-n", "1", bench.kubectl, *_LINE.split()], environ)
                found.setdefault(f"xargs -P {_AT_ONCE}, {name}", []).append(await _timed(bare))
    _tell(report, {name: Times(tuple(times)) for name, times in found.items()})


async def _all(served: Served) -> object:
    return await asyncio.gather(*(served.kubectl(_LINE) for _ in range(_AT_ONCE)))


async def _xargs(argv: list[str], environ: dict[str, str]) -> object:
    """The same request as often as words are given; a further word is the output's format."""
    process = await asyncio.create_subprocess_exec(
        *argv, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, env=environ
    )
    async with asyncio.timeout(SECONDS):
        printed, _ = await process.communicate(b"--request-timeout=0\n" * _AT_ONCE)
    if process.returncode:
        raise RuntimeError(f"xargs ended with {process.returncode}")
    return printed


async def _timed(work: "asyncio.Future[object] | object") -> float:
    start = time.perf_counter()
    await work  # type: ignore[misc]
    return (time.perf_counter() - start) * 1000


def _tell(report: Report, found: dict[str, Times]) -> None:
    ours, *bare = found.values()
    for name, times in found.items():
        report.row(f"{_AT_ONCE} × {_LINE}: {name}", f"{times.median:.0f} ms", f"best {times.best:.0f} ms")
    for name, times in zip(list(found)[1:], bare, strict=True):
        told = f"best to best {ours.best / times.best:.2f}"
        report.target(f"ratio to {name}", ours.median / times.median, "×", 1.3, told)


def _program(name: str) -> str:
    import shutil

    found = shutil.which(name, path=os.environ.get("PATH"))
    if not found:
        raise LeftOut(f"there is no {name}")
    return found
