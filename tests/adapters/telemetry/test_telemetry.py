"""Metrics and traces of real calls: what is counted, what is traced, and what is never told."""

import asyncio
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from kubeport import Approval, Level, Policy, Settings
from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.fake_cluster import FakeCluster, shop
from kubeport.adapters.telemetry import MeasuringTelemetry, Metrics
from kubeport.application.kubeport import Kubeport
from kubeport.application.ports import CallFacts, Completed, Job, Progress, Telemetry
from kubeport.application.settings import ServerSettings
from kubeport.containers import in_memory, live
from kubeport.containers.container import Container

from .collector import collector

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


def test_the_page_lists_the_metrics_that_there_are() -> None:
    """Each with its labels; the gauges are those that the container wires."""
    text = (SRC.parent / "docs" / "how-to" / "observe.md").read_text()
    told = dict[str, set[str]]()
    for names, labels in re.findall(r"^\| (`kubeport_[^|]+) \| ([^|]*)\|", text, re.MULTILINE):
        for name in re.findall(r"`(\w+)`", names):
            told[name] = set(re.findall(r"`(\w+)`", labels))
    telemetry = live(Settings(server=ServerSettings(metrics=True))).run.telemetry
    assert isinstance(telemetry, MeasuringTelemetry) and telemetry.metrics is not None
    metrics = telemetry.metrics
    metrics.called(CallFacts("kubectl", "get", "read", True, "", 1, 1, 1, 1, "yes"))
    metrics.requested("tools/call", "kubectl", "")
    metrics.refused(401)
    found = dict[str, set[str]]()
    for family in text_string_to_metric_families(metrics.text()):
        if family.name.endswith("_created"):
            continue  # the library says of each series when it began
        name = f"{family.name}_total" if family.type == "counter" else family.name
        found[name] = {label for one in family.samples for label in one.labels} - {"le"}
    assert found == told


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
async def test_what_did_not_run_has_no_time() -> None:
    """A refusal takes no time and says nothing of the cluster's; counted it is all the same."""
    metrics = Metrics({})
    kubeport = _kubeport(MeasuringTelemetry(metrics))
    for line in ("kubectl delete pod web", "kubectl nonsense", "kubectl get pods"):
        await kubeport.command(line)
    found = _samples(metrics)
    assert sum(value for _, value in found["kubeport_calls_total"]) == 3
    for name in ("kubeport_call_seconds_count", "kubeport_queue_seconds_count"):
        assert found[name] == [({"tool": "kubectl"}, 1)]


class _Hanging(FakeCluster):
    """Its commands never end."""

    async def run(self, job: Job, progress: Callable[[Progress], None] | None = None) -> Completed:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError("it was waited for nothing")


_UNHEARD = """
import asyncio, time
from kubeport.adapters.telemetry import Tracing

async def main():
    tracing = Tracing("http://127.0.0.1:%d/v1/traces", "1.2.3")
    with tracing.span("kubeport.run", {}):
        pass
    began = time.monotonic()
    await tracing.aclose()
    await tracing.aclose()
    print(time.monotonic() - began)

asyncio.run(main())
"""


def test_a_collector_that_does_not_answer_holds_up_no_end() -> None:
    """What is left is lost, after a moment."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        code = _UNHEARD % silent.getsockname()[1]
        # it says so on stderr when it gives up for good, as OpenTelemetry does at the end of a process
        process = subprocess.Popen(
            [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        assert process.stdout is not None
        took = float(process.stdout.read())
        process.kill()
        process.wait(10)
        process.stdout.close()
    assert 1.4 < took < 4


@pytest.mark.anyio
async def test_a_call_that_is_given_up_is_counted() -> None:
    """As allowed, with a code of its own."""
    metrics = Metrics({})
    kubeport = in_memory(_Hanging(), telemetry=MeasuringTelemetry(metrics))
    task = asyncio.ensure_future(kubeport.command("kubectl get pods"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    ((labels, value),) = _samples(metrics)["kubeport_calls_total"]
    assert (labels["verb"], labels["decision"], labels["code"], value) == ("get", "allowed", "CANCELLED", 1)


@pytest.mark.anyio
async def test_redactions_are_counted() -> None:
    """How many secrets were taken out of what a tool printed; none of them is told."""
    metrics = Metrics({})
    labels = {"token": "ghp_" + "a1B2" * 9}
    about = {"name": "a", "namespace": "default", "labels": labels}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": about}
    kubeport = in_memory(FakeCluster([pod]), telemetry=MeasuringTelemetry(metrics))
    result = await kubeport.command("kubectl get pods --show-labels")
    assert result.redactions == 1
    assert _samples(metrics)["kubeport_redactions_total"] == [({"tool": "kubectl"}, 1)]
    assert "ghp_" not in metrics.text()


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
from kubeport.containers import in_memory, live
from mcp import Client

async def main():
    tracing = Tracing("http://127.0.0.1:%d/v1/traces", "1.2.3")
    kubeport = in_memory(shop(), telemetry=MeasuringTelemetry(None, tracing))
    async with Client(build_server(kubeport, "0"), cache=None) as client:
        await client.call_tool("kubectl", {"command": "get pods hunter2"})
    await kubeport.aclose()
    await kubeport.aclose()

asyncio.run(main())
"""


def test_steps_are_children_of_the_sdks_spans_and_are_exported() -> None:
    """run is within tools/call, execute within run; nothing of the arguments is told."""
    with collector() as collected:
        code = _TRACED % collected.port
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False,
            env={"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin"},
        )
    assert done.returncode == 0, done.stderr
    named = {span.name: span for span in collected.spans()}
    run, execute = named["kubeport.run"], named["kubeport.execute"]
    call = next(span for name, span in named.items() if "tools/call" in name and span.kind == 2)
    assert run.parent_span_id == call.span_id
    assert execute.parent_span_id == run.span_id
    assert run.trace_id == execute.trace_id == call.trace_id
    told = {one.key: one.value.string_value for one in execute.attributes}
    assert told == {"kubeport.command": "kubectl get"}
    assert not any(b"hunter2" in span.SerializeToString() for span in (run, execute))
