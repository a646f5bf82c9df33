"""The publishers of command-line tools, imitated: a folder that is laid out as a mirror, and its server."""

import hashlib
import io
import json
import ssl
import tarfile
import threading
import zipfile
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RELEASES = "github.com/{}/releases/download"
ISTIO = RELEASES.format("istio/istio")
ARGOCD = RELEASES.format("argoproj/argo-cd")
AWS = RELEASES.format("kubernetes-sigs/aws-iam-authenticator")
AZURE = RELEASES.format("Azure/kubelogin")
GOOGLE = "dl.google.com/dl/cloudsdk/channels/rapid"
OF_GOOGLE = {"amd64": "x86_64", "arm64": "arm"}
TOOLS = ("helm", "istioctl", "argocd", "aws-iam-authenticator", "kubelogin", "gke-gcloud-auth-plugin")


def publish(tool: str, version: str, architecture: str, program: bytes, place: Path) -> tuple[Path, Path]:
    """Write the file with *program*, and the one that names its sum, as the publisher lays them out."""
    v, a = version, architecture
    match tool:
        case "helm":
            file = place / f"get.helm.sh/helm-v{v}-linux-{a}.tar.gz"
            return _write(file, tarred(f"linux-{a}/helm", program), ".sha256sum", "{digest}  {name}\n")
        case "istioctl":
            file = place / ISTIO / v / f"istioctl-{v}-linux-{a}.tar.gz"
            return _write(file, tarred("istioctl", program), ".sha256", "{digest} {name}\n")
        case "argocd":
            file = place / ARGOCD / f"v{v}" / f"argocd-linux-{a}"
            sums = "{digest_of_none}  argocd-darwin-arm64\n{digest}  {name}\n"
            return _write(file, program, "/cli_checksums.txt", sums)
        case "aws-iam-authenticator":
            file = place / AWS / f"v{v}" / f"aws-iam-authenticator_{v}_linux_{a}"
            sums = "{digest}  {name}\n{digest_of_none}  aws-iam-authenticator_windows\n"
            return _write(file, program, f"/authenticator_{v}_checksums.txt", sums)
        case "kubelogin":
            file = place / AZURE / f"v{v}" / f"kubelogin-linux-{a}.zip"
            data = zipped(f"bin/linux_{a}/kubelogin", program)
            return _write(file, data, ".sha256", "{digest}  {name}\n")
        case _:
            return _of_google(v, a, program, place)


def _of_google(version: str, architecture: str, program: bytes, place: Path) -> tuple[Path, Path]:
    """The plugin is a component; where it is and its sum are in a manifest of all components."""
    name = f"gke-gcloud-auth-plugin-linux-{OF_GOOGLE[architecture]}"
    file = place / GOOGLE / "components" / f"{name}-20260101000000.tar.gz"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(tarred("bin/gke-gcloud-auth-plugin", program))
    source = {"source": f"components/{file.name}", "checksum": _digest(file.read_bytes()), "type": "tar"}
    components: list[dict[str, object]] = [
        {"id": "core", "data": {}},
        {"id": "gke-gcloud-auth-plugin"},
        {"id": name, "data": source},
    ]
    manifest = place / GOOGLE / f"components-v{version}.json"
    manifest.write_text(json.dumps({"components": components, "version": version}))
    return file, manifest


def _write(file: Path, data: bytes, sums: str, form: str) -> tuple[Path, Path]:
    """*data* as *file*; its sum beside it, or in a file of the folder if *sums* begins with a slash."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    listing = file.parent / sums[1:] if sums.startswith("/") else file.with_name(file.name + sums)
    listing.write_text(form.format(digest=_digest(data), digest_of_none=_digest(b""), name=file.name))
    return file, listing


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def tarred(member: str, program: bytes) -> bytes:
    """A .tar.gz with *program* at *member*, beside what publishers put there."""
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz", compresslevel=1) as archive:
        for name, data in (("README.md", b"Read me.\n"), (member, program)):
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o755
            archive.addfile(entry, io.BytesIO(data))
    return held.getvalue()


def zipped(member: str, program: bytes) -> bytes:
    """The same as a .zip."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(member, program)
    return held.getvalue()


class Publisher(SimpleHTTPRequestHandler):
    """Files of a folder; two that are called `cut` and `elsewhere` make it misbehave."""

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Half of what was promised, if the folder has a file `cut` with this file's name."""
        data = source.read()
        cut = Path(self.directory, "cut")
        half = cut.exists() and self.path.endswith(cut.read_text())
        outputfile.write(data[: len(data) // 2] if half else data)

    def do_GET(self) -> None:
        """The file, or a redirection for all, if the folder has a file `elsewhere`."""
        elsewhere = Path(self.directory, "elsewhere")
        if elsewhere.exists():
            self.send_response(302)
            self.send_header("Location", elsewhere.read_text() + self.path)
            self.end_headers()
        else:
            super().do_GET()


@contextmanager
def serving(folder: Path, context: ssl.SSLContext | None = None) -> Generator[str]:
    """The folder over HTTP on loopback, or over TLS with a *context*."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Publisher, directory=str(folder))) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
