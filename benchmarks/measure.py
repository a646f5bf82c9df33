"""Small instruments: times, processor time, what a process holds, a token estimate."""

import os
import re
import resource
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

SECONDS = 60  # no single program of a measurement takes longer


@attrs.frozen
class Times:
    """Repeated measurements of one thing, in milliseconds."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The one in the middle."""
        return statistics.median(self.values)

    @property
    def best(self) -> float:
        """The least disturbed one."""
        return min(self.values)

    @property
    def spread(self) -> str:
        """How far the others are from the median, to stand beside it."""
        return f"best {self.best:.1f}, p95 {self.percentile(95):.1f} ms"

    def percentile(self, percent: int) -> float:
        """The least value that *percent* of all do not exceed."""
        return sorted(self.values)[-(-len(self.values) * percent // 100) - 1]


def timed(work: Callable[[], object], repeat: int) -> Times:
    """Wall-clock times of *work*, after one warm-up."""
    work()
    return Times(tuple(_timed_once(work) for _ in range(repeat)))


def _timed_once(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def run(argv: list[str], environ: Mapping[str, str]) -> "subprocess.CompletedProcess[bytes]":
    """Run a program that must succeed, within a minute, and keep what it prints."""
    return subprocess.run(
        argv,
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
        timeout=SECONDS,
    )


def cpu(argv: list[str], environ: Mapping[str, str], repeat: int) -> Times:
    """CPU times (user and system) of a program, after one warm-up."""
    run(argv, environ)
    return Times(tuple(_cpu_once(argv, environ) for _ in range(repeat)))


def _cpu_once(argv: list[str], environ: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run(argv, environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return used * 1000


def tokens(text: str) -> int:
    """An estimate of OpenAI o200k tokens: a quarter of the UTF-8 bytes, rounded up.

    No Python package ships the vocabulary. The real encoder (npm gpt-tokenizer) counted 1,199
    tokens for 4,849 bytes of ``tools/list`` and 2,127 for 8,617 bytes: 4.05 bytes a token.
    """
    return -(-len(text.encode()) // 4)


@attrs.frozen
class Held:
    """What a process holds: open descriptors, children not reaped, resident memory in MiB."""

    descriptors: int
    children: int
    resident: float


def held(pid: int) -> Held:
    """What the process *pid* holds now (Linux)."""
    return Held(len(os.listdir(f"/proc/{pid}/fd")), len(children(pid)), _status(pid, "VmRSS"))


def children(pid: int) -> set[int]:
    """The processes that *pid* has started, zombies included (Linux)."""
    return {
        int(entry) for entry in os.listdir("/proc") if entry.isdigit() and _parent(entry) == pid
    }


def peak(pid: int) -> float:
    """The most resident memory that a process has had since ``forget_peak``, in MiB (Linux)."""
    return _status(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """Let the peak of resident memory begin anew (Linux)."""
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")


def is_gone(pid: int) -> bool:
    """Whether a process has ended and was reaped (Linux)."""
    return not os.path.exists(f"/proc/{pid}")


def _parent(pid: str) -> int:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])


def _status(pid: int, name: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace")
    found = re.search(rf"{name}:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")
