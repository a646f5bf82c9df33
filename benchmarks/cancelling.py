"""How long a child outlives the cancellation of its call."""

import asyncio
import contextlib
import time
from pathlib import Path

from .bench import Bench
from .measure import Times, is_gone
from .report import Report
from .served import TRANSPORTS, Served

_ROUNDS = 20
_SECONDS = 10


async def cancelling(bench: Bench, report: Report) -> None:
    """From the client's cancellation until the child has ended and was reaped."""
    bench.need_proc()
    note = bench.folder / "pid"
    program = bench.fake(
        "sleeps", f'echo $$ >"{note}.new"; mv "{note}.new" "{note}"; exec sleep 300'
    )
    for name, connect in TRANSPORTS.items():
        async with connect(bench, program) as served:
            times = [await _once(served, note) for _ in range(_ROUNDS)]
        found = Times(tuple(times))
        told = f"p50 {found.median:.1f} ms, worst {max(times):.1f} ms"
        report.target(
            f"cancelled over {name} to child gone, p95", found.percentile(95), "ms", 200, told
        )


async def _once(served: Served, note: Path) -> float:
    note.unlink(missing_ok=True)
    call = asyncio.create_task(served.client.call_tool("kubectl", {"command": "get pods"}))
    async with asyncio.timeout(_SECONDS):
        while not note.exists():
            await asyncio.sleep(0.005)
    pid = int(note.read_text(encoding="ascii"))
    start = time.perf_counter()
    call.cancel()
    async with asyncio.timeout(_SECONDS):
        while not is_gone(pid):
            await asyncio.sleep(0.001)
    took = (time.perf_counter() - start) * 1000
    with contextlib.suppress(asyncio.CancelledError):
        await call
    return took
