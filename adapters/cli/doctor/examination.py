"""Everything is asked at once, each with a bound in time; what is found is told in order, as it comes."""

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterable, Sequence

from ....application.kubeport import Kubeport
from ....application.probing import Probe
from ..arguments import EXIT_FAILED
from ..terminal import print_json, progress_line, styled
from . import standing
from .clusters import Asking, Cluster, contexts
from .finding import Finding
from .machine import Machine, Program, plugins, tool, utilities
from .skew import of_argocd, of_helm

_STYLES = {"ok": "good", "missing": "dim", "warning": "doubt", "problem": "bad"}
_SECONDS = 5.0
_GLANCE = 0.25
Task = asyncio.Task[Sequence[Finding]]


async def doctor(kubeport: Kubeport, machine: Machine, arguments: argparse.Namespace) -> int:
    """Look at programs, clusters, settings, policy and protocol; exit code 1 where there is a problem."""
    states = set[str]()
    whole = list[Finding]()
    async for one in _told(_Questions(kubeport, machine, arguments.names).tasks()):
        states.add(one.state)
        if arguments.json:
            whole.append(one)
        else:
            _print(one)
    if arguments.json:
        print_json([one.as_dict() for one in whole])
    return EXIT_FAILED if "problem" in states else 0


def _print(one: Finding) -> None:
    print(f"{styled(f'{one.state:<8}', _STYLES[one.state])} {one.subject:<14} {one.detail}")
    if one.remedy:
        print(f"{'':<24}{one.remedy}")
    sys.stdout.flush()


async def _told(tasks: Sequence[Task]) -> AsyncIterator[Finding]:
    """The findings of *tasks* in their order; a person is told what is waited for."""
    line, began = progress_line(), time.monotonic()
    try:
        for task in tasks:
            while not task.done():
                if line is not None:
                    waiting = [one.get_name() for one in tasks if not one.done()]
                    line.show(time.monotonic() - began, f"asking {', '.join(waiting)}")
                await asyncio.wait({task}, timeout=_GLANCE)
            if line is not None:
                line.wipe()
            for one in task.result():
                yield one
    finally:
        if line is not None:
            line.wipe()
        for task in tasks:
            task.cancel()


class _Questions:
    """What is asked, all of it begun at once."""

    def __init__(self, kubeport: Kubeport, machine: Machine, named: Sequence[str]) -> None:
        self._kubeport, self._machine = kubeport, machine
        self._probe = Probe(kubeport.run.executor, kubeport.run.clock, _SECONDS)
        self._contexts = contexts(kubeport, machine, named)
        current = self._contexts.known.current
        enabled = kubeport.settings.tools.enabled
        ask = Asking(kubeport, self._probe, machine)
        begin = asyncio.create_task
        self._tools = {
            name: begin(tool(self._probe, machine, name, needed=name == enabled[0]), name=name)
            for name in enabled
        }
        self._clusters = [
            begin(ask(ref, current=ref.name == current), name=ref.name) for ref in self._contexts.asked
        ]

    def tasks(self) -> list[Task]:
        """All of it, in the order in which it is told."""
        kubeport, machine = self._kubeport, self._machine
        pipes = kubeport.settings.security.pipes
        asked = [
            *((one.get_name(), _found(one)) for one in self._tools.values()),
            ("text utilities", _known(utilities(machine, pipes))),
            ("credential plugins", _known(plugins(machine))),
            ("contexts", _known(self._contexts.findings)),
            *((one.get_name(), _found(one)) for one in self._clusters),
            ("versions", self._together()),
            ("settings", _known((standing.settings(machine), standing.policy(kubeport, machine)))),
            ("audit", standing.checks(machine, _SECONDS)),
            ("serve", _known(standing.serving(kubeport.settings, machine))),
            ("protocol", _known((standing.protocol(machine),))),
        ]
        return [asyncio.create_task(question, name=name) for name, question in asked]

    async def _together(self) -> list[Finding]:
        """What holds of tools and clusters together, and whether any cluster can be used at all."""
        clusters = await asyncio.gather(*self._clusters)
        found = list[Finding]()
        if clusters and not any(one.reached for one in clusters):
            remedy = "See to one of them: without a cluster no command can succeed."
            found.append(Finding("clusters", "problem", "no context can be used", remedy))
        if "helm" in self._tools:
            helm = await self._tools["helm"]
            found += of_helm(helm, [(one.name, one.version) for one in clusters if one.version])
        address = self._kubeport.settings.tools.argocd_server
        if address and "argocd" in self._tools and self._machine.has("argocd"):
            found += of_argocd(await self._probe.argocd(address), address)
        return found


async def _known(findings: Iterable[Finding]) -> Sequence[Finding]:
    """What needs no waiting."""
    return tuple(findings)


async def _found(asking: "asyncio.Task[Program] | asyncio.Task[Cluster]") -> Sequence[Finding]:
    return (await asking).findings
