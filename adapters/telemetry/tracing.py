"""Traces by OpenTelemetry: our steps become children of the MCP SDK's own spans."""

import asyncio
import threading
import time
from contextlib import AbstractContextManager
from importlib import import_module
from typing import Any

_PATIENCE, _PAUSE = 1.5, 0.02


class Tracing:
    """Spans of the process's tracer provider; with *endpoint* one is set up that exports there by OTLP.

    *endpoint* is the whole URL, such as ``http://collector:4318/v1/traces``. Attributes are names and
    command paths, never arguments or output.
    """

    def __init__(self, endpoint: str, version: str) -> None:
        api: Any = import_module("opentelemetry.trace")
        self._provider = _provider(endpoint, version) if endpoint else None
        if self._provider is not None:
            api.set_tracer_provider(self._provider)
        self._tracer: Any = api.get_tracer("kubeport", version)

    def span(self, name: str, attributes: dict[str, str]) -> AbstractContextManager[object]:
        """A span that is the current one until it ends."""
        told = {f"kubeport.{key}": value for key, value in attributes.items()}
        found: AbstractContextManager[object] = self._tracer.start_as_current_span(
            name, attributes=told, record_exception=False, set_status_on_exception=False
        )
        return found

    async def aclose(self) -> None:
        """Export what is left; a collector that does not answer is not waited for. May be called twice."""
        provider, self._provider = self._provider, None
        if provider is None:
            return
        # a thread of its own, since the loop waits for those of its pool
        exporting = threading.Thread(target=provider.shutdown, daemon=True)
        exporting.start()
        until = time.monotonic() + _PATIENCE
        while exporting.is_alive() and time.monotonic() < until:
            await asyncio.sleep(_PAUSE)


def _provider(endpoint: str, version: str) -> Any:
    sdk: Any = import_module("opentelemetry.sdk.trace")
    export: Any = import_module("opentelemetry.sdk.trace.export")
    resources: Any = import_module("opentelemetry.sdk.resources")
    otlp: Any = import_module("opentelemetry.exporter.otlp.proto.http.trace_exporter")
    about = resources.Resource.create({"service.name": "kubeport", "service.version": version})
    provider = sdk.TracerProvider(resource=about)
    provider.add_span_processor(export.BatchSpanProcessor(otlp.OTLPSpanExporter(endpoint=endpoint)))
    return provider
