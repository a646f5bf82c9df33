"""Counters, histograms and gauges in Prometheus' text format; docs/how-to/observe.md lists them.

Their names are part of the interface.
"""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from ...application.ports import CallFacts

_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


class Metrics:
    """The metrics of one server, in a registry of their own; *gauges* are asked at each scrape."""

    def __init__(self, gauges: Mapping[str, Callable[[], float]]) -> None:
        library: Any = import_module("prometheus_client")
        self._library, self._registry = library, library.CollectorRegistry()
        labels = ("tool", "verb", "effect", "decision", "code")
        self._calls = self._made("Counter", "kubeport_calls", "Calls, refused ones too.", labels)
        seconds = {"buckets": _SECONDS}
        told = "Seconds that calls ran."
        self._took = self._made("Histogram", "kubeport_call_seconds", told, ("tool",), **seconds)
        told = "Seconds that calls waited for their turn."
        self._waited = self._made("Histogram", "kubeport_queue_seconds", told, ("tool",), **seconds)
        told = "Bytes of output given to callers."
        self._bytes = self._made("Counter", "kubeport_output_bytes", told, ("tool",))
        self._redactions = self._made("Counter", "kubeport_redactions", "Secrets taken out.", ("tool",))
        told = "Calls that a person was asked about, by what came of it."
        self._approvals = self._made("Counter", "kubeport_approvals", told, ("answer",))
        told = "Requests of MCP clients, by what came of them."
        self._requests = self._made("Counter", "kubeport_requests", told, ("method", "tool", "code"))
        told = "HTTP requests that were answered by an error."
        self._refused = self._made("Counter", "kubeport_http_refused", told, ("status",))
        for name, ask in gauges.items():
            self._made("Gauge", f"kubeport_{name}", f"{name.replace('_', ' ')} now.", ()).set_function(ask)

    def _made(self, kind: str, name: str, told: str, labels: tuple[str, ...], **options: Any) -> Any:
        return getattr(self._library, kind)(name, told, labels, registry=self._registry, **options)

    def called(self, facts: CallFacts) -> None:
        """Count one call."""
        decision = "allowed" if facts.allowed else "refused"
        self._calls.labels(facts.tool, facts.verb, facts.effect, decision, facts.code).inc()
        if facts.ran:
            self._took.labels(facts.tool).observe(facts.duration)
            self._waited.labels(facts.tool).observe(facts.queue_time)
        self._bytes.labels(facts.tool).inc(facts.output_bytes)
        self._redactions.labels(facts.tool).inc(facts.redactions)
        if facts.approval:
            self._approvals.labels(facts.approval).inc()

    def requested(self, method: str, tool: str, code: str) -> None:
        """Count one request of an MCP client."""
        self._requests.labels(method, tool, code).inc()

    def refused(self, status: int) -> None:
        """Count one HTTP request that was refused."""
        self._refused.labels(str(status)).inc()

    def text(self) -> str:
        """All of it, as a scrape reads it."""
        return str(self._library.generate_latest(self._registry).decode())
