"""Fetch command-line tools from their publishers; what differs from the publisher's checksum is refused.

    python fetch.py DIR helm=4.3.1 argocd=3.2.0 …

Runs while the image is built, with the standard library alone, for the architecture TARGETARCH.
"""

import hashlib
import io
import json
import os
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

Read = Callable[[str], bytes]


class Source(NamedTuple):
    """Where a tool and the sum of its file lie; {v} is the version, {a} the architecture."""

    file: str
    sums: str


GITHUB = "https://github.com/{}/releases/download"
ISTIO = GITHUB.format("istio/istio") + "/{v}/istioctl-{v}-linux-{a}.tar.gz"
ARGOCD = GITHUB.format("argoproj/argo-cd") + "/v{v}/"
AWS = GITHUB.format("kubernetes-sigs/aws-iam-authenticator") + "/v{v}/"
AZURE = GITHUB.format("Azure/kubelogin") + "/v{v}/kubelogin-linux-{a}.zip"
HELM = "https://get.helm.sh/helm-v{v}-linux-{a}.tar.gz"
GOOGLE = "https://dl.google.com/dl/cloudsdk/channels/rapid/"
SOURCES = {
    "helm": Source(HELM, HELM + ".sha256sum"),
    "istioctl": Source(ISTIO, ISTIO + ".sha256"),
    "argocd": Source(ARGOCD + "argocd-linux-{a}", ARGOCD + "cli_checksums.txt"),
    "aws-iam-authenticator": Source(
        AWS + "aws-iam-authenticator_{v}_linux_{a}", AWS + "authenticator_{v}_checksums.txt"
    ),
    "kubelogin": Source(AZURE, AZURE + ".sha256"),
}
GCLOUD_PLUGIN = "gke-gcloud-auth-plugin"
GCLOUD_ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm"}


def fetch(tool: str, version: str, architecture: str, read: Read) -> bytes:
    """The program of *tool*, whose file has the sum that its publisher names."""
    if tool == GCLOUD_PLUGIN:
        url, expected = _component(version, architecture, read)
    else:
        url, sums = (text.format(v=version, a=architecture) for text in SOURCES[tool])
        expected = _sum_of(url.rsplit("/", 1)[1], read(sums).decode())
    data = read(url)
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise SystemExit(f"fetch: {url} has the SHA-256 {found}, and its publisher names {expected}.")
    return _unpacked(tool, url, data)


def _sum_of(name: str, sums: str) -> str:
    """The sum of *name*: of its line, or the only one there is."""
    lines = [line.split() for line in sums.splitlines() if line.strip()]
    named = [words[0] for words in lines if words[-1].lstrip("*").rsplit("/", 1)[-1] == name]
    alone = [words[0] for words in lines if len(lines) == len(words) == 1]
    try:
        (one,) = named or alone
    except ValueError:
        raise SystemExit(f"fetch: the publisher's sums do not name {name} once.") from None
    return one


def _component(version: str, architecture: str, read: Read) -> tuple[str, str]:
    """URL and sum from the manifest of that version of the Google Cloud CLI."""
    wanted = f"{GCLOUD_PLUGIN}-linux-{GCLOUD_ARCHITECTURES[architecture]}"
    for one in json.loads(read(f"{GOOGLE}components-v{version}.json"))["components"]:
        if one["id"] == wanted:
            return GOOGLE + one["data"]["source"], one["data"]["checksum"]
    raise SystemExit(f"fetch: version {version} of the Google Cloud CLI has no {wanted}.")


def _unpacked(tool: str, url: str, data: bytes) -> bytes:
    """The one member of an archive that is called *tool*; what is no archive is the program itself."""
    if url.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = [name for name in archive.namelist() if name.rsplit("/", 1)[-1] == tool]
            return archive.read(names[0])
    if url.endswith(".tar.gz"):
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                if member.isfile() and member.name.rsplit("/", 1)[-1] == tool:
                    file = archive.extractfile(member)
                    return file.read() if file else b""
        raise SystemExit(f"fetch: {url} holds no {tool}.")
    return data


def _read(url: str) -> bytes:
    """What lies behind *url*."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            content: bytes = answer.read()
    except OSError as fault:
        raise SystemExit(
            f"fetch: {url} cannot be had ({fault}). Build with --build-arg TOOLS=supplied and your own tools."
        ) from None
    return content


def main(directory: str, *wanted: str) -> None:
    """Put each tool of *wanted*, as `name=version`, into *directory*."""
    architecture = os.environ.get("TARGETARCH") or "amd64"
    for tool, _, version in (one.partition("=") for one in wanted):
        place = Path(directory, tool)
        place.write_bytes(fetch(tool, version, architecture, _read))
        place.chmod(0o755)


if __name__ == "__main__":
    main(*sys.argv[1:])
