"""What a call through Kubeport adds to bare kubectl: every way in turn, again and again."""

import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from .bare import environments
from .bench import Bench
from .cluster import NAMESPACE
from .measure import Times, run
from .report import Report
from .served import TRANSPORTS

_ROUNDS = 60
_MOST = {"stdio": 5, "HTTP": 8}

Contestants = dict[str, Callable[[], Awaitable[object]]]


async def starting_alone(bench: Bench, report: Report) -> None:
    """A kubectl that only starts and ends."""
    await _compare(bench, report, "version --client")


async def getting_pods(bench: Bench, report: Report) -> None:
    """A kubectl that lists 23 pods."""
    bench.need_cluster()
    await _compare(bench, report, f"get pods -n {NAMESPACE}")


async def _compare(bench: Bench, report: Report, line: str) -> None:
    kubectl = bench.real_kubectl()
    bench.need_proc()
    async with AsyncExitStack() as stack:
        contestants = Contestants()
        for name, connect in TRANSPORTS.items():
            served = await stack.enter_async_context(connect(bench, kubectl))
            contestants[name] = lambda served=served: served.kubectl(line)  # type: ignore[misc]
        for name, environ in environments(bench).items():
            contestants[name] = _bare([kubectl, *line.split()], environ)
        _tell(report, line, await _in_turn(contestants))


def _bare(argv: list[str], environ: dict[str, str]) -> Callable[[], Awaitable[object]]:
    async def once() -> object:
        return run(argv, environ)  # it may block: nothing else is under way

    return once


async def _in_turn(contestants: Contestants) -> dict[str, Times]:
    """All times of each, after two rounds to warm up; each round in another order."""
    found: dict[str, list[float]] = {name: [] for name in contestants}
    names, order = list(contestants), random.Random(_ROUNDS)
    for place in range(_ROUNDS + 2):
        for name in order.sample(names, len(names)):
            start = time.perf_counter()
            await contestants[name]()
            if place >= 2:
                found[name].append((time.perf_counter() - start) * 1000)
    return {name: Times(tuple(times)) for name, times in found.items()}


def _tell(report: Report, line: str, found: dict[str, Times]) -> None:
    plain, tuned = (times for name, times in found.items() if name not in TRANSPORTS)
    for name, times in found.items():
        beside = (
            f"{times.median / plain.median:.2f} × bare, {times.median / tuned.median:.2f} × tuned"
        )
        told = f"{beside}; {times.spread}" if name in TRANSPORTS else times.spread
        report.row(f"{line}: {name}, p50", f"{times.median:.1f} ms", told)
    for name in TRANSPORTS:
        for against, bare in (("bare kubectl", plain), ("it with our GOGC", tuned)):
            report.target(
                f"overhead over {name} to {against}, p50",
                found[name].median - bare.median,
                "ms",
                _MOST[name],
                f"best to best {found[name].best - bare.best:.1f} ms",
            )
