"""What the audit adds to a call: a record alone, and a whole call with it."""

import time
from collections.abc import Callable

from kubeport.adapters.audit import FileAudit, MemoryAudit, Seal
from kubeport.adapters.fake_cluster import shop
from kubeport.application.ports import AuditSink
from kubeport.containers import in_memory

from .bench import Bench
from .measure import Times
from .report import Report

_CALLS = 300
_WARM = 50
_LINE = "kubectl get pods -n web"


async def auditing(bench: Bench, report: Report) -> None:
    """The same read with each sink, and the record alone; the folder is the machine's temporary one."""
    for name, make in _sinks(bench).items():
        sink = make()
        record, call = await _recording(sink), await _calling(sink)
        await sink.aclose()
        p50, p95 = record.median * 1000, record.percentile(95) * 1000
        told = f"p95 {p95:.0f} µs; a whole call in memory {call.median * 1000:.0f} µs"
        report.row(f"one record, {name}, p50", f"{p50:.0f} µs", told)


def _sinks(bench: Bench) -> dict[str, Callable[[], AuditSink]]:
    def file(fsync: str, seal: Seal = Seal()) -> Callable[[], AuditSink]:
        path = str(bench.folder / f"audit-{fsync}-{seal.method}.jsonl")
        return lambda: FileAudit(path, seal, fsync=fsync)

    return {
        "in memory": MemoryAudit,
        "file, fsync never": file("never"),
        "file, fsync never, with a key": file("never", Seal(b"k" * 32)),
        "file, fsync always": file("always"),
    }


async def _recording(sink: AuditSink) -> Times:
    memory = MemoryAudit()
    await in_memory(shop(), audit=memory).command(_LINE)
    times = list[float]()
    for _ in range(_CALLS):
        start = time.perf_counter()
        await sink.record(memory.records[0])
        times.append((time.perf_counter() - start) * 1000)
    return Times(tuple(times))


async def _calling(sink: AuditSink) -> Times:
    kubeport, times = in_memory(shop(), audit=sink), list[float]()
    for _ in range(_CALLS):
        start = time.perf_counter()
        await kubeport.command(_LINE)
        times.append((time.perf_counter() - start) * 1000)
    return Times(tuple(times[_WARM:]))
