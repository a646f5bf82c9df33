"""Looking at tools and clusters for the operator: fixed argument lists that only read.

The policy and its approvals are for what callers ask. No word of a caller gets in here, so they are not
asked: a doctor whom a strict policy silences would call a sound machine sick. What runs, runs in the
executor that runs commands; a test holds every list against the built-in policy ``read-only``.
"""

import re

import attrs

from ..domain.context import ContextRef
from ..domain.errors import KubeportError
from ..domain.redaction import Redactor
from .outcome import failure
from .ports import Clock, Executor, Job, Limits, Stage

Words = tuple[str, ...]

VERSIONS: dict[str, Words] = {
    "kubectl": ("version", "--client=true", "--output=json"),
    "helm": ("version",),
    "istioctl": ("version", "--remote=false", "--short=true"),
    "argocd": ("version", "--client=true", "--short=true"),
}
"""By tool: what makes it tell its own version."""

SERVER: Words = ("version", "--output=json")
TIMED: Words = ("--v=6",)
"""Lets kubectl tell how long the API server took: addresses on stderr, neither headers nor bodies."""
RIGHTS: Words = ("auth", "can-i", "--list=true", "--no-headers=true")
MESH: Words = ("version", "--output=json")
ARGOCD_SERVER: Words = ("version", "--output=json")

_LOGGED = re.compile(r"^I\d{4} .*\n?", re.MULTILINE)
_MILLISECONDS = re.compile(r'"Response".* milliseconds=(\d+)|round_trippers.* in (\d+) milliseconds')


@attrs.frozen
class Answer:
    """What a program printed; *seconds* include its own start.

    *latency* are those that the API server took, where kubectl tells them. With an *error* there is none,
    and *stderr* says more.
    """

    output: str = ""
    stderr: str = ""
    seconds: float = 0.0
    latency: float | None = None
    error: KubeportError | None = None


@attrs.frozen
class Probe:
    """Asks tools and clusters by themselves; each answer has *seconds* to come."""

    executor: Executor
    clock: Clock
    seconds: float = 5.0

    async def version(self, tool: str) -> Answer:
        """The version of the program *tool* itself."""
        return await self._asked((tool, *VERSIONS[tool]))

    async def server(self, context: ContextRef) -> Answer:
        """The versions of kubectl and of the API server."""
        return await self._asked(("kubectl", *SERVER, *TIMED, *_placed(context)))

    async def rights(self, context: ContextRef) -> Answer:
        """What RBAC lets the kubeconfig's credentials do in the context's namespace."""
        return await self._asked(("kubectl", *RIGHTS, *_placed(context)))

    async def mesh(self, context: ContextRef) -> Answer:
        """The versions of istioctl and of the control planes that run there."""
        return await self._asked(("istioctl", *MESH, *_placed(context)))

    async def argocd(self, server: str) -> Answer:
        """The versions of argocd and of its API server."""
        return await self._asked(("argocd", *ARGOCD_SERVER, f"--server={server}"))

    async def _asked(self, argv: Words) -> Answer:
        limits = Limits(timeout=self.seconds)
        began = self.clock.monotonic()
        try:
            done = await self.executor.run(Job((Stage(argv),), limits, sieve=Redactor))
        except KubeportError as error:
            return Answer(error=error)
        seconds = self.clock.monotonic() - began
        said = done.stages[0].stderr
        told = _LOGGED.sub("", said).strip()
        quiet = attrs.evolve(done, stages=(attrs.evolve(done.stages[0], stderr=told),))
        return Answer(done.stdout, told, seconds, _latency(said), failure(quiet, limits))


def _placed(context: ContextRef) -> Words:
    return () if context.in_cluster else (f"--context={context.name}",)


def _latency(said: str) -> float | None:
    """The seconds of the last request that kubectl logged; how it writes them changed with 1.33."""
    found = _MILLISECONDS.findall(said)
    return int(found[-1][0] or found[-1][1]) / 1000 if found else None
