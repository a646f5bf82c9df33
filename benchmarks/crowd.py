"""Two hundred clients of eight callers at once over HTTP: right answers, nobody else's, flat memory.

First the cluster is in memory, so that what is loaded is the server: transport, authentication, policy,
redaction, kept output. Then a program in kubectl's place prints whom it was run for, and each caller has one
context.
"""

import asyncio
import hashlib
import json
import random
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import attrs
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from .asking import PROGRAM, SHOP, Ask, Asking, Known
from .bench import Bench
from .measure import Held, Times, held
from .report import Report
from .served import listening, serve_argv

CLIENTS = 200
SECONDS = 60.0
PROGRAM_SECONDS = 15.0
_CALLERS = 8
_MOST = 1000
_LIMITS = {
    "limits.rate": 0, "limits.queue": _MOST, "limits.concurrency": _MOST, "limits.context_concurrency": _MOST,
    "limits.caller_concurrency": _MOST, "limits.output_tokens": 500, "server.connections": 4 * _MOST,
    # what is kept for `more` fills up to its bound by and by, which is no leak: let it be full soon
    "limits.store_bytes": 2 * 1024 * 1024,
}  # fmt: skip
# as many programs at once as two processors can bear; the others wait for their turn
_PROGRAMS = {"limits.concurrency": 16, "limits.context_concurrency": 16}
PRINTS = """\
case "$*" in
*yaml*) for n in 1 2 3 4 5 6 7 8 9; do for m in 1 2 3 4 5 6; do echo "$n$m $*"; done; done;;
*) echo "$*";;
esac"""


@attrs.define
class Crowd:
    """What all clients ask, until when, and what came of it."""

    port: int
    tokens: dict[str, str]
    asks: tuple[Ask, ...]
    seconds: float
    clients: int = CLIENTS
    until: float = 0.0
    known: Known = attrs.field(factory=Known)
    times: list[float] = attrs.field(factory=list[float])
    done: Counter[str] = attrs.field(factory=Counter[str])
    wrong: Counter[str] = attrs.field(factory=Counter[str])


async def crowd(bench: Bench, report: Report) -> None:
    """A minute of mixed reads in both protocol eras."""
    bench.need_proc()
    tokens, settings = known_callers(bench.folder)
    with listening(bench, serve_argv("", "--demo", *_words({**_LIMITS, **settings}))) as (pid, port):
        third, end = await _run(report, pid, Crowd(port, tokens, SHOP, SECONDS))
    beside = f"{third.resident:.1f} MiB after a third, {end.resident:.1f} MiB at the end"
    grown = end.resident - third.resident
    report.target("more resident memory from a third to the end", grown, "MiB", 5, beside)


async def crowd_of_programs(bench: Bench, report: Report) -> None:
    """The same with a process for each call, in the caller's name and context."""
    bench.need_proc()
    tokens, settings = known_callers(bench.folder)
    kubeconfig, teams = teams_of(bench.folder, bench.fake("tells", PRINTS))
    argv = serve_argv("", *_words({**_LIMITS, **settings, **_PROGRAMS, **teams}))
    there = attrs.evolve(bench, environ={**bench.environ, "KUBECONFIG": str(kubeconfig)})
    with listening(there, argv) as (pid, port):
        await _run(report, pid, Crowd(port, tokens, PROGRAM, PROGRAM_SECONDS))


def known_callers(folder: Path) -> tuple[dict[str, str], dict[str, object]]:
    """The callers' tokens, and the settings of a server that takes them."""
    tokens = {f"caller-{place}": f"kubeport_{secrets.token_urlsafe(32)}" for place in range(_CALLERS)}
    file = folder / "tokens.toml"
    file.write_text("\n".join(_row(name, token) for name, token in tokens.items()), encoding="utf-8")
    file.chmod(0o600)
    return tokens, {
        "audit.file": folder / "audit.jsonl",
        "auth.mode": "tokens",
        "auth.tokens_file": file,
        "auth.resource": "http://127.0.0.1/mcp",
    }


def _words(settings: dict[str, object]) -> list[str]:
    return [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]


def _row(name: str, token: str) -> str:
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f'[[tokens]]\nname = "{name}"\nsha256 = "{digest}"\nscopes = ["kubeport:read"]'


