"""Programs that run: what is to run, under which limits, and what came of it."""

from collections.abc import Callable
from typing import Protocol

import attrs


@attrs.frozen
class Stage:
    """One program to run: *argv* starts with its bare name (``kubectl``, ``grep``).

    *filter* marks a text utility: it gets an empty environment and tight resource limits, no
    credentials, and where the system can do so no files and no network.
    """

    argv: tuple[str, ...]
    filter: bool = False


@attrs.frozen
class Limits:
    """What one call may use: *timeout* in seconds for all stages together, bytes kept of stdout
    and, for each stage, of stderr. *read_bytes* is how much a stage may print before it is ended."""

    timeout: float = 30.0
    output_bytes: int = 1024 * 1024
    stderr_bytes: int = 16 * 1024
    read_bytes: int = 64 * 1024 * 1024


class Sieve(Protocol):
    """Rewrites a text that arrives in pieces, such as redaction; made anew for each stream."""

    def feed(self, text: str) -> str:
        """Take the next piece; return what can be passed on already."""
        ...

    def finish(self) -> str:
        """The rest, once no more will come."""
        ...


@attrs.frozen
class Job:
    """A pipeline to run: stdout of each stage is stdin of the next.

    *stdin* is what the first stage reads (nothing, if None: never the server's own). *sieve* makes
    the filter for stdout of the first stage, before any other stage sees it, and for every stderr.
    *kubeconfig* is the file that tools see instead of the server's own. With *in_cluster* they see one that
    leads to the cluster around us by the Pod's own account, as they need it in order to impersonate.
    """

    stages: tuple[Stage, ...]
    limits: Limits = Limits()
    stdin: str | None = None
    sieve: Callable[[], Sieve] | None = None
    kubeconfig: str = ""
    in_cluster: bool = False


@attrs.frozen
class StageOutcome:
    """How one stage ended: *exit_code* (negative: the signal that ended it) and its stderr.

    A stage that was ended by SIGPIPE because a later one had read enough counts as 0.
    """

    argv: tuple[str, ...]
    exit_code: int
    stderr: str = ""


@attrs.frozen
class Completed:
    """What running a job came to; with *timed_out* the stages were ended by us.

    *stdout* is at most ``limits.output_bytes`` of the last stage; *stdout_bytes* is how much it
    printed before it was ended or finished; *overflow* tells that a stage was ended because it
    printed more than ``limits.read_bytes``.
    """

    stages: tuple[StageOutcome, ...]
    stdout: str = ""
    stdout_bytes: int = 0
    truncated: bool = False
    timed_out: bool = False
    overflow: bool = False


@attrs.frozen
class Progress:
    """How far a running job is: seconds since its start, bytes printed, last line of stderr."""

    elapsed: float
    stdout_bytes: int
    last_stderr: str = ""


class Executor(Protocol):
    """Runs programs without a shell."""

    async def run(self, job: Job, progress: Callable[[Progress], None] | None = None) -> Completed:
        """Run *job* to its end, its time limit or its cancellation; no child outlives the call.

        Raises:
            ToolNotFound: the program of a stage is not on this machine.
            ExecutionFailed: a program could not be started.
        """
        ...

    async def aclose(self) -> None:
        """End whatever still runs and give back what is held; may be called twice."""
        ...
