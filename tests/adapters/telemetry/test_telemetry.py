"""Metrics and traces of real calls: what is counted, what is traced, and what is never told."""

import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kubeport import Approval, Level, Policy, Settings
from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.fake_cluster import shop
from kubeport.adapters.telemetry import MeasuringTelemetry, Metrics
from kubeport.application.kubeport import Kubeport
from kubeport.application.ports import Telemetry
from kubeport.application.settings import ServerSettings
from kubeport.containers import in_memory
from kubeport.containers.container import Container

SRC = Path(__file__).parents[3] / "src"


def _kubeport(telemetry: Telemetry) -> Kubeport:
    return in_memory(shop(), Settings(), telemetry=telemetry)


def _samples(metrics: Metrics) -> dict[str, list[tuple[dict[str, str], float]]]:
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    for family in text_string_to_metric_families(metrics.text()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append((sample.labels, sample.value))
    return found


@pytest.mark.anyio
async def test_calls_are_counted_by_what_they_are() -> None:
    """Tool, verb, effect, decision and code; refused calls and lines that nobody understands, too."""
    metrics = Metrics({})
    kubeport = _kubeport(MeasuringTelemetry(metrics))
    for line in ("kubectl get pods", "kubectl get pods -A", "kubectl delete pod web", "kubectl get pods; id"):
        await kubeport.command(line)
    counted = {
        tuple(labels[name] for name in ("tool", "verb", "effect", "decision", "code")): value
        for labels, value in _samples(metrics)["kubeport_calls_total"]
    }
    assert counted == {
        ("kubectl", "get", "read", "allowed", ""): 2,
        ("kubectl", "delete", "admin", "refused", "POLICY_DENIED"): 1,
        ("", "", "", "refused", "VALIDATION_ERROR"): 1,
    }


@pytest.mark.anyio
async def test_approvals_are_counted_by_answer() -> None:
    """Of the calls that a person had to be asked about; a read is none of them."""
    metrics = Metrics({})
    policy = Policy("team", access=Level.WRITE, approval=Approval.CHANGES)
    kubeport = in_memory(shop(), telemetry=MeasuringTelemetry(metrics), policy=policy)
    for line in ("kubectl get pods", "kubectl scale deploy/web --replicas=1"):
        await kubeport.command(line)
    assert _samples(metrics)["kubeport_approvals_total"] == [({"answer": "unavailable"}, 1)]


@pytest.mark.anyio
async def test_no_text_of_a_call_becomes_a_label() -> None:
    """Names, namespaces and hostile words make no series of their own, and no secret a metric."""
    metrics = Metrics({})
    kubeport = _kubeport(MeasuringTelemetry(metrics))
    lines = ("kubectl get pods hunter2", "kubectl hunter2", "hunter2 get pods", "kubectl get pods -n hunter2")
    for line in lines:
        await kubeport.command(line)
    assert "hunter2" not in metrics.text()


@pytest.mark.anyio
async def test_times_bytes_and_gauges() -> None:
    """Histograms count each call; gauges are asked at the scrape."""
    waiting = [3.0]
    metrics = Metrics({"calls_waiting": lambda: waiting[0]})
    result = await _kubeport(MeasuringTelemetry(metrics)).command("kubectl get pods")
    found = _samples(metrics)
    assert found["kubeport_call_seconds_count"] == [({"tool": "kubectl"}, 1)]
    assert found["kubeport_queue_seconds_count"] == [({"tool": "kubectl"}, 1)]
    assert found["kubeport_output_bytes_total"] == [({"tool": "kubectl"}, len(result.output.encode()))]
    assert found["kubeport_calls_waiting"] == [({}, 3)]
    waiting[0] = 0
    assert _samples(metrics)["kubeport_calls_waiting"] == [({}, 0)]


@pytest.mark.anyio
async def test_watches_are_a_gauge() -> None:
    """Operators see how many run, as the container wires it."""
    settings = Settings(server=ServerSettings(metrics=True))
    cluster = shop()
    kubeport = Container(
        settings=settings, kubeconfig=cluster, watcher=cluster, audit=MemoryAudit()
    ).kubeport()
    telemetry = kubeport.run.telemetry
    assert isinstance(telemetry, MeasuringTelemetry) and telemetry.metrics is not None
    await kubeport.subscriptions.subscribe("k8s-context://demo", lambda _: None)
    assert _samples(telemetry.metrics)["kubeport_watches"] == [({}, 2)]
    await kubeport.aclose()
    assert _samples(telemetry.metrics)["kubeport_watches"] == [({}, 0)]


_TRACED = """
import asyncio
from kubeport.adapters.fake_cluster import shop
from kubeport.adapters.mcp.server import build_server
from kubeport.adapters.telemetry import MeasuringTelemetry, Tracing
from kubeport.containers import in_memory
from mcp import Client

async def main():
    tracing = Tracing("http://127.0.0.1:%d/v1/traces", "1.2.3")
    kubeport = in_memory(shop(), telemetry=MeasuringTelemetry(None, tracing))
    async with Client(build_server(kubeport, "0"), cache=None) as client:
        await client.call_tool("kubectl", {"command": "get pods hunter2"})
    tracing.close()

asyncio.run(main())
"""


class _Collector(BaseHTTPRequestHandler):
    """Keeps the bodies that are posted."""

    bodies: list[bytes]

    def do_POST(self) -> None:
        """Keep one."""
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def test_steps_are_children_of_the_sdks_spans_and_are_exported() -> None:
    """run is within tools/call, execute within run; nothing of the arguments is told."""
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    bodies: list[bytes] = []
    handler = type("Handler", (_Collector,), {"bodies": bodies})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        code = _TRACED % server.server_port
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False,
            env={"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin"},
        )
        server.shutdown()
    assert done.returncode == 0, done.stderr
    spans = [
        span
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    named = {span.name: span for span in spans}
    run, execute = named["kubeport.run"], named["kubeport.execute"]
    call = next(span for name, span in named.items() if "tools/call" in name and span.kind == 2)
    assert run.parent_span_id == call.span_id
    assert execute.parent_span_id == run.span_id
    assert run.trace_id == execute.trace_id == call.trace_id
    told = {one.key: one.value.string_value for one in execute.attributes}
    assert told == {"kubeport.command": "kubectl get"}
    assert not any(b"hunter2" in span.SerializeToString() for span in (run, execute))
