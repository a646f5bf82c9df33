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

    def span(self, name: str, **attributes: str) -> AbstractContextManager[object]:
        """A step of the call that runs."""
        return nullcontext() if self.tracing is None else self.tracing.span(name, attributes)
