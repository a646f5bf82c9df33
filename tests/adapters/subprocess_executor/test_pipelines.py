"""Bytes go from stage to stage and to us: bounded, sieved, and never the server's own."""

import asyncio
import os
import sys
import time

import attrs
import pytest
from tests.adapters.subprocess_executor.fake_programs import (
    CHATTY,
    PYTHON,
    SHELL,
    Make,
    complete,
    job,
    open_descriptors,
)

from kubeport.application.ports import Progress
from kubeport.domain.errors import ExecutionFailed


class Unchanged:
    """A sieve that changes nothing."""

    def feed(self, text: str) -> str:
        """The piece."""
        return text

    def finish(self) -> str:
        """Nothing more."""
        return ""


class Broken(Unchanged):
    """A sieve with a defect."""

    def feed(self, text: str) -> str:
        """Fail."""
        raise ZeroDivisionError


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (CHATTY, 0),
        (PYTHON + "while True: print('line')\n", 0),
        (SHELL + "trap '' PIPE; while echo line; do :; done\n", 0),
        (SHELL + "sh -c 'while :; do echo line; done'; exit $?\n", 0),
        (SHELL + "printf 'line\\nline\\n'; exec 1>&-; sleep 0.1; exit 7\n", 7),
    ],
    ids=["killed by SIGPIPE", "reports it", "ignores it", "a child of it", "another failure"],
)
@pytest.mark.parametrize("sieved", [False, True])
def test_only_the_early_end_of_a_reader_is_forgiven(make: Make, text: str, code: int, sieved: bool) -> None:
    """A stage that could not write any more counts as successful; any other failure does not."""
    work = attrs.evolve(job("head -n 1"), sieve=Unchanged if sieved else None)
    done = complete(make(text), work)
    assert done.stdout == "line\n"
    assert [stage.exit_code for stage in done.stages] == [code, 0]


@pytest.mark.parametrize("filters", [(), ("wc -l",)])
def test_a_broken_sieve_breaks_the_call(make: Make, filters: tuple[str, ...]) -> None:
    """What cannot be redacted is not shown: the defect is raised and the stages are ended."""
    with pytest.raises(ZeroDivisionError):
        complete(make(CHATTY), attrs.evolve(job(*filters), sieve=Broken))


@pytest.mark.parametrize("sieve", [None, Unchanged])
def test_a_slow_reader_makes_the_writer_wait(make: Make, sieve: type[Unchanged] | None) -> None:
    """Every byte arrives behind a sieve and a slow stage, and they are not hoarded on the way."""
    resource = pytest.importorskip("resource")
    lines = 400_000
    text = PYTHON + f"import sys\nfor n in range({lines}): print('%059d' % n)\n"
    slow = PYTHON + "import sys, time\ntime.sleep(0.5); print(len(sys.stdin.buffer.read()))\n"
    executor = make(text, wc=slow)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = complete(executor, attrs.evolve(job("wc -c"), sieve=sieve))
    assert done.stdout == f"{lines * 60}\n"
    unit = 1 if sys.platform == "darwin" else 1024
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 8 * 1024**2


@pytest.mark.parametrize(
    ("text", "filters"),
    [(CHATTY, ()), (SHELL + "while :; do echo line >&2; done\n", ()), (CHATTY, ("grep -c x",))],
    ids=["stdout", "stderr", "before a pipe"],
)
def test_a_stage_that_prints_too_much_is_ended(make: Make, text: str, filters: tuple[str, ...]) -> None:
    """More than ``read_bytes`` ends the pipeline, and the result says so."""
    work = job(*filters, read_bytes=200_000, output_bytes=1000, stderr_bytes=100)
    done = complete(make(text), attrs.evolve(work, sieve=Unchanged))
    assert (done.overflow, done.timed_out) == (True, False)
    assert len(done.stdout) <= 1000
    assert len(done.stages[0].stderr) < 200


def test_much_output_takes_little_memory(make: Make) -> None:
    """64 MiB pass through with less than 8 MiB more of memory."""
    resource = pytest.importorskip("resource")
    size = 64 * 1024**2
    executor = make(SHELL + f"head -c {size} /dev/zero | tr '\\0' x\n")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = complete(executor, job(read_bytes=size, output_bytes=1024**2))
    assert (done.stdout_bytes, done.truncated, done.overflow) == (size, True, False)
    assert done.stdout == "x" * 1024**2
    unit = 1 if sys.platform == "darwin" else 1024
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit < 8 * 1024**2


