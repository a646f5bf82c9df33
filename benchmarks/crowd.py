"""Two hundred clients of eight callers at once over HTTP: right answers, nobody else's, flat memory.

The cluster is in memory, so that what is loaded is the server: transport, authentication, policy, redaction,
kept output. Each client knows what it must be answered, and tries what others have kept.
"""

import asyncio
import hashlib
import itertools
import json
import random
import secrets
import time
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import attrs
import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

from .bench import Bench
from .measure import Times, held
from .report import Report
from .served import listening, serve_argv

CLIENTS = 200
SECONDS = 60.0
_CALLERS = 8
_MOST = 1000
_LIMITS = {
    "limits.rate": 0, "limits.queue": _MOST, "limits.concurrency": _MOST, "limits.context_concurrency": _MOST,
    "limits.caller_concurrency": _MOST, "limits.output_tokens": 500, "server.connections": 4 * _MOST,
    # what is kept for `more` fills up to its bound by and by, which is no leak: let it be full soon
    "limits.store_bytes": 2 * 1024 * 1024,
}  # fmt: skip
_LONG = {"command": "get pods -n shop -o yaml"}
_KNOWN = {
    "get deploy web -n shop -o name": "deployment.apps/web\n",
    "get pods -n shop -o name | grep -c pod/": None,
    "get events -n shop | grep -c BackOff": None,
    "get nodes -o name | sort | head -n 1": None,
}
"""Commands and what they print; None: what the first client gets, since the cluster does not change."""


@attrs.define
class Crowd:
    """What is known of the run so far."""

    port: int
    tokens: dict[str, str]
    expected: dict[str, str]
    until: float
    handles: dict[str, list[str]] = attrs.field(factory=dict[str, list[str]])
    times: list[float] = attrs.field(factory=list[float])
    done: Counter[str] = attrs.field(factory=Counter[str])
    wrong: Counter[str] = attrs.field(factory=Counter[str])


async def crowd(bench: Bench, report: Report) -> None:
    """A minute of mixed reads in both protocol eras."""
    bench.need_proc()
    tokens = {f"caller-{place}": f"kubeport_{secrets.token_urlsafe(32)}" for place in range(_CALLERS)}
    file = bench.folder / "tokens.toml"
    file.write_text("\n".join(_row(name, token) for name, token in tokens.items()))
    file.chmod(0o600)
    settings = {
        **_LIMITS,
        "audit.file": bench.folder / "audit.jsonl",
        "auth.mode": "tokens",
        "auth.tokens_file": file,
        "auth.resource": "http://127.0.0.1/mcp",
    }
    words = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
    with listening(bench, serve_argv("", "--demo", *words)) as (pid, port):
        await _run(report, pid, Crowd(port, tokens, await _expected(port, tokens), 0.0))


def _row(name: str, token: str) -> str:
    digest = hashlib.sha256(token.encode()).hexdigest()
    return f'[[tokens]]\nname = "{name}"\nsha256 = "{digest}"\nscopes = ["kubeport:read"]'


async def _run(report: Report, pid: int, crowd: Crowd) -> None:
    began = time.monotonic()
    crowd.until = began + SECONDS
    clients = asyncio.gather(*(_client(crowd, place) for place in range(CLIENTS)))
    await asyncio.sleep(SECONDS / 3)
    third = held(pid)
    await clients
    took = time.monotonic() - began
    end = held(pid)
    _tell(report, crowd, took)
    beside = f"{third.resident:.1f} MiB after a third, {end.resident:.1f} MiB at the end"
    grown = end.resident - third.resident
    report.target("more resident memory from a third to the end", grown, "MiB", 5, beside)
    report.target("child processes left", end.children, "", 0)


def _tell(report: Report, crowd: Crowd, took: float) -> None:
    times, calls = Times(tuple(crowd.times)), sum(crowd.done.values())
    name = f"{CLIENTS} clients, {_CALLERS} callers, mixed reads"
    report.row(name, f"{calls / took:.0f} /s", f"{calls} calls")
    beside = f"p50 {times.median:.0f}, worst {max(times.values):.0f} ms; both ends share the processors"
    report.row("a call, p99", f"{times.percentile(99):.0f} ms", beside)
    wrong = ", ".join(f"{name}: {count}" for name, count in crowd.wrong.items())
    report.target("wrong answers", sum(crowd.wrong.values()), "", 0, wrong or f"of {dict(crowd.done)}")


