"""The audit by OTLP (extra ``otlp``): one log record each, taken by the collector before the call goes on."""

import time
from importlib import import_module
from typing import Any

from ...domain.errors import CommandError
from ..installation import extra
from .canonical import canonical, failed
from .lane import Lane

_TIMEOUT = 3.0
_PAUSE = 5.0
_ATTRIBUTES = (
    "request_id", "caller", "client", "tool", "effect", "allowed", "rule", "code", "context", "namespace",
)  # fmt: skip


class OtlpAudit:
    """Sends each record to the *endpoint* of a collector, the whole URL such as ``http://collector:4318/v1/logs``.

    The body is the very line that a file would hold. Headers and certificates are those of OpenTelemetry's
    own environment variables. Where the collector fails, it is left alone for five seconds.
    """

    def __init__(self, endpoint: str, version: str) -> None:
        try:
            self._api: Any = import_module("opentelemetry._logs")
            self._sdk: Any = import_module("opentelemetry.sdk._logs")
            resources: Any = import_module("opentelemetry.sdk.resources")
            scope: Any = import_module("opentelemetry.sdk.util.instrumentation")
            otlp: Any = import_module("opentelemetry.exporter.otlp.proto.http._log_exporter")
        except ImportError as error:
            raise CommandError("audit.otlp_endpoint needs more packages.", hint=extra("otlp")) from error
        about = {"service.name": "kubeport", "service.version": version}
        self._about = resources.Resource.create(about)
        self._scope = scope.InstrumentationScope("kubeport.audit", version)
        self._exporter = otlp.OTLPLogExporter(endpoint=endpoint, timeout=_TIMEOUT)
        self._lane, self._again, self._open = Lane(), 0.0, True

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Send *entry*; what is *durable* is the collector's business."""
        told = self._told(entry, canonical(entry).decode())
        await self._lane.do(lambda: self._send(told))

    async def check(self) -> None:
        """Whether the collector took the last record, or may be tried again."""
        if time.monotonic() < self._again:
            raise failed("the collector did not take the last one")

    async def aclose(self) -> None:
        """Send what is under way and end the connections."""
        await self._lane.aclose()
        if self._open:
            self._exporter.shutdown()
        self._open = False

    def _send(self, told: Any) -> None:
        if time.monotonic() < self._again:
            raise failed("the collector did not take one a moment ago")
        try:
            taken = self._exporter.export([told]).name == "SUCCESS"
        except OSError:  # older exporters let what requests raises through
            taken = False
        if not taken:
            self._again = time.monotonic() + _PAUSE
            raise failed("the collector does not answer, or does not take it")

    def _told(self, entry: dict[str, Any], body: str) -> Any:
        severity = self._api.SeverityNumber
        allowed = entry.get("allowed", True)
        record = self._api.LogRecord(
            timestamp=time.time_ns(),
            observed_timestamp=time.time_ns(),
            severity_number=severity.INFO if allowed else severity.WARN,
            severity_text="INFO" if allowed else "WARN",
            body=body,
            attributes={f"kubeport.{name}": entry[name] for name in _ATTRIBUTES if name in entry},
            event_name=f"kubeport.audit.{entry.get('event', 'record')}",
        )
        if trace := entry.get("trace_id"):
            record.trace_id = int(trace, 16)
        return self._sdk.ReadableLogRecord(record, self._about, self._scope)
