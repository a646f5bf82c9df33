"""Many objects in few bytes: kubectl's custom columns, what they say, and how each object is.

A namespace of 5,000 pods does not fit an answer as JSON; as these rows it does. No value in them
holds a blank, and rows that do not have every column are left out.
"""

from collections.abc import Iterable

import attrs

from .health import DEGRADED, FAILED, HEALTHY, PROGRESSING, UNKNOWN, Health
from .tree import shown

_COLUMNS = {
    "kind": ".kind",
    "name": ".metadata.name",
    "namespace": ".metadata.namespace",
    "owner": ".metadata.ownerReferences[0].name",
    "going": ".metadata.deletionTimestamp",
    "phase": ".status.phase",
    "ready": '.status.conditions[?(@.type=="Ready")].status',
    "waits": ".status.containerStatuses[*].state.waiting.reason",
    "restarts": ".status.containerStatuses[*].restartCount",
    "want": ".spec.replicas",
    "have": ".status.readyReplicas",
    "want_nodes": ".status.desiredNumberScheduled",
    "have_nodes": ".status.numberAvailable",
    "done": '.status.conditions[?(@.type=="Complete")].status',
    "failed": '.status.conditions[?(@.type=="Failed")].status',
    "cordoned": ".spec.unschedulable",
}
FORMAT = "custom-columns=" + ",".join(f"{name}:{path}" for name, path in _COLUMNS.items())
"""What ``-o`` takes, with ``--no-headers``."""

_NONE = "<none>"


@attrs.frozen
class Row:
    """One object; texts are empty where the object does not have the column."""

    kind: str
    name: str
    namespace: str = ""
    owner: str = ""
    going: str = ""
    phase: str = ""
    ready: str = ""
    waits: str = ""
    restarts: str = ""
    want: str = ""
    have: str = ""
    want_nodes: str = ""
    have_nodes: str = ""
    done: str = ""
    failed: str = ""
    cordoned: str = ""

    @property
    def health(self) -> Health | None:
        """How it is; None for kinds that are neither well nor ill (Service, ConfigMap)."""
        if self.going:
            return Health(PROGRESSING, "It is being deleted.")
        if self.kind == "Pod":
            return self._pod()
        if self.kind == "Node":
            return self._node()
        if self.kind == "Job":
            return self._job()
        if self.kind == "PersistentVolumeClaim":
            return Health(HEALTHY if self.phase == "Bound" else DEGRADED, self.phase)
        if self.kind == "DaemonSet":
            return _filled(self.want_nodes, self.have_nodes)
        return _filled(self.want, self.have) if self.want else None

    @property
    def restarted(self) -> int:
        """How often its containers have been started again."""
        return sum(int(count) for count in self.restarts.split(",") if count.isdecimal() and len(count) < 9)

    def _pod(self) -> Health:
        if self.phase in ("Failed", "Succeeded"):
            return Health(FAILED if self.phase == "Failed" else HEALTHY, self.phase)
        stuck = sorted({reason for reason in self.waits.split(",") if reason not in _STARTING})
        if stuck:
            return Health(DEGRADED, shown(", ".join(stuck)))
        if self.phase == "Pending":
            return Health(PROGRESSING, "Pending")
        if self.phase != "Running":
            return Health(UNKNOWN, self.phase)
        return Health(HEALTHY) if self.ready == "True" else Health(DEGRADED, "Not ready")

    def _node(self) -> Health:
        if self.ready != "True":
            return Health(FAILED, "Not ready")
        return Health(HEALTHY, "Cordoned" if self.cordoned == "true" else "")

    def _job(self) -> Health:
        if self.failed == "True":
            return Health(FAILED, "Failed")
        return Health(HEALTHY) if self.done == "True" else Health(PROGRESSING, "Running")


def rows(text: str, most: int = 10_000) -> tuple[Row, ...]:
    """The first *most* rows that kubectl printed in ``FORMAT``."""
    width = len(_COLUMNS)
    found = (line.split() for line in text.splitlines())
    whole = [cells for cells in found if len(cells) == width][:most]
    return tuple(Row(*("" if cell == _NONE else cell for cell in cells)) for cells in whole)


def worst_first(found: Iterable[Row]) -> list[Row]:
    """Failed and degraded ones first, then by kind and name."""
    return sorted(found, key=lambda row: (_rank(row), row.kind, row.name))


def _rank(row: Row) -> int:
    health = row.health
    return _ORDER.get(health.word, 3) if health is not None else len(_ORDER) + 1


def _filled(want: str, have: str) -> Health:
    asked, ready = (int(text) if text.isdecimal() and len(text) < 9 else 0 for text in (want, have))
    why = f"{ready} of {asked} ready"
    return Health(HEALTHY if ready >= asked else DEGRADED, why)


_STARTING = frozenset({"", "ContainerCreating", "PodInitializing"})
_ORDER = {FAILED: 0, DEGRADED: 1, UNKNOWN: 2, PROGRESSING: 3, HEALTHY: 4}
