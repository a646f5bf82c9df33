"""A Secret as a model gets to see it: what ``kubectl describe secret`` tells, which is no value."""

import re
from typing import Any

from .bounds import fitted
from .summary import present
from .tree import ITEMS, shown
from .uri import ResourceUri

_SIZE = re.compile(r"(\S+):\s+([0-9]{1,9}) bytes")
_LABEL = re.compile(r"(?:Labels:)?\s+([^\s=]+)=(\S*)")


def secret_summary(uri: ResourceUri, described: str) -> str:
    """The Secret as JSON: identity, labels, type, and the size of each key."""
    # an annotation can look like the heading of the data; kubectl's own is the last one
    head, _, data = described.rpartition("\nData\n====\n")
    sizes = [one for line in data.splitlines() if (one := _SIZE.fullmatch(line.strip()))]
    found: dict[str, Any] = {
        "uri": str(uri),
        "kind": "Secret",
        "name": uri.name,
        "namespace": uri.namespace,
        "context": uri.context,
        "labels": _labels(head),
        "type": _type(head),
        "data": [{"key": shown(one[1]), "bytes": int(one[2])} for one in sizes[:40]],
        "data_total": len(sizes),
        "links": {"parent": str(uri.parent)},
    }
    return fitted(present(found))


def _labels(head: str) -> dict[str, str]:
    """The pairs from ``Labels:`` up to ``Annotations:``."""
    place = head.partition("\nLabels:")[2].partition("\nAnnotations:")[0]
    found = [one for line in f" {place.lstrip()}".splitlines() if (one := _LABEL.fullmatch(line))]
    return {shown(one[1]): shown(one[2]) for one in found[:ITEMS]}


def _type(head: str) -> str:
    lines = (line for line in reversed(head.splitlines()) if line.startswith("Type:"))
    return shown(next(lines, "").removeprefix("Type:").strip())
