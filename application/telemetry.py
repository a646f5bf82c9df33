"""Telemetry where nobody asked for any."""

from contextlib import AbstractContextManager, nullcontext

import attrs

from .ports import CallFacts


@attrs.frozen
class NoTelemetry:
    """Counts nothing and traces nothing; see ``Telemetry``."""

    def called(self, facts: CallFacts) -> None:
        """Forget the call."""

    def span(self, name: str, **attributes: str) -> AbstractContextManager[object]:
        """No step at all."""
        return nullcontext()
