"""Text utilities run within limits, and end there with a clear word."""

import resource
import shutil
import sys
from pathlib import Path

import pytest
from tests.adapters.subprocess_executor.fake_programs import (
    PYTHON,
    SHELL,
    Report,
    complete,
    job,
    write_program,
)
from tests.enabling import enabled_or_skip

from kubeport.adapters.subprocess_executor import SubprocessExecutor, confinement, starter
from kubeport.adapters.subprocess_executor.confinement import limit_note
from kubeport.adapters.subprocess_executor.enclosure import Enclosure
from kubeport.application.ports import Job, Limits, Stage

LAUNCHERS = ["prlimit", "python"]


@pytest.fixture(params=LAUNCHERS)
def _launcher(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each way to set limits that this machine has."""
    if request.param == "python":
        monkeypatch.setattr(confinement, "prlimit", lambda: None)
    elif confinement.prlimit() is None:
        enabled_or_skip("There is no prlimit(1) here.", "apt-get install util-linux")


MIB = 1024**2


@pytest.mark.usefixtures("_launcher")
@pytest.mark.parametrize(
    ("name", "changed"), [("jq", {}), ("sort", {}), ("yq", {"AS": 1024 * MIB, "NPROC": None})]
)
def test_a_filter_has_limits(report: Report, name: str, changed: dict[str, int | None]) -> None:
    """CPU time, memory, files and processes are limited before the filter's first instruction."""
    expected = {"CPU": 10, "AS": 512 * MIB, "FSIZE": 0, "NOFILE": 64, "NPROC": 0, "CORE": 0}
    if sys.platform == "darwin":
        expected.pop("AS")
    seen = report(Stage((name, "word"), filter=True))
    for limit, value in {**expected, **changed}.items():
        own = resource.getrlimit(getattr(resource, f"RLIMIT_{limit}"))
        soft = seen["limits"][limit][0]
        assert soft == (own[0] if value is None else value)
    assert seen["argv"][1:] == (["-S", "256M", "word"] if name == "sort" else ["word"])


def test_a_tool_has_the_servers_limits(report: Report) -> None:
    """kubectl and the others are not limited beyond the server itself."""
    seen = report(Stage(("kubectl",)))["limits"]
    assert tuple(seen["NOFILE"]) == resource.getrlimit(resource.RLIMIT_NOFILE)
    assert tuple(seen["AS"]) == resource.getrlimit(resource.RLIMIT_AS)


@pytest.mark.usefixtures("_launcher")
def test_a_filter_cannot_write_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even without walls a write to a file ends the filter, and stderr says why."""
    monkeypatch.setattr(starter, "enclosure", Enclosure)
    target = tmp_path / "written"
    text = SHELL + f"echo x > {target}\nexec kill -XFSZ $$\n"
    path = write_program(tmp_path / "grep", text)
    done = complete(SubprocessExecutor({"grep": path}), Job((Stage(("grep",), filter=True),)))
    assert target.read_text() == ""
    assert "grep: ended by SIGXFSZ; the limits of a filter are" in done.stages[0].stderr


@pytest.mark.usefixtures("_launcher")
def test_an_endless_filter_uses_up_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that computes for ever is ended by its CPU limit, and stderr says so."""
    short = tuple(
        confinement.Limit("cpu", 1, "test", margin=1) if limit.name == "cpu" else limit
        for limit in confinement.LIMITS
    )
    monkeypatch.setattr(confinement, "LIMITS", short)
    kubectl = write_program(tmp_path / "kubectl", SHELL + "echo line\n")
    grep = write_program(tmp_path / "grep", SHELL + "while :; do :; done\n")
    executor = SubprocessExecutor({"kubectl": kubectl, "grep": grep})
    done = complete(executor, job("grep x"))
    assert (done.timed_out, done.stages[1].exit_code) == (False, -24)
    assert done.stages[1].stderr.startswith("grep: ended by SIGXCPU; the limits of a filter are")


EXHAUSTING = [
    ("gawk", "--sandbox", 'BEGIN{while(1)print "x"}'),
    ("gawk", "--sandbox", 'BEGIN{x="a"; while(1)x=x x}'),
    ("gawk", "--sandbox", "{a[NR]=$0; for(;;);}"),
    ("sed", "--sandbox", ":a;s/^/x/;ta"),
    ("sed", "--sandbox", ":a;s/$/&xxxxxxxxxxxxxxxx/;s/.*/&&/;ba"),
    ("jq", "-R", "[limit(1e9;repeat(1))]"),
    ("jq", "-R", '"a"*1e9|.+.|.+.'),
    ("jq", "-R", "until(false;.)"),
    ("jq", "-R", '("a"*60+"b")|test("^(a+)+$")'),
    ("jq", "-R", "[range(20)]|[.,.,.,.,.,.,.,.]|combinations"),
    ("grep", "-P", "(x+x+)+y"),
]


@pytest.mark.parametrize("words", EXHAUSTING, ids=lambda words: " ".join(words))
def test_exhausting_filters_end(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Endless loops, output and memory end within the limits, and cost this process no memory."""
    if shutil.which(words[0]) is None:
        enabled_or_skip(f"There is no {words[0]} here.", f"apt-get install {words[0]}")
    kubectl = write_program(tmp_path / "kubectl", SHELL + "echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n")
    stages = (Stage(("kubectl",)), Stage(words, filter=True))
    limits = Limits(timeout=1.5, output_bytes=10_000, read_bytes=8 * MIB)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = complete(SubprocessExecutor({"kubectl": kubectl}), Job(stages, limits))
    assert done.timed_out or done.overflow or done.stages[1].exit_code != 0
    unit = 1 if sys.platform == "darwin" else 1024
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 8 * MIB


def test_sort_sorts_in_memory(tmp_path: Path) -> None:
    """Several MiB are sorted although a filter may write no temporary file."""
    text = PYTHON + "for n in range(100_000): print('%059d' % (n * 7919 % 100_000))\n"
    kubectl = write_program(tmp_path / "kubectl", text)
    done = complete(SubprocessExecutor({"kubectl": kubectl}), job("sort", "tail -n 1"))
    assert [stage.exit_code for stage in done.stages] == [0, 0, 0]
    assert done.stdout == f"{99_999:059d}\n"


def test_filters_call_themselves_by_their_names(tmp_path: Path) -> None:
    """The path that a utility was started with is not in its messages."""
    kubectl = write_program(tmp_path / "kubectl", SHELL)
    done = complete(SubprocessExecutor({"kubectl": kubectl}), job("sed nonsense"))
    assert done.stages[1].stderr.startswith("sed: ")


@pytest.mark.parametrize(
    ("code", "stderr", "cause"),
    [
        (-24, "", "SIGXCPU"),
        (-25, "", "SIGXFSZ"),
        (-6, "", "SIGABRT"),
        (-11, "", "SIGSEGV"),
        (1, "sed: memory exhausted", "lack of memory"),
        (2, "gawk: Cannot allocate memory", "lack of memory"),
        (0, "memory exhausted", ""),
        (1, "no match", ""),
        (-9, "", ""),
        (-15, "", ""),
        (-13, "", ""),
    ],
)
def test_the_note_tells_which_limit(code: int, stderr: str, cause: str) -> None:
    """Signals of limits and messages about memory are explained, everything else is left alone."""
    note = limit_note("jq", code, stderr)
    assert note.startswith(f"jq: ended by {cause}; the limits") if cause else note == ""
