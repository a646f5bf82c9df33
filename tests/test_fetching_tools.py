"""Fetching tools while the image is built, in its own process, from publishers imitated on loopback."""

import hashlib
import importlib.util
import os
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.adapters.watching.certificates import authority, signed
from tests.image.publishers import TOOLS, publish, serving, tarred, zipped

ROOT = Path(__file__).parents[1]
PROGRAM = b"\x7fELF the program\n" * 1000
VERSION = "1.2.3"


@attrs.frozen
class Site:
    """A publishers' folder, where it is served, and where what is fetched is to land."""

    folder: Path
    url: str
    to: Path

    def publish(self, tool: str, architecture: str = "amd64") -> tuple[Path, Path]:
        """The tool and its sum."""
        return publish(tool, VERSION, architecture, PROGRAM, self.folder)

    def fetch(self, *words: str, **others: str) -> subprocess.CompletedProcess[str]:
        """Run fetch.py, as the Dockerfile does, with *others* in its environment."""
        environment = {"TARGETARCH": "amd64", "MIRROR": self.url, "no_proxy": "*"}
        return subprocess.run(
            [sys.executable, "-I", ROOT / "packaging" / "image" / "fetch.py", self.to, *words],
            capture_output=True, text=True, env=environment | others, timeout=60,
        )  # fmt: skip

    def refused(self, *words: str, **others: str) -> str:
        """What is said when *words* cannot be fetched; nothing landed, and there is no traceback."""
        done = self.fetch(*words, **others)
        assert done.returncode == 1 and list(self.to.iterdir()) == []
        assert done.stderr.startswith("fetch: ") and done.stderr.count("\n") == 1
        return done.stderr


@pytest.fixture(name="site")
def _site(tmp_path: Path) -> Iterator[Site]:
    """Publishers with nothing yet."""
    folder, to = tmp_path / "site", tmp_path / "tools"
    folder.mkdir()
    to.mkdir()
    with serving(folder) as url:
        yield Site(folder, url, to)


def resealed(file: Path, sums: Path, data: bytes) -> None:
    """Other content, whose sum the publisher names."""
    old = hashlib.sha256(file.read_bytes()).hexdigest()
    file.write_bytes(data)
    sums.write_text(sums.read_text().replace(old, hashlib.sha256(data).hexdigest()))


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
@pytest.mark.parametrize("tool", TOOLS)
def test_a_program_lands(site: Site, tool: str, architecture: str) -> None:
    """From its publisher's layout, executable; what there is for another architecture is not taken."""
    site.publish(tool, architecture)
    done = site.fetch(f"{tool}={VERSION}", TARGETARCH=architecture)
    assert (done.returncode, done.stderr) == (0, "")
    assert (site.to / tool).read_bytes() == PROGRAM and os.access(site.to / tool, os.X_OK)
    (site.to / tool).unlink()
    other = {"amd64": "arm64", "arm64": "amd64"}[architecture]
    assert site.refused(f"{tool}={VERSION}", TARGETARCH=other)


def test_all_tools_land_at_once(site: Site) -> None:
    """And if the last one cannot be had, none does."""
    words = [f"{tool}={VERSION}" for tool in TOOLS]
    files = [site.publish(tool)[0] for tool in TOOLS]
    assert site.fetch(*words).returncode == 0
    assert sorted(one.name for one in site.to.iterdir()) == sorted(TOOLS)
    for one in site.to.iterdir():
        one.unlink()
    files[-1].unlink()
    assert "HTTP Error 404" in site.refused(*words)


@pytest.mark.parametrize("tool", TOOLS)
def test_another_sum(site: Site, tool: str) -> None:
    """Both sums are told."""
    file, _ = site.publish(tool)
    file.write_bytes(file.read_bytes() + b"x")
    said = site.refused(f"{tool}={VERSION}")
    assert hashlib.sha256(file.read_bytes()).hexdigest() in said and "and its publisher names" in said


@pytest.mark.parametrize("tool", TOOLS)
def test_no_sum(site: Site, tool: str) -> None:
    """Sums that name other files, or nothing, are those of no file."""
    _, sums = site.publish(tool)
    for text in (f"{'0' * 64}  a\n{'0' * 64}  b\n", "", '{"components": []}'):
        sums.write_text(text)
        assert sums.name in site.refused(f"{tool}={VERSION}")
    sums.unlink()
    assert "HTTP Error 404" in site.refused(f"{tool}={VERSION}")