def test_progress_is_told_while_it_runs(make: Make) -> None:
    """Reports come at their interval with time, bytes and the last line of stderr."""
    text = SHELL + "echo one; echo waiting >&2; sleep 0.3; echo two\n"
    executor, seen = make(text), list[Progress]()

    async def main() -> None:
        await executor.run(job(), seen.append)
        await executor.aclose()

    asyncio.run(main())
    assert len(seen) >= 3
    assert [p.elapsed for p in seen] == sorted({p.elapsed for p in seen})
    assert {(p.stdout_bytes, p.last_stderr) for p in seen[1:-1]} == {(4, "waiting")}


@pytest.mark.parametrize("size", [0, 10, 1_000_000])
def test_a_manifest_of_any_size_is_read(make: Make, size: int) -> None:
    """The text arrives whole, however much a pipe can hold."""
    done = complete(make(SHELL + "exec wc -c\n"), job(stdin="ä" * size))
    assert done.stdout.strip() == str(2 * size)


def test_a_manifest_need_not_be_read(make: Make) -> None:
    """A stage that ends without reading its stdin is no failure."""
    done = complete(make(SHELL + "exit 3\n"), job(stdin="x" * 1_000_000))
    assert (done.stages[0].exit_code, done.timed_out) == (3, False)


def test_the_servers_own_stdin_is_never_read(make: Make) -> None:
    """A child that reads gets the end of the file at once, and our input stays ours."""
    saved = os.dup(0)
    reading, writing = os.pipe()
    os.write(writing, b"protocol")
    os.dup2(reading, 0)
    try:
        done = complete(make(SHELL + "exec cat\n"), job())
        assert os.read(0, 100) == b"protocol"
    finally:
        os.dup2(saved, 0)
        for fd in (saved, reading, writing):
            os.close(fd)
    assert (done.stdout, done.stages[0].exit_code) == ("", 0)


def test_a_hundred_calls_leave_nothing(make: Make) -> None:
    """Sequential calls, piped and failing ones too, leave no descriptor and no process."""
    executor = make(SHELL + "echo line; exit 1\n")

    async def main() -> tuple[int, int]:
        await executor.run(job("cat"))
        before = open_descriptors()
        for _ in range(50):
            await executor.run(job())
            await executor.run(attrs.evolve(job("head -n 1", stdin="x"), sieve=Unchanged))
        after = open_descriptors()
        await executor.aclose()
        return before, after

    before, after = asyncio.run(main())
    assert after == before


def test_parallel_calls_do_not_mix(make: Make) -> None:
    """Twenty calls at once take the time of one, and each gets its own answer."""
    executor = make(SHELL + "sleep 0.3; exec cat\n")

    async def main() -> list[str]:
        answers = await asyncio.gather(*(executor.run(job(stdin=str(n))) for n in range(20)))
        await executor.aclose()
        return [answer.stdout for answer in answers]

    began = time.monotonic()
    assert asyncio.run(main()) == [str(n) for n in range(20)]
    assert time.monotonic() - began < 3


def test_what_cannot_be_started_is_an_error(make: Make) -> None:
    """A program without its interpreter: a clear error, and the other stages do not stay."""
    with pytest.raises(ExecutionFailed, match="kubectl could not be started") as caught:
        complete(make("#!/no/such/interpreter\n"), job("grep x", "sort"))
    assert caught.value.reason == "not_started"


@pytest.mark.parametrize("fails_at", range(1, 7))
def test_without_descriptors_nothing_is_started(
    make: Make, fails_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the system gives no more pipes, those made already are closed again."""
    pipe, made = os.pipe, list[int]()

    def scarce() -> tuple[int, int]:
        made.append(0)
        if len(made) == fails_at:
            raise OSError(24, "Too many open files")
        return pipe()

    async def main() -> None:
        executor = make(CHATTY)
        monkeypatch.setattr(os, "pipe", scarce)
        with pytest.raises(ExecutionFailed, match="Too many open files"):
            await executor.run(attrs.evolve(job("head", stdin="x"), sieve=Unchanged))
        monkeypatch.undo()
        await executor.aclose()

    asyncio.run(main())


def test_the_children_that_run_are_counted(make: Make) -> None:
    """Each stage of a job counts while the job runs, and no longer."""
    executor = make("#!/bin/sh\nsleep 0.3\n", cat="#!/bin/sh\nexec cat\n")
    seen = list[int]()

    async def run() -> None:
        running = asyncio.create_task(executor.run(job("cat")))
        await asyncio.sleep(0.1)
        seen.append(executor.children)
        await running
        seen.append(executor.children)
        await executor.aclose()

    asyncio.run(run())
    assert seen == [2, 0]
