"""Whom a server tells its metrics, and probes and metrics on a port of their own."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from tests.adapters.mcp.http_servers import ended, free_port, started, status
from tests.adapters.mcp.processes import environment
from tests.adapters.watching.certificates import authority, signed

from kubeport.application.settings import ServerSettings

PATHS = ("/livez", "/readyz", "/metrics")


def _status(port: int, path: str, **headers: str) -> int:
    """The status of a GET with *headers*, the Host being the address unless they say other."""
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    asked.request("GET", path, headers=headers)
    found = asked.getresponse().status
    asked.close()
    return found


@attrs.frozen
class Served:
    """Where MCP is served, and where operations are."""

    mcp: int
    operations: int


@pytest.fixture(params=[False, True], ids=["beside", "apart"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    """A demo server with metrics, beside MCP and apart."""
    flags = ["--demo", "--set", "server.metrics=true", "--set", "server.allowed_hosts=kubeport.tools.svc"]
    apart = free_port() if request.param else 0
    if apart:
        flags += ["--set", f"server.operations_port={apart}"]
    process, port = started(*flags)
    yield Served(port, apart or port)
    ended(process)


def test_metrics_are_for_those_who_know_the_server(served: Served) -> None:
    """By one of its names, or by an address as Prometheus scrapes Pods; not for a page of somebody else's."""
    for host in (f"127.0.0.1:{served.operations}", "10.0.0.7:9090", "[fd00::7]:9090", "kubeport.tools.svc"):
        assert _status(served.operations, "/metrics", Host=host) == 200, host
    for host in ("evil.example", "10.0.0.7.evil.example", "kubeport.tools.svc.evil.example", ""):
        assert _status(served.operations, "/metrics", Host=host) == 403, host
    assert _status(served.operations, "/metrics", Origin="https://evil.example") == 403
    assert _status(served.operations, "/metrics", Host="10.0.0.7", Origin="https://evil.example") == 403
    assert _status(served.operations, "/metrics", Origin="http://localhost:3000") == 200


def test_probes_answer_whoever_asks(served: Served) -> None:
    """The kubelet's Host is the Pod's address, or whatever a probe says."""
    for path in ("/livez", "/readyz"):
        assert _status(served.operations, path, Host="anything.example") == 200


def test_what_is_apart_is_not_beside() -> None:
    """Nothing of it on the port of MCP, where an ingress leads, and no MCP on its own."""
    apart = free_port()
    process, port = started(
        "--demo", "--set", "server.metrics=true", "--set", f"server.operations_port={apart}"
    )
    try:
        assert [_status(port, path) for path in PATHS] == [404, 404, 404]
        assert [_status(apart, path) for path in PATHS] == [200, 200, 200]
        assert _status(apart, "/mcp") == 404
        assert status(port) == 200
        process.send_signal(signal.SIGTERM)
        process.wait(10)
        with pytest.raises(ConnectionError):
            _status(apart, "/livez")
    finally:
        ended(process)


def test_who_asks_is_told_of_the_draining_to_the_end() -> None:
    """Alive and not ready, while clients are still served; then both ports are gone together."""
    apart = free_port()
    flags = ("--set", f"server.operations_port={apart}", "--set", "server.drain_seconds=60")
    process, port = started("--demo", *flags)
    try:
        assert _status(apart, "/readyz") == 200
        process.send_signal(signal.SIGTERM)
        until = time.monotonic() + 20
        while _status(apart, "/readyz") != 503:
            assert time.monotonic() < until
        assert _status(apart, "/livez") == 200
        assert status(port) == 200
        process.send_signal(signal.SIGTERM)  # a second one ends the draining
        process.wait(10)
        for gone in (port, apart):
            with pytest.raises(ConnectionError):
                _status(gone, "/livez")
    finally:
        ended(process)


def test_apart_there_is_no_tls(tmp_path: Path) -> None:
    """Plain HTTP for probes and Prometheus, whatever clients of MCP need."""
    pair = signed(authority(tmp_path), tmp_path, "server", "DNS:localhost")
    apart = free_port()
    files = f"server.tls_certificate={pair.certificate}", f"server.tls_key={pair.key}"
    process, _ = started(
        "--demo", "--set", files[0], "--set", files[1], "--set", f"server.operations_port={apart}"
    )
    try:
        assert _status(apart, "/livez") == 200
    finally:
        ended(process)


def test_a_silent_client_keeps_no_probe_away() -> None:
    """Half a request is let go in time there, too."""
    apart = free_port()
    flags = ("--set", f"server.operations_port={apart}", "--set", "server.request_seconds=0.5")
    process, _ = started("--demo", *flags)
    try:
        with socket.create_connection(("127.0.0.1", apart), 5) as silent:
            silent.sendall(b"GET /livez HTTP/1.1\r\n")
            assert _status(apart, "/livez") == 200
            began = time.monotonic()
            assert silent.recv(100) == b"" and time.monotonic() - began < 4
    finally:
        ended(process)


def test_a_port_that_is_taken() -> None:
    """It is said with the setting's name, and the server ends."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        words = ("serve", "--demo", "--transport", "http", "--port", "0")
        done = subprocess.run(
            [sys.executable, "-m", "kubeport", *words, "--set", f"server.operations_port={port}"],
            env=environment(), capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert f"server.operations_port: Cannot listen on 127.0.0.1, port {port}" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"operations_port": 8080}, "operations_port: expected another port"),
        ({"operations_host": "127.0.0.1"}, "operations_host: expected together with operations_port"),
    ],
)
def test_settings_that_make_no_sense(fields: dict[str, str], told: str) -> None:
    """One port cannot be both, and an address needs a port."""
    with pytest.raises(ValueError, match=told):
        ServerSettings(**fields)  # type: ignore[arg-type]
