"""The audit in memory, for tests and embedders."""

import json
from typing import Any

import attrs

from .canonical import canonical


@attrs.define(eq=False)
class MemoryAudit:
    """Keeps the records in *records*, in order, as they were handed over."""

    records: list[dict[str, Any]] = attrs.field(factory=list[dict[str, Any]])

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Append a copy of *entry*."""
        self.records.append(json.loads(canonical(entry)))

    async def check(self) -> None:
        """There is always room."""

    async def aclose(self) -> None:
        """Nothing to give back."""