async def _expected(port: int, tokens: dict[str, str]) -> dict[str, str]:
    """What each known command prints, asked before there is a crowd."""
    found = dict[str, str]()
    async with _connected(port, next(iter(tokens.values())), "auto") as client:
        for command, known in _KNOWN.items():
            answer = await client.call_tool("kubectl", {"command": command})
            found[command] = str(_content(answer)["output"])
            if known is not None and found[command] != known:
                raise RuntimeError(f"{command}: {found[command]!r}")
    return found


@asynccontextmanager
async def _connected(port: int, token: str, era: str) -> AsyncGenerator[Client]:
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(headers=headers, timeout=60) as http:
        transport = streamable_http_client(f"http://127.0.0.1:{port}/mcp", http_client=http)
        async with Client(transport, mode=era, cache=None) as client:
            yield client


async def _client(crowd: Crowd, place: int) -> None:
    """One client: it asks, in an order of its own, until the time is over."""
    caller = f"caller-{place % _CALLERS}"
    chance = random.Random(place)
    asks = [_known, _known, _known, _kept, _stolen, _resource, _help, _contexts]
    async with _connected(crowd.port, crowd.tokens[caller], "auto" if place % 2 else "legacy") as client:
        for _ in itertools.count():
            ask = chance.choice(asks)
            start = time.perf_counter()
            right = await _right(ask, crowd, client, caller, chance)
            crowd.times.append((time.perf_counter() - start) * 1000)
            crowd.done[ask.__name__.strip("_")] += 1
            if not right:
                crowd.wrong[ask.__name__.strip("_")] += 1
            if time.monotonic() > crowd.until:
                return


Ask = Callable[[Crowd, Client, str, random.Random], Awaitable[bool]]


async def _right(ask: Ask, crowd: Crowd, client: Client, caller: str, chance: random.Random) -> bool:
    try:
        return await ask(crowd, client, caller, chance)
    except Exception as error:  # whatever it is, it is no right answer
        crowd.wrong[type(error).__name__] += 1
        return False


async def _known(crowd: Crowd, client: Client, _: str, chance: random.Random) -> bool:
    command = chance.choice(list(crowd.expected))
    answer = await client.call_tool("kubectl", {"command": command})
    return _content(answer).get("output") == crowd.expected[command]


async def _kept(crowd: Crowd, client: Client, caller: str, _: random.Random) -> bool:
    """A long output and its next part, which is the caller's own."""
    handle = _content(await client.call_tool("kubectl", _LONG)).get("continuation", "")
    mine = crowd.handles.setdefault(caller, [])
    mine.append(handle)
    del mine[:-20]
    more = await client.call_tool("more", {"handle": handle})
    return bool(handle) and not more.is_error and bool(_content(more).get("output"))


async def _stolen(crowd: Crowd, client: Client, caller: str, chance: random.Random) -> bool:
    """Nobody gets what somebody else has kept."""
    others = [handle for name, handles in crowd.handles.items() if name != caller for handle in handles]
    if not others:
        return True
    answer = await client.call_tool("more", {"handle": chance.choice(others)})
    return answer.is_error and not _content(answer).get("output")


async def _resource(_: Crowd, client: Client, __: str, ___: random.Random) -> bool:
    (content,) = (await client.read_resource("k8s-deployment://demo/shop/checkout")).contents
    found: dict[str, Any] = json.loads(getattr(content, "text", "{}"))
    return found.get("name") == "checkout" and found["health"]["status"] == "failed"


async def _help(_: Crowd, client: Client, __: str, ___: random.Random) -> bool:
    answer = await client.call_tool("help", {"tool": "kubectl", "command": "rollout status"})
    return "rollout" in str(_content(answer).get("output"))


async def _contexts(_: Crowd, client: Client, __: str, ___: random.Random) -> bool:
    rows = _content(await client.call_tool("contexts", {})).get("contexts", [])
    return [row["name"] for row in rows] == ["demo"]


def _content(answer: Any) -> dict[str, Any]:
    return answer.structured_content or {}
