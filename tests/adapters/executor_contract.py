"""What every Executor must do, whether it starts processes or plays them."""

import asyncio
from collections.abc import Callable

import pytest

from kubeport.application.ports import Completed, Executor, Job, Limits, Progress, Sieve, Stage
from kubeport.domain.errors import ToolNotFound

VERSION = Stage(("kubectl", "version", "--client=true"))
MISSING = Stage(("kubectl", "get", "--namespace=default", "pods", "no-such-pod"))
ENDLESS = Stage(("kubectl", "wait", "--namespace=default", "pod/endless"))
CREATE = Stage(("kubectl", "create", "--namespace=default", "--filename=-"))
MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: sent\ndata:\n  a: b\n"


class Hiding:
    """A sieve that hides the word Client, also where it arrives in pieces."""

    def __init__(self) -> None:
        self._text = ""

    def feed(self, text: str) -> str:
        """Wait: the word may be cut."""
        self._text += text
        return ""

    def finish(self) -> str:
        """Everything, without the word."""
        return self._text.replace("Client", "<hidden>")


class ExecutorContract:
    """Subclass it and say in ``executor`` how to make one that knows kubectl and a cluster."""

    def executor(self) -> Executor:
        """A fresh executor; its cluster has a namespace ``default`` and no pod ``no-such-pod``."""
        raise NotImplementedError

    def endless_executor(self) -> Executor:
        """A fresh executor whose ``kubectl wait`` says "waiting" on stderr and never ends."""
        raise NotImplementedError

    def complete(
        self,
        *stages: Stage,
        limits: Limits | None = None,
        stdin: str | None = None,
        sieve: Callable[[], Sieve] | None = None,
    ) -> Completed:
        """Run one job on a fresh executor, which is closed afterwards."""

        async def run() -> Completed:
            executor = self.executor()
            try:
                return await executor.run(Job(stages, limits or Limits(), stdin, sieve))
            finally:
                await executor.aclose()

        return asyncio.run(run())

    def test_a_success_has_output_and_no_error(self) -> None:
        """A program that succeeds gives its stdout, exit code 0 and an empty stderr."""
        done = self.complete(VERSION)
        assert "Client Version" in done.stdout
        assert done.stdout_bytes == len(done.stdout.encode())
        assert [(s.argv, s.exit_code, s.stderr) for s in done.stages] == [(VERSION.argv, 0, "")]
        assert not (done.truncated or done.timed_out or done.overflow)

    def test_a_failure_is_told_by_code_and_stderr(self) -> None:
        """An object that does not exist: no stdout, a code above 0, and what kubectl says."""
        done = self.complete(MISSING)
        assert done.stdout == ""
        assert done.stages[0].exit_code > 0
        assert "not found" in done.stages[0].stderr

    def test_a_pipe_feeds_the_next_stage(self) -> None:
        """``grep -c`` counts the lines of the stage before it; only its answer is the output."""
        count = Stage(("grep", "-c", "Client Version"), filter=True)
        done = self.complete(VERSION, count)
        assert (done.stdout, done.stdout_bytes) == ("1\n", 2)
        assert [s.argv for s in done.stages] == [VERSION.argv, count.argv]
        assert [s.exit_code for s in done.stages] == [0, 0]

    def test_every_stage_keeps_its_own_code(self) -> None:
        """A grep that finds nothing ends with 1, and the stage before it with 0."""
        done = self.complete(VERSION, Stage(("grep", "no such line"), filter=True))
        assert [s.exit_code for s in done.stages] == [0, 1]

    def test_a_failing_first_stage_is_not_hidden_by_the_next(self) -> None:
        """What went wrong before a pipe is still there when the last stage succeeds."""
        done = self.complete(MISSING, Stage(("wc", "-l"), filter=True))
        assert done.stages[0].exit_code > 0
        assert "not found" in done.stages[0].stderr
        assert (done.stages[1].exit_code, done.stdout.strip()) == (0, "0")

    def test_a_reader_that_stops_early_is_no_failure(self) -> None:
        """``head`` closes the pipe after its line: all stages count as successful."""
        done = self.complete(VERSION, Stage(("head", "-n", "1"), filter=True))
        assert done.stdout.count("\n") == 1
        assert [s.exit_code for s in done.stages] == [0, 0]

    def test_the_first_stage_reads_the_manifest(self) -> None:
        """The text of ``stdin`` is what ``--filename=-`` reads."""
        done = self.complete(CREATE, stdin=MANIFEST)
        assert (done.stdout, done.stages[0].exit_code) == ("configmap/sent created\n", 0)

    def test_without_a_manifest_nothing_is_read(self) -> None:
        """``--filename=-`` finds an empty stdin, never the server's own, and fails."""
        done = self.complete(CREATE)
        assert done.stages[0].exit_code > 0
        assert "no objects passed to create" in done.stages[0].stderr

    @pytest.mark.parametrize("size", [0, 1, 5])
    def test_output_is_cut_at_its_limit(self, size: int) -> None:
        """Only so many bytes are kept; the size of the whole and the cut are told."""
        whole = self.complete(VERSION).stdout
        done = self.complete(VERSION, limits=Limits(output_bytes=size))
        assert done.stdout == whole[:size]
        assert (done.truncated, done.stdout_bytes) == (True, len(whole.encode()))
        assert done.stages[0].exit_code == 0

    def test_output_of_just_the_limit_is_not_cut(self) -> None:
        """A limit as large as the output changes nothing."""
        whole = self.complete(VERSION)
        assert self.complete(VERSION, limits=Limits(output_bytes=whole.stdout_bytes)) == whole

    def test_the_sieve_changes_what_is_shown(self) -> None:
        """Output of a lone stage passes the sieve."""
        done = self.complete(VERSION, sieve=Hiding)
        assert "<hidden> Version" in done.stdout
        assert "Client" not in done.stdout

    def test_the_sieve_comes_before_the_pipe(self) -> None:
        """What the sieve hides cannot be found by a later stage."""
        done = self.complete(VERSION, Stage(("grep", "-c", "Client"), filter=True), sieve=Hiding)
        assert (done.stdout, done.stages[1].exit_code) == ("0\n", 1)

    @pytest.mark.parametrize(
        "stages",
        [
            (Stage(("no-such-tool", "get")),),
            (VERSION, Stage(("no-such-filter",), filter=True)),
            (Stage(("/bin/sh", "-c", "true")),),
        ],
        ids=["tool", "filter", "path"],
    )
    def test_an_absent_program_is_not_found(self, stages: tuple[Stage, ...]) -> None:
        """A program that is not there is an error before anything runs."""
        with pytest.raises(ToolNotFound):
            self.complete(*stages)

    def test_closing_twice_is_fine(self) -> None:
        """``aclose`` may be called again, and before anything ran."""

        async def close() -> Executor:
            executor = self.executor()
            await executor.aclose()
            await executor.aclose()
            return executor

        assert asyncio.run(close()) is not None

    def test_the_time_limit_ends_a_job(self) -> None:
        """It is told, with what the stage said until then, and no exception is raised."""

        async def run() -> Completed:
            executor = self.endless_executor()
            try:
                return await executor.run(Job((ENDLESS,), Limits(timeout=1.0)))
            finally:
                await executor.aclose()

        done = asyncio.run(run())
        assert done.timed_out and done.stages[0].exit_code != 0
        assert "waiting" in done.stages[0].stderr

    def test_a_cancelled_job_ends_at_once(self) -> None:
        """The cancellation comes out, and the executor can be used again."""

        async def run() -> Completed:
            executor = self.endless_executor()
            try:
                task = asyncio.create_task(executor.run(Job((ENDLESS,), Limits(timeout=60))))
                await asyncio.sleep(0.3)
                task.cancel()
                async with asyncio.timeout(2):
                    with pytest.raises(asyncio.CancelledError):
                        await task
                return await executor.run(Job((VERSION,)))
            finally:
                await executor.aclose()

        assert asyncio.run(run()).stages[0].exit_code == 0

    def test_progress_is_told_while_a_job_runs(self) -> None:
        """Seconds that grow, and the last line of stderr."""
        told = list[Progress]()

        async def run() -> None:
            executor = self.endless_executor()
            try:
                await executor.run(Job((ENDLESS,), Limits(timeout=1.5)), told.append)
            finally:
                await executor.aclose()

        asyncio.run(run())
        assert told and told[-1].last_stderr == "waiting"
        elapsed = [step.elapsed for step in told]
        assert elapsed == sorted(elapsed) and 0 < elapsed[0] <= 1.6

    def test_jobs_run_side_by_side(self) -> None:
        """A slow job does not hold up another, and their outputs do not mix."""

        async def run() -> list[Completed]:
            executor = self.endless_executor()
            try:
                slow = asyncio.create_task(executor.run(Job((ENDLESS,), Limits(timeout=60))))
                quick = [executor.run(Job((VERSION,))) for _ in range(5)]
                done = await asyncio.wait_for(asyncio.gather(*quick), 20)
                slow.cancel()
                await asyncio.gather(slow, return_exceptions=True)
                return done
            finally:
                await executor.aclose()

        assert len({one.stdout for one in asyncio.run(run())}) == 1

    def test_stderr_passes_the_sieve(self) -> None:
        """What must not be shown is not shown in an error either."""

        class Pods(Hiding):
            """A sieve that hides the name of the pod."""

            def finish(self) -> str:
                """Everything, without the name."""
                return super().finish().replace("no-such-pod", "<hidden>")

        done = self.complete(MISSING, sieve=Pods)
        assert "<hidden>" in done.stages[0].stderr and "no-such-pod" not in done.stages[0].stderr
