"""Names of what a cluster has, kept for a few seconds: for lists and for completion."""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator
from weakref import WeakValueDictionary

import attrs

from ...domain.policy import Caller, Policy
from ...domain.resources.uri import RELEASE
from ...domain.tools.values import KIND, NAME
from ..ports import Clock
from ..request import Origin
from ..run_command import RunCommand
from .asking import Asking
from .at_hand import namespaces_at_hand

KEPT_FOR = 10.0
PATIENCE = 5.0
MOST_NAMES = 100_000
MOST_ANSWERS = 200
KINDS = ""
LIST_RELEASES = ("list", "--deployed", "--failed", "--pending")
"""helm 3 leaves pending ones out by itself; its flag for all of them is gone in helm 4."""


@attrs.frozen
class Wanted:
    """The names of what: *kind* as in ``ResourceUri``, or ``KINDS`` for the kinds themselves."""

    context: str
    namespace: str = ""
    kind: str = KINDS


@attrs.frozen
class _Kept:
    """An answer, until when it counts, and the policy under which it was asked for."""

    names: tuple[str, ...]
    until: float
    policy: Policy


@attrs.define(eq=False)
class Names:
    """Asks a cluster for names through the choke point; a cluster that does not answer has none.

    Who may not list all namespaces gets those that are known without.

    An answer, an empty one too, is kept for ``KEPT_FOR`` seconds for the one who asked, unless the policy
    changes; who asks the same meanwhile waits for it, at most ``PATIENCE`` seconds.
    """

    run: RunCommand
    clock: Clock
    _kept: OrderedDict[tuple[Caller, Wanted], _Kept] = attrs.field(
        factory=OrderedDict[tuple[Caller, Wanted], "_Kept"], init=False
    )
    _asked: WeakValueDictionary[tuple[Caller, Wanted], asyncio.Lock] = attrs.field(
        factory=WeakValueDictionary[tuple[Caller, Wanted], asyncio.Lock], init=False
    )

    async def __call__(
        self, wanted: Wanted, caller: Caller = Caller(), origin: Origin = Origin()
    ) -> tuple[str, ...]:
        """The names in order of the alphabet; none where they may not or cannot be read."""
        key = (caller, wanted)
        lock = self._asked.get(key) or self._asked.setdefault(key, asyncio.Lock())
        async with lock:
            kept, policy = self._kept.get(key), self.run.rules.policy()
            if kept is not None and kept.until > self.clock.monotonic() and kept.policy is policy:
                return kept.names
            found = await self._found(wanted, caller, origin)
            self._keep(key, _Kept(found, self.clock.monotonic() + KEPT_FOR, policy))
            return found

    @property
    def kept(self) -> int:
        """How many answers are kept."""
        return len(self._kept)

    async def _found(self, wanted: Wanted, caller: Caller, origin: Origin) -> tuple[str, ...]:
        asking = Asking(self.run, wanted.context, wanted.namespace, caller, origin=origin)
        try:
            async with asyncio.timeout(PATIENCE):
                printed = await asking.may("names", *_command(wanted.kind))
        except TimeoutError:
            return ()
        if wanted.kind == "namespaces" and asking.refused:
            return namespaces_at_hand(self.run.contexts, wanted.context, caller)
        value = NAME if wanted.kind else KIND
        return tuple(sorted({name for name in _names(wanted.kind, printed) if value.accepts(name)}))

    def _keep(self, key: tuple[Caller, Wanted], kept: _Kept) -> None:
        self._kept.pop(key, None)
        self._kept[key] = kept
        while len(self._kept) > MOST_ANSWERS or sum(len(k.names) for k in self._kept.values()) > MOST_NAMES:
            self._kept.popitem(last=False)


def _command(kind: str) -> tuple[str, ...]:
    if kind == KINDS:
        return ("kubectl", "api-resources", "--verbs=get", "-o", "name")
    if kind == RELEASE:
        return ("helm", *LIST_RELEASES, "--short", "--max=1000")
    # its table comes from the server without the objects: a third of the time of -o name for 5,000 pods
    return ("kubectl", "get", kind)


def _names(kind: str, printed: str) -> Iterator[str]:
    lines = printed.splitlines()
    if kind in (KINDS, RELEASE):
        return (line.strip() for line in lines)
    # a table that begins with something else, as that of events does, has no names for us
    named = lines and lines[0].split()[:1] == ["NAME"]
    return (line.partition(" ")[0] for line in (lines[1:] if named else ()))
