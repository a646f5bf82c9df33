"""Executors with programs that tests write."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.subprocess_executor.fake_programs import (
    PYTHON,
    Make,
    Report,
    complete,
    leftovers,
    open_descriptors,
    write_program,
)

from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.application.ports import Job, Stage

REPORT = (
    PYTHON
    + """
import json, os, resource, sys
limits = {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in
          ("CPU", "AS", "FSIZE", "NOFILE", "NPROC", "CORE")}
print(json.dumps({"environment": dict(os.environ), "folder": os.getcwd(), "limits": limits,
    "inside": os.listdir("."), "mode": os.stat(".").st_mode & 0o777, "argv": sys.argv,
    "leader": os.getsid(0) == os.getpid()}))
"""
)


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    """Makes an executor whose kubectl is the given script; checks that nothing is left."""

    def executor(text: str, **programs: str) -> SubprocessExecutor:
        texts = {"kubectl": text, **programs}
        paths = {name: write_program(tmp_path / name, text) for name, text in texts.items()}
        return SubprocessExecutor(paths, grace=0.3, interval=0.05)

    before = open_descriptors()
    yield executor
    assert leftovers(tmp_path) == []
    assert open_descriptors() == before


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """Runs a stage that reports on itself; *named* are variables that the operator names."""

    def run(stage: Stage, *named: str) -> dict[str, Any]:
        path = write_program(tmp_path / "reporter", REPORT)
        done = complete(SubprocessExecutor({stage.argv[0]: path}, named), Job((stage,)))
        assert done.stages[0].exit_code == 0, done.stages[0].stderr
        answer: dict[str, Any] = json.loads(done.stdout)
        answer["environment"].pop("__CF_USER_TEXT_ENCODING", None)  # macOS adds it to every process
        return answer

    return run
