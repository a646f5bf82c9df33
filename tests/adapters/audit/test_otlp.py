"""The audit by OTLP, decoded with the protocol's own classes; a collector that fails is left alone."""

import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

SRC = Path(__file__).parents[3] / "src"

_CALLS = """
import asyncio, sys, time
from kubeport.adapters.audit import CopiedAudit, Seal
from kubeport.adapters.audit.copies import ProcessChain
from kubeport.adapters.audit.otlp import OtlpAudit
from kubeport.adapters.fake_cluster import shop
from kubeport.application.request import Origin
from kubeport.application.settings import SecuritySettings, Settings
from kubeport.containers import in_memory
from kubeport.domain.effect import Level
from kubeport.domain.errors import ExecutionFailed

async def main():
    otlp = OtlpAudit(sys.argv[1], "1.2.3")
    sink = CopiedAudit(ProcessChain(Seal()), (otlp,))
    kubeport = in_memory(shop(), Settings(security=SecuritySettings(level=Level.ADMIN)), audit=sink)
    origin = Origin(trace_id="0af7651916cd43dd8448eb211c80319c")
    for line in sys.argv[2:]:
        result = await kubeport.command(line, origin=origin)
        print(result.error.reason if result.error else "ok", len(result.warnings))
    try:
        await sink.check()
        print("ready")
    except ExecutionFailed as error:
        print(error)
    start = time.monotonic()
    for _ in range(3):
        await kubeport.command("kubectl get pods")
    print("quick" if time.monotonic() - start < 1 else "slow")
    await kubeport.aclose()

asyncio.run(main())
"""


class _Collector(BaseHTTPRequestHandler):
    """Keeps the bodies that are posted, and answers with a status of its choice."""

    bodies: list[bytes]
    status: int

    def do_POST(self) -> None:
        """Keep one."""
        self.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(self.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def _collector(status: int = 200) -> Generator[tuple[str, list[bytes]]]:
    bodies: list[bytes] = []
    handler = type("Handler", (_Collector,), {"bodies": bodies, "status": status})
    with HTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1/logs", bodies
        server.shutdown()


def _told(url: str, *lines: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _CALLS, url, *lines],
        capture_output=True, text=True, timeout=60, check=False,
        env={"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def _records(bodies: list[bytes]) -> list[Any]:
    from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest

    return [
        record
        for body in bodies
        for resource in ExportLogsServiceRequest.FromString(body).resource_logs
        for scope in resource.scope_logs
        for record in scope.log_records
    ]


def test_records_reach_the_collector() -> None:
    """Body, event, attributes, severity and trace id; the intent of a change before its outcome."""
    with _collector() as (url, bodies):
        told = _told(url, "kubectl get pods", "kubectl delete pod nothing", "kubectl nonsense")
    assert told[0] == "ok 0" and told[-2:] == ["ready", "quick"]
    read, intent, outcome, refused, *_ = _records(bodies)
    events = [one.event_name for one in (read, intent, outcome, refused)]
    assert events == [f"kubeport.audit.{name}" for name in ("outcome", "intent", "outcome", "outcome")]
    assert read.trace_id.hex() == "0af7651916cd43dd8448eb211c80319c"
    assert (read.severity_text, refused.severity_text) == ("INFO", "WARN")
    kept = json.loads(read.body.string_value)
    assert kept["command"] == "kubectl get pods" and kept["seq"] == 1
    body = {name: value for name, value in kept.items() if name != "hash"}
    line = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    assert kept["hash"] == f"sha256:{hashlib.sha256(line).hexdigest()}"
    attributes = {one.key: one.value for one in read.attributes}
    assert attributes["kubeport.request_id"].string_value == kept["request_id"]
    assert attributes["kubeport.allowed"].bool_value is True


@pytest.mark.parametrize("status", [400, None], ids=["refuses", "absent"])
def test_a_collector_that_fails(status: int | None) -> None:
    """Reads go on with a warning and soon without waiting for it; changes are refused; it is not ready."""
    if status is None:
        told = _told("http://127.0.0.1:9/v1/logs", "kubectl get pods", "kubectl delete pod nothing")
    else:
        with _collector(status) as (url, _):
            told = _told(url, "kubectl get pods", "kubectl delete pod nothing")
    reads, change, ready, pace = told
    assert (reads, change.split()[0], pace) == ("ok 1", "audit_unavailable", "quick")
    assert "the collector did not take the last one" in ready


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the packages to install."""
    from kubeport.adapters.audit.otlp import OtlpAudit
    from kubeport.domain.errors import CommandError

    monkeypatch.setitem(sys.modules, "opentelemetry.sdk._logs", None)
    with pytest.raises(CommandError, match="needs more packages") as caught:
        OtlpAudit("http://127.0.0.1:9/v1/logs", "1")
    assert "[otlp]" in caught.value.hint
