"""From a job to its running processes: programs found, pipes laid, stages started, or nothing."""

import os
from collections.abc import Mapping

import attrs

from ...application.ports import Job, Stage
from ...domain.errors import ExecutionFailed
from ..loading_rules import with_kubeconfig
from .children import Child, Start, start
from .confinement import confined
from .environment import LOCALE, tool_environment
from .own_account import OwnAccount
from .plumbing import Plumbing, lay_pipes
from .probing import enclosure
from .programs import Programs
from .reach import reach
from .room import Room


@attrs.define(eq=False)
class Starter:
    """Starts jobs; *environment* names variables that tools inherit beside the usual ones."""

    programs: Programs
    environment: tuple[str, ...]
    room: Room = attrs.field(factory=Room)
    own_account: OwnAccount = attrs.field(factory=OwnAccount)

    def start(self, job: Job) -> tuple[tuple[Child, ...], Plumbing]:
        """Start every stage of *job*; the pipes' ends that are left open are ours.

        Raises:
            ToolNotFound: a program is not on this machine.
            ExecutionFailed: something cannot be started; nothing runs then.
        """
        plans = self._plans(job)
        pipes = _pipes_for(job)
        try:
            return _spawn(plans, pipes), pipes
        except BaseException:
            pipes.close_ours()
            raise
        finally:
            pipes.close_theirs()

    def _plans(self, job: Job) -> list[Start]:
        tool = with_kubeconfig(tool_environment(os.environ, self.environment), self._kubeconfig(job))
        folder = self.room.enter()
        return [self._plan(stage, tool, folder) for stage in job.stages]

    def _kubeconfig(self, job: Job) -> str:
        return self.own_account.path() if job.in_cluster else job.kubeconfig

    def _plan(self, stage: Stage, tool: Mapping[str, str], folder: str) -> Start:
        program = self.programs.of(stage)
        if not stage.filter:
            return Start(program, stage.argv, tool, folder)
        argv = confined(stage.argv[0], program, stage.argv[1:])
        return Start(argv[0], argv, LOCALE, folder, enclosure(), reach(folder, argv[0], program))


def _pipes_for(job: Job) -> Plumbing:
    try:
        return lay_pipes(job)
    except OSError as error:
        raise ExecutionFailed(f"No pipe could be made: {error.strerror}.", reason="not_started") from error


def _spawn(plans: list[Start], pipes: Plumbing) -> tuple[Child, ...]:
    """Start the last stage first: a tool never acts before its readers are there."""
    children = list[Child]()
    try:
        for plan, ends in reversed([*zip(plans, pipes.stages, strict=True)]):
            children.append(start(plan, ends))
    except BaseException:
        for child in children:
            child.destroy()
        raise
    return tuple(reversed(children))
