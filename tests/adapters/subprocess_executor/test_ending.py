"""What the executor starts ends, whatever happens, and leaves nothing behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.adapters.subprocess_executor.fake_programs import (
    CHATTY,
    PARENT,
    PYTHON,
    SHELL,
    SLEEPY,
    STUBBORN,
    Make,
    complete,
    job,
    leftovers,
    write_program,
)

from kubeport.application.ports import Completed, Progress

Run = Callable[[], Coroutine[Any, Any, Completed]]


@pytest.mark.parametrize(
    ("text", "code"), [(SLEEPY, -signal.SIGTERM), (STUBBORN, -signal.SIGKILL), (PARENT, -15)]
)
def test_the_time_limit_ends_a_stage(make: Make, text: str, code: int) -> None:
    """A stage that outlives its time is ended, killed if need be; its output so far is kept."""
    began = time.monotonic()
    done = complete(make(text), job(timeout=0.4))
    assert (done.timed_out, done.stdout, done.stages[0].exit_code) == (True, "begun\n", code)
    assert time.monotonic() - began < 1.5


def test_the_time_limit_ends_every_stage(make: Make) -> None:
    """One limit for the whole pipeline: stages that wait for one another all end."""
    done = complete(make(SLEEPY), job("grep begun", "sort", timeout=0.4))
    assert done.timed_out
    assert done.stages[0].exit_code == -signal.SIGTERM


async def _cancel_task(run: Run) -> None:
    task = asyncio.ensure_future(run())
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _cancel_task_twice(run: Run) -> None:
    task = asyncio.ensure_future(run())
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def _asyncio_timeout(run: Run) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await run()


async def _anyio_timeout(run: Run) -> None:
    with anyio.move_on_after(0.3) as scope:
        await run()
    assert scope.cancelled_caught


async def _anyio_group(run: Run) -> None:
    async with anyio.create_task_group() as group:
        group.start_soon(run)
        await anyio.sleep(0.3)
        group.cancel_scope.cancel()


CANCELLATIONS = [_cancel_task, _cancel_task_twice, _asyncio_timeout, _anyio_timeout, _anyio_group]


@pytest.mark.parametrize("cancel", CANCELLATIONS)
@pytest.mark.parametrize("text", [SLEEPY, PARENT, CHATTY])
def test_cancellation_ends_all_within_a_fifth_of_a_second(
    make: Make, cancel: Callable[..., Awaitable[None]], text: str, tmp_path: Path
) -> None:
    """Whoever cancels, in whichever way, gets control back after the processes are gone."""
    executor = make(text)

    async def main() -> float:
        began = time.monotonic()
        await cancel(lambda: executor.run(job("grep -c x")))
        took = time.monotonic() - began
        assert leftovers(tmp_path) == []
        await executor.aclose()
        return took

    assert asyncio.run(main()) < 0.3 + 0.2


@pytest.mark.parametrize("cancel", CANCELLATIONS)
def test_cancellation_kills_what_ignores_it(
    make: Make, cancel: Callable[..., Awaitable[None]], tmp_path: Path
) -> None:
    """A stage that ignores SIGTERM is killed after the grace, and nobody spins in the meantime."""
    executor = make(STUBBORN)

    async def main() -> tuple[float, float]:
        began, busy = time.monotonic(), time.process_time()
        await cancel(lambda: executor.run(job()))
        took, used = time.monotonic() - began, time.process_time() - busy
        assert leftovers(tmp_path) == []
        await executor.aclose()
        return took, used

    took, used = asyncio.run(main())
    assert 0.5 < took < 1.2
    assert used < 0.2


def test_the_end_of_the_loop_ends_the_stages(make: Make) -> None:
    """A task that is still running when the program's main task returns leaves no process."""
    executor = make(SLEEPY)

    async def main() -> asyncio.Future[Completed]:
        task = asyncio.ensure_future(executor.run(job()))
        await asyncio.sleep(0.2)
        return task

    task = asyncio.run(main())
    assert task.cancelled()
    asyncio.run(executor.aclose())


def test_the_end_of_the_interpreter_ends_the_stages(tmp_path: Path) -> None:
    """A loop that is dropped in the middle of a call leaves neither process nor folder."""
    path = write_program(tmp_path / "kubectl", STUBBORN)
    program = f"""
import asyncio, sys
sys.path[:0] = {sys.path!r}
from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.application.ports import Job, Stage
executor = SubprocessExecutor({{"kubectl": {path!r}}})
loop = asyncio.new_event_loop()
task = loop.create_task(executor.run(Job((Stage(("kubectl",)),))))
loop.call_later(0.3, loop.stop)
loop.run_forever()
"""
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], env=environment, timeout=10, check=True)
    assert leftovers(tmp_path) == []
    assert [path.name for path in tmp_path.iterdir()] == ["kubectl"]


def test_closing_ends_what_runs(make: Make) -> None:
    """Calls in progress fail with a clear error when the executor is closed, later ones at once."""
    executor = make(SLEEPY)

    async def main() -> list[BaseException]:
        running = [asyncio.ensure_future(executor.run(job())) for _ in range(3)]
        await asyncio.sleep(0.2)
        await executor.aclose()
        late = executor.run(job())
        answers = await asyncio.gather(*running, late, return_exceptions=True)
        return [answer for answer in answers if isinstance(answer, BaseException)]

    errors = asyncio.run(main())
    assert [getattr(error, "reason", None) for error in errors] == ["closed"] * 4


def test_a_process_left_behind_is_killed(make: Make) -> None:
    """A stage that ends and leaves a process with its stdout open ends the call nevertheless."""
    began = time.monotonic()
    done = complete(make(SHELL + "sleep 60 & echo done\n"), job())
    assert (done.stdout, done.stages[0].exit_code, done.timed_out) == ("done\n", 0, False)
    assert time.monotonic() - began < 1


def test_a_process_that_left_its_session_does_not_hold_the_call(make: Make) -> None:
    """Even one that cannot be found any more delays the answer by no more than the grace."""
    text = PYTHON + (
        "import os, time\n"
        "pid = os.fork()\n"
        "if pid: print(pid, flush=True); time.sleep(0.2); os._exit(0)\n"
        "os.setsid(); time.sleep(60)\n"
    )
    began = time.monotonic()
    done = complete(make(text), job())
    assert time.monotonic() - began < 1.5
    os.kill(int(done.stdout), signal.SIGKILL)
    assert done.stages[0].exit_code == 0


def test_a_killed_stage_in_the_middle_gives_a_true_result(make: Make) -> None:
    """Its neighbours end by themselves; the outcome says that it was killed, and nothing else."""
    middle = SHELL + "echo $$ >&2; exec sleep 60\n"
    executor = make(CHATTY, grep=middle)

    def kill(progress: Progress) -> None:
        if progress.last_stderr:
            os.kill(int(progress.last_stderr), signal.SIGKILL)

    async def main() -> Completed:
        done = await executor.run(job("grep x", "wc -l"), kill)
        await executor.aclose()
        return done

    done = asyncio.run(main())
    assert [stage.exit_code for stage in done.stages] == [0, -signal.SIGKILL, 0]
    assert (done.stdout.strip(), done.timed_out) == ("0", False)
