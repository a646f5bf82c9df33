"""Fetch command-line tools from their publishers; what differs from the publisher's checksum is refused.

    python fetch.py DIR helm=4.3.1 argocd=3.4.5@sha256:96ab… …

Runs while the image is built, with the standard library alone, for the architecture TARGETARCH. A version
with a sum is held against that, too. With MIRROR, all comes from there, below the publisher's host's name.
"""

import hashlib
import http.client
import io
import json
import os
import platform
import re
import sys
import tarfile
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlsplit

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
_WANTED = re.compile(r"([a-z-]+)=([0-9][0-9A-Za-z.+-]*)(?:@sha256:([0-9a-f]{64}))?")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Wanted(NamedTuple):
    """One tool in one version, and the sum that whoever builds wants it to have, or nothing."""

    tool: str
    version: str
    pinned: str

    @classmethod
    def read(cls, word: str) -> "Wanted":
        """From `name=version` or `name=version@sha256:sum`."""
        found, known = _WANTED.fullmatch(word), (*SOURCES, GCLOUD_PLUGIN)
        if found is None or found[1] not in known:
            raise SystemExit(
                f"fetch: {word!r} is not TOOL=VERSION or TOOL=VERSION@sha256:SUM; {', '.join(known)}."
            )
        return cls(found[1], found[2], found[3] or "")


def fetch(wanted: Wanted, architecture: str, read: Read) -> bytes:
    """The program that is wanted, whose file has the sum that its publisher names."""
    tool, version, pinned = wanted
    if tool == GCLOUD_PLUGIN:
        url, expected = _component(version, architecture, read)
    else:
        url, sums = (text.format(v=version, a=architecture) for text in SOURCES[tool])
        expected = _sum_of(url.rsplit("/", 1)[1], sums, read(sums).decode(errors="replace"))
    data = read(url)
    found = hashlib.sha256(data).hexdigest()
    for whose, one in (("its publisher names", expected), ("this build wants", pinned or expected)):
        if found != one:
            raise SystemExit(f"fetch: {url} has the SHA-256 {found}, and {whose} {one}.")
    return _unpacked(tool, url, data)


def _sum_of(name: str, url: str, sums: str) -> str:
    """The sum of *name*: of its line, or the only one there is."""
    lines = [line.split() for line in sums.splitlines() if line.strip()]
    named = [words[0] for words in lines if words[-1].lstrip("*").rsplit("/", 1)[-1] == name]
    alone = [words[0] for words in lines if len(lines) == len(words) == 1]
    try:
        (one,) = named or alone
    except ValueError:
        raise SystemExit(f"fetch: {url} does not name {name} once.") from None
    return one.lower()


def _component(version: str, architecture: str, read: Read) -> tuple[str, str]:
    """URL and sum from the manifest of that version of the Google Cloud CLI."""
    url = f"{GOOGLE}components-v{version}.json"
    name = f"{GCLOUD_PLUGIN}-linux-{GCLOUD_ARCHITECTURES[architecture]}"
    try:
        components = {one["id"]: one.get("data", {}) for one in json.loads(read(url))["components"]}
        return GOOGLE + components[name]["source"], components[name]["checksum"]
    except (KeyError, TypeError, ValueError):
        raise SystemExit(f"fetch: {url} does not say where {name} is and what its sum is.") from None


def _unpacked(tool: str, url: str, data: bytes) -> bytes:
    """The one file of an archive that is called *tool*; what is no archive is the program itself."""
    if not url.endswith((".zip", ".tar.gz")):
        return data
    try:
        found = _files(tool, url, data)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, EOFError, OSError) as fault:
        raise SystemExit(f"fetch: {url} cannot be unpacked ({fault}).") from None
    strange = [name for name in found if name.startswith("/") or ".." in name.split("/")]
    if len(found) != 1 or strange:
        names = ", ".join(found) or "none"
        raise SystemExit(
            f"fetch: {url} has to hold one file {tool}, in a place of its own; it holds {names}."
        )
    return found.popitem()[1]


def _files(tool: str, url: str, data: bytes) -> dict[str, bytes]:
    """Each file of an archive that is called *tool*, by where it says it lies; no links."""
    if url.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as pack:
            return {name: pack.read(name) for name in pack.namelist() if name.rsplit("/", 1)[-1] == tool}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as tar:
        members = [one for one in tar if one.isfile() and one.name.rsplit("/", 1)[-1] == tool]
        return {one.name: file.read() for one in members if (file := tar.extractfile(one))}


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Publishers send one elsewhere for a file; never from TLS to plain HTTP."""

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        """The request to *newurl*."""
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise urllib.error.URLError(f"it leads to {newurl}, without TLS")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def mirrored(url: str, mirror: str) -> str:
    """Where *url* lies on a mirror, if there is one: below its host's name, over TLS or on this machine."""
    if not mirror:
        return url
    parts = urlsplit(mirror)
    if parts.scheme != "https" and (parts.scheme != "http" or parts.hostname not in LOOPBACK):
        raise SystemExit(f"fetch: MIRROR={mirror} is neither https:// nor http:// on loopback.")
    return f"{mirror.rstrip('/')}/{url.removeprefix('https://')}"


def read(url: str) -> bytes:
    """What lies behind *url*, or where MIRROR has it."""
    place = mirrored(url, os.environ.get("MIRROR", ""))
    try:
        with urllib.request.build_opener(_Redirects).open(place, timeout=60) as answer:
            content: bytes = answer.read()
    except (OSError, http.client.HTTPException) as fault:
        raise SystemExit(
            f"fetch: {place} cannot be had ({fault}). Name a mirror that has it "
            "(--build-arg MIRROR=https://…), or supply the tools yourself (--build-arg TOOLS=supplied)."
        ) from None
    return content


def architecture_of(target: str) -> str:
    """As publishers name it: what the builder asks for, else this machine's."""
    known = {"amd64": "amd64", "arm64": "arm64", "x86_64": "amd64", "aarch64": "arm64"}
    asked = target or platform.machine()
    if asked not in known:
        raise SystemExit(
            f"fetch: publishers have no tools for {asked}; there are images for amd64 and arm64."
        )
    return known[asked]


def main(directory: str, *words: str) -> None:
    """Put each tool that *words* name into *directory*; all of them, or none."""
    architecture = architecture_of(os.environ.get("TARGETARCH", ""))
    wanted = [Wanted.read(word) for word in words]
    with TemporaryDirectory(dir=directory) as scratch:
        for one in wanted:
            place = Path(scratch, one.tool)
            place.write_bytes(fetch(one, architecture, read))
            place.chmod(0o755)
        for place in Path(scratch).iterdir():
            place.rename(Path(directory, place.name))


if __name__ == "__main__":
    main(*sys.argv[1:])
