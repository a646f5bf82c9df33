"""A text utility reaches no file, network or process where the system can keep it from them.

What can hold differs from machine to machine. Each test asks what this one claims to hold and then
demands just that: what is claimed is refused, what is not claimed is named as open.
"""

import gc
import json
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.subprocess_executor.fake_programs import PYTHON, SHELL, complete, write_program

from kubeport.adapters.subprocess_executor import SubprocessExecutor, confinement, probing, starter
from kubeport.adapters.subprocess_executor.enclosure import Enclosure
from kubeport.adapters.subprocess_executor.probing import enclosure
from kubeport.adapters.subprocess_executor.reach import Reach, reach
from kubeport.application.ports import Job, Stage
from kubeport.domain.errors import ExecutionFailed

# what seccomp holds beside the network is tried under the same name
SPY = (
    PYTHON
    + """
import ctypes, json, os, resource, signal, socket, sys
file, port, server = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def connect(kind, address):
    with socket.socket(kind) as line:
        line.connect(address)
def attempts():
    yield "files: read", lambda: open(file).close()
    yield "files: read its own environment", lambda: open("/proc/self/environ").close()
    yield "files: read the server's environment", lambda: open(f"/proc/{server}/environ").close()
    yield "files: list", lambda: os.listdir(os.path.dirname(file))
    yield "files: write", lambda: os.open(file, os.O_WRONLY)
    yield "files: create", lambda: os.open(file + ".new", os.O_CREAT | os.O_RDONLY)
    yield "files: link", lambda: os.link(file, file + ".linked")
    yield "files: rename", lambda: os.rename(file, file + ".renamed")
    yield "files: rename back", lambda: os.rename(file + ".renamed", file)
    yield "files: remove", lambda: os.unlink(file + ".linked")
    yield "network: TCP", lambda: connect(socket.AF_INET, ("127.0.0.1", port))
    yield "network: UDP", lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    yield "network: UNIX", lambda: socket.socket(socket.AF_UNIX).close()
    yield "network: pair", lambda: socket.socketpair()
    yield "network: change a mode", lambda: os.chmod(file, 0o640)
    yield "network: change times", lambda: os.utime(file)
    yield "network: truncate", lambda: os.truncate(file, 0)
    yield "network: see the limits of the server", lambda: resource.prlimit(server, resource.RLIMIT_CORE)
    yield "signals: signal the server", lambda: os.kill(server, 0)
told = {}
for name, attempt in attempts():
    try:
        attempt()
        told[name] = "done"
    except (OSError, AttributeError) as error:
        told[name] = getattr(error, "errno", 0)
print(json.dumps(told))
"""
)

REFUSED = (1, 2, 13)
"""EPERM, EACCES; ENOENT, for what could not be made before."""


@pytest.fixture
def listening() -> Iterator[int]:
    """The port of a server that accepts."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _spy(folder: Path, port: int, *, is_filter: bool = True) -> dict[str, Any]:
    """What a program could do, as a filter or as a tool; it finds a file of the server's user."""
    (folder / "home").mkdir(exist_ok=True)
    (folder / "bin").mkdir(exist_ok=True)
    file = folder / "home" / "secret"
    file.write_text("hunter2")
    path = write_program(folder / "bin" / "spy", SPY)
    words = (str(file), str(port), str(os.getpid()))
    name = "jq" if is_filter else "kubectl"
    executor = SubprocessExecutor({name: path})
    done = complete(executor, Job((Stage((name, *words), filter=is_filter),)))
    assert done.stages[0].exit_code == 0, done.stages[0].stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


