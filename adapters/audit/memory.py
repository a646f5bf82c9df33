"""The audit in memory, for tests and embedders."""

import json
from typing import Any

import attrs

from .canonical import canonical


@attrs.define(eq=False)
class MemoryAudit:
    """Keeps the newest *most* records in *records*, in order, as they were handed over."""

    records: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])
    most: int = 10_000

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Append a copy of *entry*; the oldest makes room."""
        self.records.append(json.loads(canonical(entry)))
        del self.records[: -self.most]

    async def check(self) -> None:
        """There is always room."""

    async def aclose(self) -> None:
        """Nothing to give back."""
