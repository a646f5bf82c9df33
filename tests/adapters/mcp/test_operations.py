"""A server over HTTP as an operator meets it: probes, metrics, TLS that is renewed."""

import asyncio
import http.client
import json
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from tests.adapters.mcp.http_servers import ended, started
from tests.adapters.watching.certificates import authority, signed

from kubeport.adapters.mcp.certificates import Certificate
from kubeport.adapters.mcp.operations import Operations
from kubeport.domain.errors import CommandError


def _get(port: int, path: str) -> tuple[int, str]:
    asked = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    asked.request("GET", path)
    answer = asked.getresponse()
    told = answer.status, answer.read().decode()
    asked.close()
    return told


@pytest.fixture
def measured() -> Iterator[int]:
    """The port of a demo server with metrics."""
    process, port = started("--demo", "--set", "server.metrics=true")
    yield port
    ended(process)


def test_probes_and_metrics(measured: int) -> None:
    """Alive, ready, counted; other paths are not there."""
    assert _get(measured, "/livez") == (200, "ok\n")
    status, text = _get(measured, "/readyz")
    assert status == 200
    assert json.loads(text) == {"ready": True, "checks": {"kubeconfig": True, "audit": True}}
    assert "kubeport_calls_running 0.0" in _get(measured, "/metrics")[1]
    assert _get(measured, "/elsewhere")[0] == 404


def test_a_server_that_cannot_serve_is_not_ready_but_alive(tmp_path: Path) -> None:
    """A kubeconfig that cannot be read and a kubectl that is not there: 503, with their names."""
    config = tmp_path / "config"
    config.write_text("[")
    gone = f"tools.paths_kubectl={tmp_path / 'none'}"
    process, port = started("--set", gone, KUBECONFIG=str(config))
    try:
        status, text = _get(port, "/readyz")
        assert status == 503
        assert json.loads(text)["checks"] == {"kubeconfig": False, "programs": False}
        assert _get(port, "/livez")[0] == 200
        assert _get(port, "/metrics")[0] == 404
    finally:
        ended(process)


def _readyz(operations: Operations) -> Any:
    (found,) = (one.endpoint for one in operations.routes(lambda _, __: False) if one.path == "/readyz")
    return found


def _request() -> Request:
    return Request({"type": "http", "method": "GET", "path": "/readyz", "headers": []})


@pytest.mark.anyio
async def test_many_who_ask_whether_it_is_ready_cost_one_look() -> None:
    """Anybody may ask: the checks run once for all of them, and once more a second later."""
    looked, go = list[str](), asyncio.Event()

    async def check() -> None:
        looked.append("looked")
        await go.wait()

    readyz = _readyz(Operations({"state": check}))
    asked = [asyncio.ensure_future(readyz(_request())) for _ in range(300)]
    await asyncio.sleep(0.05)
    asked.pop().cancel()
    go.set()
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
    assert (await readyz(_request())).status_code == 200
    assert looked == ["looked"]
    await asyncio.sleep(1.1)
    assert (await readyz(_request())).status_code == 200
    assert len(looked) == 2


@pytest.mark.anyio
async def test_a_server_that_drains_is_not_ready() -> None:
    """Whatever its checks would say: nobody is to be sent to it any more."""
    operations = Operations({})
    readyz = _readyz(operations)
    assert (await readyz(_request())).status_code == 200
    operations.drain()
    answer = await readyz(_request())
    assert answer.status_code == 503
    assert json.loads(bytes(answer.body)) == {"ready": False, "draining": True, "checks": {}}


def _presented(port: int, trusted: Path) -> str:
    """The common name of the certificate that a new connection is shown."""
    context = ssl.create_default_context(cafile=str(trusted))
    plain = socket.create_connection(("127.0.0.1", port), 5)
    with context.wrap_socket(plain, server_hostname="localhost") as connection:
        found: Any = connection.getpeercert()
    return str(dict(part[0] for part in found["subject"])["commonName"])


def test_tls_and_a_renewed_certificate(tmp_path: Path) -> None:
    """New connections are shown the new one without a restart; plain HTTP is not answered."""
    by = authority(tmp_path)
    first, second = (signed(by, tmp_path, name, "DNS:localhost") for name in ("first", "second"))
    files = f"server.tls_certificate={first.certificate}", f"server.tls_key={first.key}"
    process, port = started("--demo", "--set", files[0], "--set", files[1])
    try:
        assert _presented(port, by.certificate) == "first"
        with pytest.raises((http.client.HTTPException, ConnectionError)):
            _get(port, "/livez")
        second.key.replace(first.key)
        second.certificate.replace(first.certificate)
        until = time.monotonic() + 20
        while (shown := _presented(port, by.certificate)) != "second":
            assert time.monotonic() < until, shown
            time.sleep(0.3)
    finally:
        ended(process)


def test_half_a_renewal_leaves_the_old_pair(tmp_path: Path) -> None:
    """A certificate without its key, or none at all, is not taken up."""
    by = authority(tmp_path)
    first, second = (signed(by, tmp_path, name, "DNS:localhost") for name in ("first", "second"))
    certificate = Certificate(str(first.certificate), str(first.key))
    assert not certificate.renew()
    second.certificate.replace(first.certificate)
    assert not certificate.renew()
    second.key.replace(first.key)
    assert certificate.renew()
    first.key.unlink()
    assert not certificate.renew()


def test_a_pair_that_cannot_be_used_refuses_to_start(tmp_path: Path) -> None:
    """With the setting's name, and nothing of a file."""
    (tmp_path / "x").write_text("hunter2")
    with pytest.raises(CommandError, match=r"server\.tls_certificate") as caught:
        Certificate(str(tmp_path / "x"), str(tmp_path / "x"))
    assert "hunter2" not in str(caught.value)
