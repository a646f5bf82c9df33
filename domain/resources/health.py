"""How an object is: one word, and why."""

from collections.abc import Callable

import attrs

from .tree import Tree

HEALTHY = "healthy"
PROGRESSING = "progressing"
DEGRADED = "degraded"
FAILED = "failed"
SUSPENDED = "suspended"
UNKNOWN = "unknown"


@attrs.frozen
class Health:
    """One of the words above, and *why* in a sentence where there is something to say."""

    word: str
    why: str = ""

    def as_dict(self) -> dict[str, str]:
        """Both for JSON; no empty sentence."""
        return {"status": self.word, **({"why": self.why} if self.why else {})}


Judge = Callable[[Tree], Health]


def condition(obj: Tree, kind: str) -> Tree:
    """The condition of type *kind*; nothing where there is none."""
    found = (one for one in obj.at("status", "conditions").items() if one.at("type").value == kind)
    return next(found, Tree())


def is_true(obj: Tree, kind: str) -> bool:
    """Whether the condition *kind* holds."""
    return condition(obj, kind).at("status").text() == "True"


def is_false(obj: Tree, kind: str) -> bool:
    """Whether the condition *kind* is there and does not hold."""
    return condition(obj, kind).at("status").text() == "False"


def told(found: Tree) -> str:
    """What a condition says: its reason and message."""
    return ": ".join(text for text in (found.at("reason").text(80), found.at("message").text()) if text)


def by_conditions(obj: Tree) -> Health | None:
    """The health of any kind that keeps conditions; None where nothing tells it."""
    for kind in _BAD:
        if is_true(obj, kind):
            return Health(FAILED if kind == "Failed" else DEGRADED, told(condition(obj, kind)) or kind)
    for kind in _GOOD:
        if is_false(obj, kind):
            return Health(DEGRADED, f"not {kind}: {told(condition(obj, kind))}".rstrip(": "))
    for kind in _BUSY:
        if is_true(obj, kind):
            return Health(PROGRESSING, told(condition(obj, kind)))
    good = next((kind for kind in _GOOD if is_true(obj, kind)), "")
    if good:
        return Health(HEALTHY, good)
    return Health(UNKNOWN, "No condition tells.") if obj.at("status", "conditions") else None


_BAD = ("Failed", "Degraded", "Stalled", "Failure")
_GOOD = ("Ready", "Available", "Healthy", "Established", "Accepted", "Synced", "Programmed", "Succeeded")
_BUSY = ("Progressing", "Reconciling", "Pending")
