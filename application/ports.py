"""What the use cases need from outside, in their own words.

A port belongs to whoever calls it. Adapters and embedders implement these Protocols without
inheriting; the fakes are held to the same contract tests as the real ones.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

import attrs

from ..domain.approval import Answer, Question
from ..domain.context import Kubeconfig
from ..domain.manifest import ManifestObject


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


class KubeconfigReader(Protocol):
    """Knows the contexts."""

    def read(self) -> Kubeconfig:
        """The contexts as they are now; empty where there is no kubeconfig.

        Raises:
            ExecutionFailed: a file exists and cannot be read; the message names file and line,
                never a content.
        """
        ...


class ChartRepositories(Protocol):
    """Knows the chart repositories that helm is configured with."""

    def names(self) -> tuple[str, ...]:
        """The aliases, such as ``bitnami``; empty where helm has none.

        Raises:
            ExecutionFailed: helm's file exists and cannot be read.
        """
        ...


class ManifestReader(Protocol):
    """Reads what a manifest is about."""

    def read(self, text: str) -> tuple[ManifestObject, ...]:
        """The objects of all documents, those inside Lists included.

        Raises:
            CommandError: not YAML or JSON, or an object without kind; names the line.
        """
        ...


class Clock(Protocol):
    """Tells time."""

    def monotonic(self) -> float:
        """Seconds that never go back, from an arbitrary start."""
        ...

    def now(self) -> float:
        """Seconds since the epoch, UTC."""
        ...


class OutputStore(Protocol):
    """Keeps what did not fit an answer, for a while and up to a size.

    Where room is wanted, the oldest of the owner who has most goes first: nobody pushes out others.
    """

    async def put(self, text: str, owner: str) -> str:
        """Keep *text* for *owner*; returns a handle that cannot be guessed."""
        ...

    async def get(self, handle: str, owner: str) -> str | None:
        """The text behind *handle*; None where there is none, any more, or for another owner."""
        ...


@attrs.frozen
class WatchPlace:
    """What one watch covers: all objects of a *kind* in a *namespace* of a *context*.

    *kind* is spelled as in ``ResourceUri``: the plural with its group (``deployments.apps``), or
    ``releases`` for Helm releases. An empty *namespace* means a cluster-wide kind, or every namespace.
    With a *user* the cluster is asked in the name of that user and its *groups* (impersonation), so
    that its RBAC answers for that user instead of for the server's own credentials. With a *kubeconfig* it
    is reached by that file alone. ``Identities.place`` fills these in.
    """

    context: str
    namespace: str
    kind: str
    user: str = ""
    groups: tuple[str, ...] = ()
    kubeconfig: str = ""


@attrs.frozen
class Change:
    """One object came (*new*), changed or went (*gone*); the object itself is not told, so that no data
    leaks. Without a *name*, anything at the place may have come, changed or gone: something was missed."""

    namespace: str
    name: str
    gone: bool = False
    new: bool = False

    @property
    def anything(self) -> bool:
        """Whether it stands for whatever there is at the place."""
        return not self.name


class Watch(Protocol):
    """A watch that runs."""

    async def stop(self) -> None:
        """End it and give back what it holds; may be called twice."""
        ...


class Watcher(Protocol):
    """Tells what changes in a cluster."""

    async def watch(self, place: WatchPlace, changed: Callable[[Change], None]) -> Watch:
        """Begin to tell every change at *place*; returns once none can be missed any more.

        What exists at the start is not told. After an expiry or a loss of the API server it goes on
        by itself, tells what changed meanwhile, and tells nothing twice. One that cannot know what it has
        missed tells, once, that anything may have changed (see ``Change``).

        Raises:
            ContextNotFound: no such context.
            AuthenticationFailed: the cluster does not know us.
            ExecutionFailed: no such kind, not permitted, or not reachable now.
        """
        ...

    async def aclose(self) -> None:
        """End all watches; may be called twice."""
        ...


class RateLimits(Protocol):
    """Token buckets, each by a key: full at first, refilled steadily, one token taken a call."""

    async def take(self, key: str, per_second: float, burst: int) -> float:
        """Take a token out of the bucket *key*, which holds at most *burst*; 0.0 if there was one.

        Otherwise nothing is taken, and the answer is the seconds after which there will be one.
        """
        ...


class Approver(Protocol):
    """Asks a person whether a call may run."""

    async def ask(self, question: Question) -> Answer:
        """What came of asking; what is approved is this question's digest, and that once.

        ``PENDING`` says that somebody has been asked and this call need not wait: the same call, made
        again, gets the answer. A cancellation, as when the time for an answer is over, withdraws it.
        """
        ...


class Once(Protocol):
    """Remembers what has been used, so that it is used once."""

    async def take(self, name: str, seconds: float) -> bool:
        """Whether *name* was free; it is taken now, for *seconds*. Of many who ask at once, one gets True.

        Where nothing more can be remembered the answer is False.
        """
        ...


@attrs.frozen
class CallFacts:
    """What is counted of one call; every text is one of few, so that none makes a series of its own.

    *verb* is a command path of the tool's grammar (``rollout restart``), empty where none was
    understood; *code* is that of the error, empty for a success; times are in seconds; *approval* is the
    answer of a person, empty where none was asked.
    """

    tool: str
    verb: str
    effect: str
    allowed: bool
    code: str
    duration: float
    queue_time: float
    output_bytes: int
    redactions: int
    approval: str = ""


class Telemetry(Protocol):
    """Counts calls and traces their steps."""

    def called(self, facts: CallFacts) -> None:
        """Count one call that has ended, refused ones too."""
        ...

    def span(self, name: str, **attributes: str) -> AbstractContextManager[object]:
        """A step of the call that runs; what the steps within open are its children."""
        ...


class AuditSink(Protocol):
    """Keeps one record for each call, refused ones too."""

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Append *entry*, whose values are JSON values and already redacted.

        It is kept when this returns, and even where the one who waits is cancelled. One that is
        *durable* should outlive a loss of power.

        Raises:
            ExecutionFailed: it could not be kept.
        """
        ...

    async def check(self) -> None:
        """Whether records can be kept now.

        Raises:
            ExecutionFailed: they cannot; the message says why.
        """
        ...

    async def aclose(self) -> None:
        """Keep what is under way and give back what is held; may be called twice."""
        ...