@pytest.mark.parametrize("launcher", ["prlimit", "python"])
def test_a_filter_reaches_only_what_is_named_as_open(
    tmp_path: Path, listening: int, launcher: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is claimed to be held fails; what is not held is on the list of what is open."""
    if launcher == "python":
        monkeypatch.setattr(confinement, "prlimit", lambda: None)
    told = _spy(tmp_path, listening)
    held, gaps = enclosure().held, enclosure().open
    assert {*held} | {*gaps} == {"files", "network", "signals"}
    assert not {*held} & {*gaps}
    for attempt, outcome in told.items():
        wall = attempt.partition(":")[0]
        assert outcome in REFUSED or gaps.get(wall), attempt
    if "files" in held:
        (file,) = (tmp_path / "home").iterdir()
        assert file.read_text() == "hunter2"


def test_without_walls_the_same_is_done(
    tmp_path: Path, listening: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refusals come from the walls, not from the attempts."""
    monkeypatch.setattr(starter, "enclosure", Enclosure)
    monkeypatch.setattr(confinement, "LIMITS", ())
    told = _spy(tmp_path, listening)
    if sys.platform == "linux":
        assert set(told.values()) == {"done"}
    else:
        assert (told["files: read"], told["network: TCP"]) == ("done", "done")


def test_a_tool_has_no_walls(tmp_path: Path, listening: int) -> None:
    """kubectl needs files and network."""
    told = _spy(tmp_path, listening, is_filter=False)
    assert (told["files: read"], told["network: TCP"]) == ("done", "done")


def test_walls_stay_with_the_filter(tmp_path: Path, listening: int) -> None:
    """The server, its other threads and its garbage collector are as before."""
    _spy(tmp_path, listening)
    assert gc.isenabled()
    assert threading.active_count() == 1
    (tmp_path / "written").write_text("x")
    socket.create_connection(("127.0.0.1", listening)).close()


def test_a_collector_that_was_off_stays_off(tmp_path: Path, listening: int) -> None:
    """The embedding program decides about its garbage collector."""
    gc.disable()
    try:
        _spy(tmp_path, listening)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_filters_of_one_server_have_walls_between_them(tmp_path: Path) -> None:
    """One filter cannot end another, although both belong to the same user."""
    paths = {
        "head": write_program(tmp_path / "head", SHELL + "echo $$; exec sleep 0.5\n"),
        "tail": write_program(tmp_path / "tail", SHELL + 'read pid; kill -TERM "$pid"\n'),
    }
    stages = tuple(Stage((name,), filter=True) for name in paths)
    done = complete(SubprocessExecutor(paths), Job(stages))
    codes = [stage.exit_code for stage in done.stages]
    assert codes == ([0, 1] if "signals" in enclosure().held else [-15, 0])


def test_a_filter_that_is_installed_anywhere_finds_its_libraries(tmp_path: Path) -> None:
    """What lies beside a program's folder ``bin`` is for reading: a Python with its packages, say."""
    for name in ("bin", "lib", "etc"):
        (tmp_path / name).mkdir()
    (tmp_path / "lib" / "words").write_text("library")
    (tmp_path / "etc" / "words").write_text("settings")
    text = SHELL + f"cat {tmp_path}/lib/words {tmp_path}/etc/words 2>/dev/null\nexit 0\n"
    executor = SubprocessExecutor({"jq": write_program(tmp_path / "bin" / "jq", text)})
    if os.getuid() != 0:  # the limit on processes keeps others from starting cat
        text = text.replace("cat", "exec cat")
        write_program(tmp_path / "bin" / "jq", text)
    expected = "library" if "files" in enclosure().held else "librarysettings"
    assert complete(executor, Job((Stage(("jq",), filter=True),))).stdout == expected


def test_the_reach_of_a_script_is_that_of_its_interpreters(tmp_path: Path) -> None:
    """Links and interpreters are followed, to a depth; system folders are named once."""
    (tmp_path / "venv" / "bin").mkdir(parents=True)
    (tmp_path / "real" / "bin").mkdir(parents=True)
    interpreter = write_program(tmp_path / "real" / "bin" / "python", "")
    (tmp_path / "venv" / "bin" / "python").symlink_to(interpreter)
    script = write_program(tmp_path / "venv" / "bin" / "yq", f"#! {tmp_path}/venv/bin/python -IS\n")
    found = reach("/room", script)
    assert {script, interpreter, f"{tmp_path}/venv/lib", f"{tmp_path}/real/lib"} <= {*found.read}
    assert str(tmp_path) not in found.read
    assert len(found.read) == len(set(found.read))
    assert found.listed == ("/room", "/proc")
    assert found.written == ("/dev/null",)


def test_an_interpreter_that_names_itself_ends(tmp_path: Path) -> None:
    """A script that is its own interpreter is found out by the system, not by going round here."""
    path = tmp_path / "loop"
    write_program(path, f"#!{path}\n")
    assert str(path) in reach("/room", str(path)).read


@pytest.mark.parametrize("text", ["", "#!", "#!  \n", "no script"])
def test_a_program_without_interpreter_needs_none(tmp_path: Path, text: str) -> None:
    """Neither do a missing file and a folder."""
    path = write_program(tmp_path / "program", text)
    own = {*reach("/room", path).read} - {*reach("/room").read}
    assert own == {path}
    assert str(tmp_path) in reach("/room", str(tmp_path)).read


def test_walls_that_cannot_be_put_up_start_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A claim that does not hold at the start of a filter is an error, never a filter without walls."""
    if sys.platform != "linux":
        return
    from kubeport.adapters.subprocess_executor.walls import landlock, seccomp

    def refuse(*_: object) -> None:
        raise OSError(7, "Argument list too long")

    marker = tmp_path / "started"
    path = write_program(tmp_path / "jq", SHELL + f"touch {marker}\n")
    monkeypatch.setattr(landlock, "restrict", refuse)
    monkeypatch.setattr(seccomp, "restrict", refuse)
    claimed = Enclosure(landlock=enclosure().landlock, seccomp=True)
    monkeypatch.setattr(starter, "enclosure", lambda: claimed)
    with pytest.raises(ExecutionFailed, match="could not be started: Argument list too long"):
        complete(SubprocessExecutor({"jq": path}), Job((Stage(("jq",), filter=True),)))
    assert not marker.exists()


TEXTS: list[tuple[Enclosure, dict[str, str], dict[str, str]]] = [
    (Enclosure(7, True), {"files": "Landlock 7", "network": "seccomp", "signals": "Landlock 7"}, {}),
    (
        Enclosure(1, True),
        {"files": "Landlock 1", "network": "seccomp"},
        {"signals": "Landlock 1 does not cover them, that of Linux 6.12 does"},
    ),
    (
        Enclosure(5, no_seccomp="because"),
        {"files": "Landlock 5"},
        {
            "network": "no seccomp: because; Landlock 5 holds TCP alone",
            "signals": "Landlock 5 does not cover them, that of Linux 6.12 does",
        },
    ),
    (
        Enclosure(no_landlock="why", no_seccomp="because"),
        {},
        {"files": "no Landlock: why", "network": "no seccomp: because", "signals": "no Landlock: why"},
    ),
]


@pytest.mark.parametrize(("walls", "held", "gaps"), TEXTS, ids=("all", "old", "no seccomp", "none"))
def test_what_is_held_and_what_is_open(walls: Enclosure, held: dict[str, str], gaps: dict[str, str]) -> None:
    """Each of files, network and signals is on one of two lists, with a reason."""
    assert (walls.held, walls.open) == (held, gaps)


def test_without_any_wall_no_thread_is_needed() -> None:
    """The start is then a plain one."""
    assert Enclosure().start(Reach(), threading.current_thread) is threading.current_thread()


PROBES = [
    ("exit 0", "could not be tried"),
    ("kill -SYS $$", "ended with SIGSYS"),
    ("exit 3", "ended with code 3"),
    ('echo \'{"landlock": "why", "seccomp": "why"}\'', "why"),
    ("exec sleep 60", "could not be tried"),
]


@pytest.mark.parametrize(("script", "reason"), PROBES)
def test_a_probe_that_fails_claims_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    script: str,
    reason: str,
) -> None:
    """Killed, broken, stuck or answered no: the reason is kept, and logged where walls are expected."""
    monkeypatch.setattr(sys, "executable", write_program(tmp_path / "python", f"{SHELL}{script}\n"))
    monkeypatch.setattr(probing, "_SECONDS", 0.5)
    monkeypatch.setattr(sys, "platform", "linux")
    found = enclosure.__wrapped__()
    assert found.held == {}
    assert all(reason in why for why in found.open.values())
    assert len(caplog.messages) == 3
    assert "Text utilities can reach files; no Landlock: " in caplog.messages[0]


def test_other_systems_have_no_walls(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """That is no news there: nothing is logged."""
    monkeypatch.setattr(sys, "platform", "darwin")
    assert enclosure.__wrapped__().open["files"] == "no Landlock: this is not Linux"
    assert caplog.messages == []


def test_the_answer_is_found_once() -> None:
    """The executor tells the same as what filters are started with."""
    assert SubprocessExecutor().enclosure() is enclosure()
