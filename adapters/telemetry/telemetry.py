"""Metrics and traces, each where it is wanted, behind the one port."""

from contextlib import AbstractContextManager, nullcontext

import attrs

from ...application.ports import CallFacts
from .metrics import Metrics
from .tracing import Tracing


@attrs.frozen(eq=False)
class MeasuringTelemetry:
    """See ``Telemetry``; a part that is None is left out."""

    metrics: Metrics | None = None
    tracing: Tracing | None = None

    def called(self, facts: CallFacts) -> None:
        """Count one call."""
        if self.metrics is not None:
            self.metrics.called(facts)

    def requested(self, method: str, tool: str, code: str) -> None:
        """Count one request of an MCP client."""
        if self.metrics is not None:
            self.metrics.requested(method, tool, code)

    def refused(self, status: int) -> None:
        """Count one HTTP request that was refused."""
        if self.metrics is not None:
            self.metrics.refused(status)

    def span(self, name: str, **attributes: str) -> AbstractContextManager[object]:
        """A step of the call that runs."""
        return nullcontext() if self.tracing is None else self.tracing.span(name, attributes)

    async def aclose(self) -> None:
        """Export what is left of the traces."""
        if self.tracing is not None:
            await self.tracing.aclose()
