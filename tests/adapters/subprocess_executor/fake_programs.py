"""Programs that tests write, and what is left of them: processes and descriptors."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.application.ports import Completed, Job, Limits, Stage

KUBECTL = Stage(("kubectl", "get", "pods"))
PYTHON = f"#!{sys.executable} -IS\n"
SHELL = "#!/bin/sh\n"

SLEEPY = SHELL + "echo begun; exec sleep 60\n"
STUBBORN = SHELL + "trap '' TERM; echo begun; while :; do sleep 0.05; done\n"
PARENT = SHELL + "sleep 60 & echo begun; wait\n"
CHATTY = SHELL + "while :; do echo line; done\n"

Make = Callable[..., SubprocessExecutor]
Report = Callable[..., dict[str, Any]]

CLUSTERLESS_KUBECTL = (
    SHELL
    + """
case "$1" in
version) printf 'Client Version: v1.37.1\\nKustomize Version: v5.8.1\\n' ;;
get) echo 'Error from server (NotFound): pods "no-such-pod" not found' >&2; exit 1 ;;
wait) echo waiting >&2; sleep 300 ;;
create)
    if [ -z "$(cat)" ]; then echo 'error: no objects passed to create' >&2; exit 1; fi
    echo 'configmap/sent created' ;;
esac
"""
)


def write_program(path: Path, text: str) -> str:
    """An executable script at *path*, which only its owner may change."""
    path.write_text(text)
    path.chmod(0o755)
    return str(path)


def job(*filters: str, timeout: float = 20.0, stdin: str | None = None, **limits: int) -> Job:
    """kubectl, then each of *filters*, which are written with blanks between their words."""
    stages = (KUBECTL, *(Stage(tuple(words.split()), filter=True) for words in filters))
    return Job(stages, Limits(timeout, **limits), stdin)


def complete(executor: SubprocessExecutor, work: Job) -> Completed:
    """Run one job in a loop of its own and close the executor."""

    async def run() -> Completed:
        try:
            return await executor.run(work)
        finally:
            await executor.aclose()

    return asyncio.run(run())


def leftovers(folder: Path) -> list[str]:
    """Our children, and processes that name *folder*; waits a little for those just killed."""
    until = time.monotonic() + 0.4
    while (found := _processes(str(folder))) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def _processes(folder: str) -> list[str]:
    with subprocess.Popen(["ps", "-A", "-o", "pid=,ppid=,args="], stdout=subprocess.PIPE, text=True) as ps:
        lines = ps.communicate()[0].splitlines()
    rows = [line.split(None, 2) for line in lines]
    return [
        " ".join(row)
        for row in rows
        if int(row[0]) != ps.pid and (row[1] == str(os.getpid()) or folder in row[-1])
    ]


def open_descriptors() -> int:
    """How many descriptors this process has open."""
    return len(os.listdir("/dev/fd"))
