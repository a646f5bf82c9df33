"""Small instruments: medians, resident memory, a token estimate."""

import re
import statistics
import subprocess
import time
from collections.abc import Callable
from pathlib import Path


def median_ms(work: Callable[[], object], repeat: int) -> float:
    """The median wall-clock time of *work* in milliseconds, over *repeat* runs after one warm-up."""
    work()
    times = list[float]()
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def cpu_ms(argv: list[str], repeat: int) -> float:
    """The median CPU time (user and system) of a program in milliseconds."""
    import resource

    times = list[float]()
    for _ in range(repeat):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(argv, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return statistics.median(times) * 1000


def rss_mib(pid: int) -> float:
    """Resident memory of a process in MiB (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) / 1024 if found else float("nan")


def tokens(text: str) -> int:
    """An estimate of OpenAI o200k tokens: a quarter of the UTF-8 bytes, rounded up.

    No Python package ships the vocabulary. The real encoder (npm gpt-tokenizer) counted 1,199 tokens
    for 4,849 bytes of ``tools/list`` and 2,127 for 8,617 bytes: 4.05 bytes a token.
    """
    return -(-len(text.encode()) // 4)
