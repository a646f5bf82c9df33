"""How the command line ends: Ctrl-C, a reader that leaves, a full disk, what several tasks failed by."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.adapters.mcp.processes import environment
from tests.enabling import enabled_or_skip

from kubeport.adapters.cli.ending import ended
from kubeport.domain.errors import CommandError

from .machine import ONE_CONTEXT, put
from .terminals import CTRL_C, Terminal, opened


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A new one."""
    with opened() as one:
        yield one


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a kubectl that leaves a file when it runs, and does not end."""
    (tmp_path / "config").write_text(ONE_CONTEXT)
    kubectl = put(tmp_path, "kubectl", '#!/bin/sh\n: > "$(dirname "$0")/../runs"\nsleep 60\n')
    return {"KUBECONFIG": str(tmp_path / "config"), "KUBEPORT_TOOLS_PATHS_KUBECTL": str(kubectl)}


def _interrupted(terminal: Terminal, machine: dict[str, str], words: tuple[str, ...], until: str) -> str:
    process = terminal.start(*words, **machine)
    seen = terminal.shows(until) if until else ""
    while not until and not Path(machine["KUBECONFIG"]).with_name("runs").exists():
        seen += terminal.more(0.05)
    terminal.types(CTRL_C)
    assert process.wait(20) == 130
    return seen + terminal.more()


@pytest.mark.parametrize(
    ("words", "until"),
    [
        (("run", "kubectl get pods"), " s, "),
        (("doctor",), ""),
        (("demo",), "Connected"),
        (("serve", "--transport", "http", "--port", "0"), "http://127.0.0.1:"),
    ],
    ids=["run", "doctor", "demo", "serve"],
)
def test_ctrl_c_is_an_exit_code(
    terminal: Terminal, machine: dict[str, str], words: tuple[str, ...], until: str
) -> None:
    """130, as a shell counts it; no traceback, and no line of progress is left."""
    seen = _interrupted(terminal, machine, words, until)
    assert "Traceback" not in seen
    if words[0] == "run":
        assert seen.rpartition("\x1b[K")[2].strip() == ""


def _to(stdout: int, *words: str, **changes: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "kubeport", *words],
        stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=60, check=False, env=environment(**changes),
    )


PRINTING = pytest.mark.parametrize(  # the demo prints within several tasks, and takes its time
    ("command", "unbuffered"), [("demo", "1"), ("config show", ""), ("config show", "1")]
)


@PRINTING
def test_a_reader_may_leave(command: str, unbuffered: str) -> None:
    """As for any program in a pipe: silence, and the code of SIGPIPE."""
    reading, writing = os.pipe()
    os.close(reading)
    done = _to(writing, *command.split(), PYTHONUNBUFFERED=unbuffered)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


@PRINTING
def test_a_full_disk_is_told(command: str, unbuffered: str) -> None:
    """One line, and a failure: half an answer must not pass for one."""
    if not Path("/dev/full").exists():
        enabled_or_skip("There is no /dev/full.", "Run on Linux.")
    full = os.open("/dev/full", os.O_WRONLY)
    done = _to(full, *command.split(), PYTHONUNBUFFERED=unbuffered)
    os.close(full)
    assert done.returncode == 1
    assert done.stderr == "kubeport: standard output cannot be written: No space left on device.\n"


def _raising(error: BaseException) -> Callable[[], int]:
    def work() -> int:
        raise error

    return work


def test_what_several_tasks_fail_by_is_told_once(capsys: pytest.CaptureFixture[str]) -> None:
    """The first cause, with the code that it would have had alone; Ctrl-C goes before."""
    group = ExceptionGroup("tasks", [ExceptionGroup("inner", [CommandError("No such thing.")])])
    assert ended(_raising(group)) == 2
    assert capsys.readouterr().err == "kubeport: No such thing.\n"
    assert ended(_raising(BaseExceptionGroup("tasks", [OSError(2, "gone", "x"), KeyboardInterrupt()]))) == 130
    assert ended(_raising(FileNotFoundError(2, "No such file", "x"))) == 1
    assert "No such file: 'x'" in capsys.readouterr().err


def test_a_fault_of_ours_is_not_hidden() -> None:
    """Its traceback helps to find it."""
    with pytest.raises(ExceptionGroup):
        ended(_raising(ExceptionGroup("tasks", [CommandError("No such thing."), ZeroDivisionError()])))
    with pytest.raises(ZeroDivisionError):
        ended(_raising(ZeroDivisionError()))
