"""The executor that starts real processes."""

import asyncio
import os
import weakref
from collections.abc import Callable, Mapping

import attrs

from ...application.ports import Completed, Job, Progress
from ...domain.errors import TOOLS, ExecutionFailed
from ..loading_rules import SERVICE_ACCOUNT
from .enclosure import Enclosure
from .flow import strainers_for
from .own_account import OwnAccount
from .probing import enclosure
from .programs import Programs
from .run import Pace, Run
from .starter import Starter


@attrs.define(eq=False)
class SubprocessExecutor:
    """Runs pipelines of real programs; there is no shell.

    *paths* are absolute paths of programs by name, others are looked up on PATH; *environment*
    names further variables of the server that the tools inherit; *tools* are the programs that may
    run with credentials; *grace* are the seconds between SIGTERM and SIGKILL, *interval* those
    between two progress reports; *service_account* is the folder of our Pod's own account.
    """

    paths: Mapping[str, str] = attrs.field(factory=dict[str, str])
    environment: tuple[str, ...] = ()
    tools: tuple[str, ...] = TOOLS
    grace: float = 1.0
    interval: float = 0.5
    service_account: str = SERVICE_ACCOUNT
    _starter: Starter = attrs.field(init=False)
    _running: set[Run] = attrs.field(factory=set[Run], init=False)
    _closed: bool = attrs.field(default=False, init=False)

    def __attrs_post_init__(self) -> None:
        account = OwnAccount(self.service_account)
        self._starter = Starter(Programs(self.paths, self.tools), self.environment, own_account=account)
        weakref.finalize(self, _abandon, os.getpid(), self._running, self._starter)

    @property
    def children(self) -> int:
        """How many stages run now."""
        return sum(run.living for run in self._running)

    def program(self, name: str) -> str:
        """The absolute path of the tool or text utility *name*.

        Raises:
            ToolNotFound: it is not on this machine.
            ExecutionFailed: everybody may replace it.
        """
        return self._starter.programs.find(name)

    def enclosure(self) -> Enclosure:
        """What keeps text utilities from files and network on this machine."""
        return enclosure()

    async def run(self, job: Job, progress: Callable[[Progress], None] | None = None) -> Completed:
        """Run *job*; see ``Executor``."""
        if self._closed:
            raise ExecutionFailed("The server is shutting down.", reason="closed")
        strainers = strainers_for(job)
        children, pipes = self._starter.start(job)
        run = Run(job, strainers, children, pipes, Pace(self.grace, self.interval))
        self._running.add(run)
        try:
            return await run.complete(progress)
        finally:
            self._running.discard(run)

    async def aclose(self) -> None:
        """End what still runs, wait for it, and run nothing more."""
        self._closed = True
        await asyncio.gather(*(run.abort() for run in self._running))
        self._starter.room.clear()
        self._starter.own_account.clear()


def _abandon(owner: int, running: set[Run], starter: Starter) -> None:
    # a process forked from ours inherits this duty, and must not end what is not its own
    if os.getpid() == owner:
        for run in tuple(running):
            run.destroy()
        starter.room.clear()
        starter.own_account.clear()
