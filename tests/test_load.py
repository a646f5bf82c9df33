"""Forty clients of eight callers for a few seconds: every answer is right, and nobody gets what is another's.

The load of `make bench` is five times that and lasts a minute; here are the same clients and checks, against
a server with the limits that ship.
"""

import asyncio
import contextlib
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs
import pytest
from benchmarks import __main__ as bench_main
from benchmarks.asking import PROGRAM, SHOP, Ask, shop_kept, stolen
from benchmarks.bench import Bench
from benchmarks.crowd import PRINTS, Crowd, all_ask, known_callers, teams_of
from benchmarks.report import LeftOut, Report
from tests.adapters.mcp.http_servers import ended, started

pytestmark = pytest.mark.anyio
CLIENTS, SECONDS = 40, 5.0
LIFTED = {"limits.rate": 0, "limits.output_tokens": 500}
"""One client of the load asks as often as a whole team; and outputs have to be long for these limits."""


@contextmanager
def crowded(settings: dict[str, object], *flags: str, **environ: str) -> Generator[int]:
    """The port of a server with *settings*, which still lives at the end."""
    words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    process, port = started(*flags, *words, **environ)
    try:
        yield port
        assert process.poll() is None
    finally:
        ended(process)


def crowd_of(
    port: int, tokens: dict[str, str], asks: tuple[Ask, ...], seconds: float = SECONDS
) -> Crowd:
    """The crowd of these tests."""
    return Crowd(port, tokens, asks, seconds, CLIENTS)


async def asked_by_all(crowd: Crowd) -> None:
    """Let all of them ask; one that is never answered is a failure, too."""
    async with asyncio.timeout(90):
        await all_ask(crowd)


async def test_a_crowd_gets_right_answers(tmp_path: Path) -> None:
    """Commands, resources, kept outputs and sessions, over the shop in memory."""
    tokens, settings = known_callers(tmp_path)
    with crowded({**LIFTED, **settings}, "--demo") as port:
        await asked_by_all(crowd := crowd_of(port, tokens, SHOP))
    assert not crowd.wrong
    assert set(crowd.done) == {ask.__name__ for ask in SHOP} and sum(crowd.done.values()) >= CLIENTS


async def test_a_crowd_runs_programs_each_in_its_own_name(tmp_path: Path) -> None:
    """A process for each call, which prints whom it was run for, in the context of its caller alone."""
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(f"#!/bin/sh\n{PRINTS}\n")
    kubectl.chmod(0o755)
    tokens, settings = known_callers(tmp_path)
    kubeconfig, teams = teams_of(tmp_path, str(kubectl))
    with crowded({**LIFTED, **settings, **teams}, KUBECONFIG=str(kubeconfig)) as port:
        await asked_by_all(crowd := crowd_of(port, tokens, PROGRAM))
    assert not crowd.wrong
    assert set(crowd.done) == {ask.__name__ for ask in PROGRAM} and sum(crowd.done.values()) >= CLIENTS


async def test_a_leak_would_be_found(tmp_path: Path) -> None:
    """Callers with one token are one to the server: what it gives to either counts as the other's."""
    tokens, settings = known_callers(tmp_path)
    tokens = dict.fromkeys(tokens, tokens["caller-0"])
    with crowded({**LIFTED, **settings}, "--demo") as port:
        await asked_by_all(keeping := crowd_of(port, tokens, (shop_kept,), 1))
        taking = attrs.evolve(crowd_of(port, tokens, (stolen,), 1), known=keeping.known)
        await asked_by_all(taking)
    assert not keeping.wrong and sum(taking.wrong.values()) >= CLIENTS


@pytest.fixture
def signals() -> Iterator[None]:
    """What the benchmarks do to signals is undone."""
    numbers = (signal.SIGALRM, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
@pytest.mark.parametrize(("wrong", "code"), [(0, 0), (2, 1)])
def test_benchmarks_with_a_wrong_answer_fail(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], wrong: int, code: int
) -> None:
    """A target that is missed depends on the machine, and is only told; a wrong answer is a fault."""

    async def measure(_: Bench, report: Report) -> None:
        report.target("p99", 12, "ms", 10)
        report.never("wrong answers", wrong)

    monkeypatch.setattr(bench_main, "SECTIONS", (bench_main.Section("Crowd", measure),))
    monkeypatch.setattr(bench_main, "populated", contextlib.nullcontext)
    assert bench_main.main([]) == code
    told = capsys.readouterr().out
    assert "p99: 12 ms, expected at most 10" in told
    assert ("Wrong: nothing" in told) == (not wrong)


@pytest.mark.usefixtures("signals")
def test_benchmarks_that_break_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """A section that cannot be measured here is left out; one that breaks down is a fault."""

    async def measure(_: Bench, __: Report) -> None:
        raise fault

    monkeypatch.setattr(bench_main, "SECTIONS", (bench_main.Section("Crowd", measure),))
    monkeypatch.setattr(bench_main, "populated", contextlib.nullcontext)
    fault: Exception = LeftOut("no kubectl")
    assert bench_main.main([]) == 0
    fault = ConnectionError("gone")
    assert bench_main.main([]) == 1
