"""Requests that are refused before anybody looks at what they ask: on record, and a flood of them as few."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.mcp import denials
from kubeport.adapters.mcp.denials import REASON_KEY, Denials
from kubeport.adapters.telemetry import MeasuringTelemetry, Metrics
from kubeport.application.recording import Recording

pytestmark = pytest.mark.anyio


async def _refusing(scope: Any, receive: Any, send: Any) -> None:
    """Answers what the scope says."""
    if scope["type"] == "lifespan":
        await receive()
        return
    if "told" in scope:
        scope[REASON_KEY] = scope["told"]
    start = "websocket.http.response.start" if scope["type"] == "websocket" else "http.response.start"
    await send({"type": start, "status": scope["status"], "headers": []})


async def _drop(_: Any) -> None:
    """Nobody listens."""


def _scope(status: int = 401, address: str = "10.0.0.9", **more: Any) -> dict[str, Any]:
    headers = [(b"user-agent", b"curl/8\x00"), (b"authorization", b"Bearer s3cr3t-t0ken")]
    base = {"type": "http", "path": "/mcp", "headers": headers, "client": (address, 1), "status": status}
    return base | more


class Bench:
    """An application behind ``Denials`` with a short quiet time."""

    def __init__(self, quiet: float = 0.5) -> None:
        self.audit = MemoryAudit()
        self.denials = Denials(Recording(StoppedClock(), self.audit), quiet)
        self.app = self.denials.noting(_refusing, frozenset({"/readyz"}))

    async def ask(self, **changes: Any) -> None:
        """One request."""
        await self.app(_scope(**changes), None, _drop)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """Whose counted refusals are all on record at the end."""
    made = Bench()
    yield made
    await made.denials.settle()


async def test_a_refusal_is_on_record(bench: Bench) -> None:
    """Where from, by what, the status and why; nothing of the token."""
    await bench.ask(told=("it has expired", ""))
    (kept,) = bench.audit.records
    assert (kept["event"], kept["http_status"], kept["reason"]) == ("denied", 401, "it has expired")
    assert (kept["address"], kept["client"], kept["transport"]) == ("10.0.0.9", "curl/8?", "http")
    assert (kept["allowed"], kept["times"], kept["status"]) == (False, 1, "error")
    assert "s3cr3t" not in str(kept)


async def test_who_it_was_is_told_where_a_token_proved_it(bench: Bench) -> None:
    """A known caller without a scope of ours."""
    await bench.ask(status=403, told=("no scope of ours", "ann"))
    assert bench.audit.records[0]["caller"] == "ann"


@pytest.mark.parametrize(
    ("changes", "records"),
    [
        ({"status": 200}, 0),
        ({"status": 421}, 1),
        ({"status": 503, "path": "/readyz"}, 0),
        ({"status": 403, "type": "websocket"}, 1),
        ({"status": 599}, 1),
    ],
)
async def test_what_counts_as_refused(bench: Bench, changes: dict[str, Any], records: int) -> None:
    """Each answer from 400 on, WebSockets too; probes do not."""
    await bench.ask(**changes)
    assert len(bench.audit.records) == records


async def test_each_of_them_is_counted_at_once() -> None:
    """By status, whether it has a record of its own or not."""
    metrics = Metrics({})
    recording = Recording(StoppedClock(), None, telemetry=MeasuringTelemetry(metrics))
    app = Denials(recording).noting(_refusing, frozenset({"/readyz"}))
    probe = {"status": 503, "path": "/readyz"}
    asked: list[dict[str, Any]] = [{}, {}, {"status": 403}, {"status": 200}, probe]
    for changes in asked:
        await app(_scope(**changes), None, _drop)
    told = [line for line in metrics.text().splitlines() if line.startswith("kubeport_http_refused_total")]
    assert told == [
        'kubeport_http_refused_total{status="401"} 2.0', 'kubeport_http_refused_total{status="403"} 1.0'
    ]  # fmt: skip


async def test_those_alike_are_counted(bench: Bench) -> None:
    """The first at once, the others as one record when the time is over; then quiet for as long again."""
    for _ in range(200):
        await bench.ask()
    await bench.ask(address="10.0.0.10")
    assert [one["times"] for one in bench.audit.records] == [1, 1]
    while len(bench.audit.records) < 3:
        await asyncio.sleep(0.01)
    assert [(one["times"], one["address"]) for one in bench.audit.records[2:]] == [(199, "10.0.0.9")]
    for _ in range(10):
        await bench.ask()
    assert len(bench.audit.records) == 3
    await bench.denials.settle()
    assert bench.audit.records[3]["times"] == 10


async def test_the_log_is_told_as_rarely(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A line for those alike, and how loud depends on what it is: strangers cannot fill it."""
    caplog.set_level("INFO")
    for _ in range(100):
        await bench.ask(told=("it has expired", ""))
        await bench.ask(told=("no token", ""))
        await bench.ask(status=503, told=("tokens cannot be checked: down", ""))
    told = [(one.levelname, one.getMessage()) for one in caplog.records]
    assert told == [
        ("WARNING", "10.0.0.9, refused with 401 1 time(s): it has expired"),
        ("INFO", "10.0.0.9, refused with 401 1 time(s): no token"),
        ("ERROR", "10.0.0.9, refused with 503 1 time(s): tokens cannot be checked: down"),
    ]


async def test_many_addresses_are_no_way_around(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond a number of different ones they are counted without their address."""
    monkeypatch.setattr(denials, "MOST", 5)
    for number in range(50):
        await bench.ask(address=f"10.0.0.{number}")
    assert [one["address"] for one in bench.audit.records] == [*(f"10.0.0.{n}" for n in range(5)), ""]
    await bench.denials.settle()
    assert sum(one["times"] for one in bench.audit.records) == 50


async def test_the_end_of_the_server_loses_no_count() -> None:
    """What was only counted is on record before the application hears of its end."""
    bench = Bench(quiet=60)
    for _ in range(3):
        await bench.ask()
    seen = list[int]()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        seen.append(sum(one["times"] for one in bench.audit.records))

    async def receive() -> dict[str, str]:
        return {"type": "lifespan.shutdown"}

    await bench.denials.noting(app, frozenset())({"type": "lifespan"}, receive, _drop)
    assert seen == [3]