def teams_of(folder: Path, kubectl: str) -> tuple[Path, dict[str, object]]:
    """A kubeconfig with a context for each caller, and the settings that let it use that one alone."""
    nowhere = dict[str, str]()
    contexts = [{"name": f"team-{place}", "context": nowhere} for place in range(_CALLERS)]
    kubeconfig, policy = folder / "teams.json", folder / "teams.toml"
    kubeconfig.write_text(json.dumps({"contexts": contexts}), encoding="utf-8")
    rules = [
        f'[[rules]]\nname = "team-{place}"\nreason = "its own"\naccess = "read-only"\n'
        f'contexts = ["team-{place}"]\ncallers = ["caller-{place}"]\n'
        for place in range(_CALLERS)
    ]
    policy.write_text('access = "none"\n' + "".join(rules), encoding="utf-8")
    return kubeconfig, {
        "security.policy_file": policy, "identity.mode": "impersonate",
        "identity.user": "{name}", "tools.paths_kubectl": kubectl,
    }  # fmt: skip


async def all_ask(crowd: Crowd) -> None:
    """Let all clients ask until the time is over."""
    crowd.until = time.monotonic() + crowd.seconds
    await asyncio.gather(*(_client(crowd, place) for place in range(crowd.clients)))


async def _run(report: Report, pid: int, crowd: Crowd) -> tuple[Held, Held]:
    """What the server held after a third of the time and at the end, while all were connected."""
    idle, began = held(pid), time.monotonic()
    clients = asyncio.ensure_future(all_ask(crowd))
    await asyncio.sleep(crowd.seconds / 3)
    third = held(pid)
    await asyncio.sleep(began + crowd.seconds - 1 - time.monotonic())
    end = held(pid)
    await clients
    took = time.monotonic() - began
    _tell(report, crowd, took)
    left = await _left(pid, idle)
    report.target("descriptors left", left.descriptors - idle.descriptors, "", 0)
    report.target("child processes left", left.children, "", 0)
    return third, end


async def _left(pid: int, idle: Held) -> Held:
    """What the server holds when it has seen that all are gone."""
    until = time.monotonic() + 10
    while (found := held(pid)).descriptors > idle.descriptors and time.monotonic() < until:
        await asyncio.sleep(0.1)
    return found


def _tell(report: Report, crowd: Crowd, took: float) -> None:
    times, calls = Times(tuple(crowd.times)), sum(crowd.done.values())
    name = f"{crowd.clients} clients, {_CALLERS} callers, {crowd.seconds:.0f} s"
    report.row(name, f"{calls / took:.0f} /s", f"{calls} checks; {dict(crowd.done)}")
    beside = f"p50 {times.median:.0f}, worst {max(times.values):.0f} ms; both ends share the processors"
    report.row("a check, one to a few calls, p99", f"{times.percentile(99):.0f} ms", beside)
    report.never("wrong answers and leaks", sum(crowd.wrong.values()), str(dict(crowd.wrong) or ""))


@asynccontextmanager
async def _connected(crowd: Crowd, place: int) -> AsyncGenerator[Asking]:
    """The client number *place*; every other one speaks the older revision, and has a session."""
    caller, url = f"caller-{place % _CALLERS}", f"http://127.0.0.1:{crowd.port}/mcp"
    mine, known = set[str](), crowd.known.sessions.setdefault(caller, set())

    async def note(response: httpx2.Response) -> None:
        if session := response.headers.get("mcp-session-id"):
            mine.add(session)
            known.add(session)

    headers = {"Authorization": f"Bearer {crowd.tokens[caller]}"}
    era = "auto" if (place // _CALLERS) % 2 else "legacy"
    async with httpx2.AsyncClient(headers=headers, timeout=60, event_hooks={"response": [note]}) as http:
        transport = streamable_http_client(url, http_client=http)
        async with Client(transport, mode=era, cache=None) as client:
            yield Asking(caller, f"c{place}m", client, http, url, crowd.known, random.Random(place))
            known -= mine


async def _client(crowd: Crowd, place: int) -> None:
    """Ask, in an order of its own, until the time is over, and once at least; and stay until then."""
    async with _connected(crowd, place) as asking:
        ask = crowd.asks[place % len(crowd.asks)]
        while True:
            start = time.perf_counter()
            fault = await _fault(ask, asking)
            crowd.times.append((time.perf_counter() - start) * 1000)
            crowd.done[ask.__name__] += 1
            if fault:
                crowd.wrong[f"{ask.__name__}: {fault}"] += 1
            if time.monotonic() >= crowd.until:
                return
            ask = asking.chance.choice(crowd.asks)


async def _fault(ask: Ask, asking: Asking) -> str:
    """Why an answer is not right; empty if it is."""
    try:
        return "" if await ask(asking) else "not what was expected"
    except Exception as error:  # whatever it is, it is no right answer
        return type(error).__name__
