"""What subscriptions cost: fifty URIs over five kinds, and how soon a change is told."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import attrs
from mcp import Client

from .bench import Bench
from .cluster import NAMESPACE
from .measure import Times, children, held, run
from .report import Report
from .served import TRANSPORTS, Served

_EACH = 10
_ROUNDS = 20
_KINDS = ("deployment", "service", "configmap")
_OTHERS = ("secrets", "serviceaccounts")
_WEB = "k8s-deployment://{context}/" + NAMESPACE + "/web"


async def subscriptions(bench: Bench, report: Report) -> None:
    """On each transport, by ``subscriptions/listen``."""
    bench.need_proc()
    bench.need_cluster()
    context = _context(bench)
    for name, connect in TRANSPORTS.items():
        async with connect(bench, bench.kubectl) as served:
            await served.client.list_tools()
            before = _resident(served.pid)
            async with _listening(served.client, _uris(context)) as told:
                grown = _resident(served.pid) - before
                report.target(f"50 URIs over {name}: more resident memory", grown, "MiB", 60)
                times = await _latencies(bench, told, _WEB.format(context=context))
            most = max(times.values)
            report.target(f"a change over {name}, told after, most", most, "ms", 1000, times.spread)
            await _left(served, report, name)


def _context(bench: Bench) -> str:
    shown = run([bench.kubectl, "config", "current-context"], bench.environ)
    return shown.stdout.decode().strip()


def _uris(context: str) -> list[str]:
    """Ten objects of each kind; most are not there, which makes no difference to a watch."""
    found = [_WEB.format(context=context)]
    for kind in _KINDS:
        found += [f"k8s-{kind}://{context}/{NAMESPACE}/x{place}" for place in range(_EACH)]
    for kind in _OTHERS:
        found += [f"k8s-resource://{context}/{NAMESPACE}/{kind}/x{place}" for place in range(_EACH)]
    return found[: 5 * _EACH]


def _resident(pid: int) -> float:
    """Resident memory of the server and all its children, in MiB."""
    return sum(held(one).resident for one in (pid, *children(pid)))


@attrs.frozen
class _Heard:
    """When which URI was told."""

    events: asyncio.Queue[tuple[str, float]]

    async def quiet(self) -> None:
        """Wait until nothing is told for a while."""
        while True:
            try:
                async with asyncio.timeout(1.2):
                    await self.events.get()
            except TimeoutError:
                return


@asynccontextmanager
async def _listening(client: Client, uris: list[str]) -> AsyncGenerator[_Heard]:
    heard = _Heard(asyncio.Queue())
    async with client.listen(resource_subscriptions=uris) as stream:

        async def read() -> None:
            async for event in stream:
                heard.events.put_nowait((str(getattr(event, "uri", "")), time.perf_counter()))

        reading = asyncio.create_task(read())
        yield heard
        reading.cancel()


async def _latencies(bench: Bench, heard: _Heard, uri: str) -> Times:
    """Times from the end of a kubectl that changes the Deployment until it is told; 0 where before it."""
    found = list[float]()
    for place in range(_ROUNDS):
        await heard.quiet()
        patch = json.dumps({"metadata": {"annotations": {"bench": str(place)}}})
        argv = [bench.kubectl, "patch", "deployment", "web", "-n", NAMESPACE, "-p", patch]
        await asyncio.to_thread(run, argv, bench.environ)
        done = time.perf_counter()
        async with asyncio.timeout(10):
            told, at = await heard.events.get()
        assert told == uri
        found.append(max(0.0, (at - done) * 1000))
    return Times(tuple(found))


async def _left(served: Served, report: Report, name: str) -> None:
    """That no process stays after the end."""
    await asyncio.sleep(0.5)
    await served.client.list_tools()
    report.target(f"child processes left over {name}", held(served.pid).children, "", 0)