@pytest.mark.parametrize("tool", TOOLS)
def test_half_a_file(site: Site, tool: str) -> None:
    """An answer that ends early is not taken for the file."""
    file, _ = site.publish(tool)
    (site.folder / "cut").write_text(file.name)
    assert "IncompleteRead" in site.refused(f"{tool}={VERSION}")


def test_nobody_answers(site: Site) -> None:
    """What else one can do is said."""
    said = site.refused(f"helm={VERSION}", MIRROR="http://127.0.0.1:1")
    assert "Connection refused" in said and "TOOLS=supplied" in said


MEMBERS: dict[str, Callable[[str], bytes]] = {
    "helm": lambda name: tarred(name, PROGRAM),
    "kubelogin": lambda name: zipped(name, PROGRAM),
}


@pytest.mark.parametrize("tool", MEMBERS)
@pytest.mark.parametrize("member", ["../../{}", "/usr/bin/{}", "a/../{}", "{}x"])
def test_a_member_outside_the_archive(site: Site, tool: str, member: str) -> None:
    """Refused by name, though its sum is right; so is an archive without the program."""
    name = member.format(tool)
    resealed(*site.publish(tool), MEMBERS[tool](name))
    assert f"has to hold one file {tool}" in site.refused(f"{tool}={VERSION}")
    assert not (site.to.parent / tool).exists()


@pytest.mark.parametrize("tool", ["helm", "kubelogin", "istioctl"])
def test_no_archive(site: Site, tool: str) -> None:
    """Something that its publisher vouches for and that cannot be unpacked."""
    resealed(*site.publish(tool), b"<html>Sign in</html>")
    assert "cannot be unpacked" in site.refused(f"{tool}={VERSION}")


def test_a_sum_of_the_builder(site: Site) -> None:
    """Who does not trust a mirror names the sum; it is held against the file besides the publisher's."""
    file, _ = site.publish("argocd")
    right = hashlib.sha256(file.read_bytes()).hexdigest()
    assert "and this build wants 0000" in site.refused(f"argocd={VERSION}@sha256:{'0' * 64}")
    assert site.fetch(f"argocd={VERSION}@sha256:{right}").returncode == 0


@pytest.mark.parametrize(
    "word", ["helm", "helm=", "rm=1", "helm=../1", "helm=1?x", "helm=1@sha256:0", "kubectl=1"]
)
def test_a_word_that_is_none(site: Site, word: str) -> None:
    """Nothing is asked of anyone."""
    assert "is not TOOL=VERSION" in site.refused(word)


def test_an_architecture_without_tools(site: Site) -> None:
    """Which ones there are is said."""
    assert "amd64 and arm64" in site.refused(f"helm={VERSION}", TARGETARCH="riscv64")


def test_a_mirror_over_tls(site: Site, tmp_path: Path) -> None:
    """Its certificate is checked; plain HTTP is for loopback, also by redirection."""
    site.publish("helm")
    by = authority(tmp_path)
    pair = signed(by, tmp_path, "mirror", "IP:127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    with serving(site.folder, context) as url:
        trusting = {"MIRROR": url, "SSL_CERT_FILE": str(by.certificate)}
        assert "certificate verify failed" in site.refused(f"helm={VERSION}", MIRROR=url)
        (site.folder / "elsewhere").write_text(site.url)
        assert "without TLS" in site.refused(f"helm={VERSION}", **trusting)
        (site.folder / "elsewhere").unlink()
        assert site.fetch(f"helm={VERSION}", **trusting).returncode == 0


@pytest.mark.parametrize(
    "mirror", ["http://mirror.example", "ftp://127.0.0.1", "file:///tmp", "mirror.example"]
)
def test_a_mirror_without_tls(site: Site, mirror: str) -> None:
    """Refused: who sits between could change file and sum alike."""
    assert "is neither https:// nor http:// on loopback" in site.refused(f"helm={VERSION}", MIRROR=mirror)


def test_the_publishers_are_asked_without_a_mirror() -> None:
    """Their own hosts, over TLS."""
    spec = importlib.util.spec_from_file_location("fetch", ROOT / "packaging" / "image" / "fetch.py")
    assert spec is not None and spec.loader is not None
    module: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    asked = [url for source in module.SOURCES.values() for url in source] + [module.GOOGLE]
    assert all(module.mirrored(url, "") == url and url.startswith("https://") for url in asked)
