"""Telemetry where nobody asked for any."""

from contextlib import AbstractContextManager, nullcontext

import attrs

from .ports import CallFacts


@attrs.frozen
class NoTelemetry:
    """Counts nothing and traces nothing; see ``Telemetry``."""

    def called(self, facts: CallFacts) -> None:
        """Forget the call."""

    def requested(self, method: str, tool: str, code: str) -> None:
        """Forget the request."""

    def refused(self, status: int) -> None:
        """Forget the refusal."""

    def span(self, name: str, **attributes: str) -> AbstractContextManager[object]:
        """No step at all."""
        return nullcontext()

    async def aclose(self) -> None:
        """Nothing is left."""
