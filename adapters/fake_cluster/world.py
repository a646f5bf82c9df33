"""The state of one in-memory cluster, and one call that reads or changes it."""

from collections.abc import Callable, Mapping

import attrs

from ...domain.context import ContextRef, Kubeconfig
from .answer import Answer, Trouble
from .objects import Store
from .releases import Chart, Release


@attrs.frozen
class Log:
    """What a container has written: *text* since its start, *previous* before its last restart."""

    text: str = ""
    previous: str = ""


@attrs.frozen
class Usage:
    """What a pod or a node uses now: *cpu* and *memory* as quantities, ``250m`` and ``64Mi``."""

    cpu: str
    memory: str


@attrs.define
class World:
    """One cluster: its objects, the releases in it, and what its containers wrote and use."""

    context: ContextRef
    kubeconfig: Kubeconfig
    store: Store
    now: Callable[[], float]
    releases: list[Release] = attrs.field(factory=list[Release])
    logs: Mapping[str, Log] = attrs.field(factory=dict[str, Log])
    usage: Mapping[str, Usage] = attrs.field(factory=dict[str, Usage])
    repositories: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()


@attrs.frozen
class Call:
    """One run of a program: its flags by long name, its operands, and what follows ``--``."""

    world: World
    path: str
    flags: Mapping[str, tuple[str, ...]]
    operands: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    stdin: str = ""

    @property
    def store(self) -> Store:
        """The objects of the cluster that is called."""
        return self.world.store

    @property
    def now(self) -> float:
        """The present, in seconds since the epoch."""
        return self.world.now()

    @property
    def namespace(self) -> str:
        """The namespace that is meant: the flag's, the context's own, or ``default``."""
        return self.value("namespace") or self.world.context.namespace or "default"

    @property
    def scope(self) -> str | None:
        """The namespace to list; None for all of them."""
        return None if self.true("all-namespaces") else self.namespace

    def value(self, name: str, default: str = "") -> str:
        """The last value of a flag."""
        return self.flags[name][-1] if name in self.flags else default

    def values(self, name: str) -> tuple[str, ...]:
        """Every value of a flag, lists with commas taken apart."""
        return tuple(part for text in self.flags.get(name, ()) for part in text.split(","))

    def true(self, name: str) -> bool:
        """Whether a boolean flag is given and not false."""
        return self.value(name, "false") not in ("false", "False", "FALSE", "f", "F", "0")

    def number(self, name: str, default: int) -> int:
        """The value of a flag that takes a whole number.

        Raises:
            Trouble: it is none.
        """
        text = self.value(name, str(default))
        try:
            return int(text)
        except ValueError:
            message = (
                f'invalid argument "{text}" for "--{name}" flag: strconv.ParseInt: parsing '
                f'"{text}": invalid syntax'
            )
            raise Trouble(f"error: {message}") from None

    @property
    def dry_run(self) -> str:
        """How a message about a change ends: ``(dry run)`` and the like where nothing changes."""
        asked = self.value("dry-run", "none")
        return {"none": "", "client": " (dry run)", "server": " (server dry run)"}.get(asked, " (dry run)")


Program = Callable[[Call], Answer]
