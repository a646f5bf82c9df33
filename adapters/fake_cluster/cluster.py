"""FakeCluster: executor, kubeconfig reader, chart repositories and watcher over plain objects."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from ...application.ports import Change, Completed, Job, Progress, Stage, WatchPlace
from ...domain.context import ContextRef, Kubeconfig
from ...domain.errors import TOOL_NOT_FOUND_MESSAGE, TOOLS, ContextNotFound, ToolNotFound
from .ages import instant
from .answer import Answer
from .argocd import ARGOCD
from .controllers import Controllers
from .data import Obj, clone, namespace_of
from .failures import Failure
from .filters import known_filter, run_filter
from .grammar import Tool
from .helm import HELM
from .istioctl import ISTIOCTL
from .kubectl import KUBECTL
from .objects import Store
from .pipeline import Pipeline, Sleep, at_once
from .releases import Chart, Release
from .watches import FakeWatch, FakeWatches
from .world import Log, Usage, World

NOW = instant("2026-01-15T12:00:00Z")
_MOST_CALLS = 1000
_PROGRAMS: dict[str, Tool] = {tool.name: tool for tool in (KUBECTL, HELM, ISTIOCTL, ARGOCD)}
_ALWAYS = ("default", "kube-system")


class FakeCluster:
    """One or more clusters in memory, as the tools see them; each instance has its own.

    *objects* are dictionaries as in manifests, or a mapping from contexts to such; those without a
    status get one, and workloads among them get their pods. *contexts* are names or ``ContextRef``;
    *current* is the first of them unless it is given, empty for none. *releases* are as *objects*.
    *logs* are found by ``namespace/pod``, ``namespace/pod/container`` or the name of the pod's
    controller in the place of the pod; *usage* by ``namespace/pod`` or node. *failures* end
    commands before they run, *replies* answer them. *tools* are the programs that are there.
    *now* tells the time, which stands still by default; *sleep* is how a hanging command waits,
    in no time by default.

    What was run last, up to a thousand jobs, is in *calls*.
    """

    def __init__(
        self,
        objects: Iterable[Obj] | Mapping[str, Iterable[Obj]] = (),
        contexts: Iterable[str | ContextRef] = ("demo",),
        current: str | None = None,
        *,
        releases: Iterable[Release] | Mapping[str, Iterable[Release]] = (),
        logs: Mapping[str, str | Log] | None = None,
        usage: Mapping[str, Usage] | None = None,
        failures: Iterable[Failure] = (),
        replies: Mapping[str, str] | None = None,
        repositories: Iterable[str] = (),
        charts: Iterable[Chart] = (),
        tools: Iterable[str] = TOOLS,
        now: Callable[[], float] = lambda: NOW,
        sleep: Sleep = at_once,
    ) -> None:
        refs = tuple(ContextRef(ref) if isinstance(ref, str) else ref for ref in contexts)
        chosen = current if current is not None else refs[0].name if refs else ""
        self._kubeconfig = Kubeconfig(refs, chosen)
        self._tools, self._sleep, self._now = frozenset(tools), sleep, now
        self._repositories, self._charts = tuple(repositories), tuple(charts)
        canned = (Failure(command, 0, stdout=text) for command, text in (replies or {}).items())
        self._failures = (*failures, *canned)
        self._logs = {name: Log(log) if isinstance(log, str) else log for name, log in (logs or {}).items()}
        self._usage = dict(usage or {})
        self._worlds = {ref.name: self._world(ref, objects, releases) for ref in refs}
        self._watches = FakeWatches()
        self.calls: list[Job] = []

    @classmethod
    def from_yaml(cls, text: str, **options: Any) -> "FakeCluster":
        """A cluster with the objects of a manifest; *options* are those of the constructor.

        Raises:
            ValueError: the text is no manifest.
        """
        from .answer import Trouble
        from .yaml_text import manifests

        try:
            return cls(manifests(text), **options)
        except Trouble as trouble:
            raise ValueError(trouble.stderr) from None

    def _world(
        self,
        ref: ContextRef,
        objects: Iterable[Obj] | Mapping[str, Iterable[Obj]],
        releases: Iterable[Release] | Mapping[str, Iterable[Release]],
    ) -> World:
        store = Store(self._now())
        world = World(
            ref,
            self._kubeconfig,
            store,
            self._now,
            self._of(ref, releases),
            self._logs,
            self._usage,
            self._repositories,
            self._charts,
        )
        _fill(store, [clone(obj) for obj in self._of(ref, objects)], ref.namespace)
        return world

    def _of(self, ref: ContextRef, given: Any) -> list[Any]:
        """What of *given* belongs to *ref*: all to the current context, or as it is mapped."""
        if isinstance(given, Mapping):
            return list(cast(Mapping[str, Iterable[Any]], given).get(ref.name, ()))
        first = self._kubeconfig.current or self._kubeconfig.names[0]
        return list(given) if ref.name == first else []

    def read(self) -> Kubeconfig:
        """The contexts."""
        return self._kubeconfig

    def names(self) -> tuple[str, ...]:
        """The chart repositories."""
        return self._repositories

    def objects(self, kind: str, namespace: str | None = None, context: str | None = None) -> tuple[Obj, ...]:
        """Copies of the objects of *kind* (``pods``) as they are now, for assertions."""
        world = self._worlds[self._kubeconfig.current if context is None else context]
        return tuple(clone(obj) for obj in world.store.named(kind, namespace))

    async def run(self, job: Job, progress: Callable[[Progress], None] | None = None) -> Completed:
        """Answer *job* from memory; see ``Executor``."""
        self.calls.append(job)
        del self.calls[:-_MOST_CALLS]
        for stage in job.stages:
            self._check(stage)
        await at_once(0)
        return await Pipeline(job, self._answer, self._failures, self._sleep).run(progress)

    @property
    def watching(self) -> int:
        """How many watches run."""
        return len(self._watches.running)

    async def watch(self, place: WatchPlace, changed: Callable[[Change], None]) -> FakeWatch:
        """Begin to tell every change at *place*, at the end of the command that made it; see ``Watcher``.

        It fails where a failure is about ``kubectl get KIND``, with or without ``--watch=true``.
        """
        await at_once(0)
        if place.context not in self._worlds:
            raise ContextNotFound.among(self._kubeconfig.names)
        return self._watches.begin(place, self._worlds[place.context], changed, self._failures)

    def interrupt(self, context: str) -> None:
        """Let the watches of *context* lose the API server; commands still reach it."""
        self._watches.lost.add(context)

    def resume(self, context: str) -> None:
        """Let the watches of *context* find the API server again: they tell what changed meanwhile."""
        self._watches.lost.discard(context)
        self._watches.look()

    async def aclose(self) -> None:
        """End all watches; nothing else runs, and the cluster stays as it is."""
        self._watches.running.clear()

    def _check(self, stage: Stage) -> None:
        name = stage.argv[0]
        if stage.filter and known_filter(name):
            return
        if not stage.filter and name in _PROGRAMS:
            if name in self._tools:
                return
            raise ToolNotFound(
                f"The program {name} is not in the in-memory cluster.",
                hint="Give its name in `tools`.",
            )
        if stage.filter:
            raise ToolNotFound(f"The program {name} is not in the in-memory cluster.")
        raise ToolNotFound(TOOL_NOT_FOUND_MESSAGE)

    def _answer(self, stage: Stage, text: str) -> Answer:
        if stage.filter:
            return run_filter(stage.argv, text)
        name, *words = stage.argv
        world = self._world_meant(words)
        if isinstance(world, Answer):
            return world
        answer = _PROGRAMS[name].answer(words, world, text)
        self._watches.look()
        return answer

    def _world_meant(self, words: list[str]) -> World | Answer:
        """The cluster that the flags choose, else the current one, or what says there is none."""
        given = [w.partition("=")[2] for w in words if w.startswith(("--context=", "--kube-context="))]
        name = given[-1] if given else self._kubeconfig.current or self._in_cluster()
        if name in self._worlds:
            return self._worlds[name]
        if given:
            message = f"Error in configuration: context was not found for specified context: {name}\n"
            return Answer(stderr=message, exit_code=1)
        return Answer(
            stderr=(
                "The connection to the server localhost:8080 was refused - did you specify "
                "the right host or port?\n"
            ),
            exit_code=1,
        )

    def _in_cluster(self) -> str:
        return next((ref.name for ref in self._kubeconfig.contexts if ref.in_cluster), "")


def _fill(store: Store, objects: list[Obj], namespace: str) -> None:
    """Add *objects*, the namespaces they are in, and what follows from those without a status."""
    added = [store.add(obj, namespace or "default") for obj in objects]
    kind = store.kind("namespaces")
    for name in sorted({*_ALWAYS, namespace, *(namespace_of(obj) for obj in added)} - {""}):
        if kind is not None and store.find(kind, "", name) is None:
            added.append(store.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))
    order = {"Namespace": 0, "Node": 1}
    for obj in sorted(added, key=lambda obj: order.get(obj["kind"], 2)):
        if obj["kind"] == "Service" or "status" not in obj:
            Controllers(store, _born(obj), silent=True).settle(obj)


def _born(obj: Obj) -> float:
    return instant(obj["metadata"]["creationTimestamp"])
