"""The image as it is meant to be run: read-only, no capability, no new privileges (see build.sh)."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.image.mirror import versions
from tests.image.publishers import publish, serving

ROOT = Path(__file__).parents[2]
IMAGE = "localhost/kubeport"
PODMAN = ["podman", "--cgroup-manager", "cgroupfs", "--runtime", "runc"]
CONFINED = [
    *("--rm", "--no-healthcheck", "--network", "host", "--read-only", "--cap-drop=all"),
    *("--security-opt", "no-new-privileges", "--ulimit", "nofile=1024:4096", "--ulimit", "nproc=1024:4096"),
]


def podman(*words: str) -> str:
    """What podman prints."""
    done = subprocess.run([*PODMAN, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def run(*words: str, image: str = IMAGE) -> str:
    """What the image prints for *words*."""
    return podman("run", *CONFINED, image, *words)


def started(program: str, *words: str, image: str = IMAGE) -> str:
    """What another program of the image prints."""
    return podman("run", *CONFINED, "--entrypoint", program, image, *words)


def python(code: str, image: str = IMAGE) -> str:
    """What the image's Python prints for *code*."""
    return started("python3", "-c", code, image=image)


@pytest.mark.parametrize("image", [IMAGE, f"{IMAGE}:slim"])
def test_the_demo_runs(image: str) -> None:
    """A server and a client in the container, over stdio."""
    assert "CrashLoopBackOff" in run("demo", image=image)


@pytest.mark.parametrize("image", [IMAGE, f"{IMAGE}:cloud", f"{IMAGE}:supplied"])
def test_the_tools_are_there(image: str) -> None:
    """All four, fetched from a mirror or supplied; kubectl and helm are the real ones."""
    told = run("tools", "install", image=image)
    assert [line.split(":")[0] for line in told.splitlines()] == ["kubectl", "helm", "istioctl", "argocd"]
    assert started("kubectl", "version", "--client", image=image).startswith("Client Version: v1.")
    assert started("helm", "version", "--short", image=image).startswith("v4.")
    assert started("argocd", "version", image=image) == "argocd version\n"


def test_slim_has_kubectl_only() -> None:
    """The other three are said to be missing."""
    told = run("tools", "install", image=f"{IMAGE}:slim")
    assert told.count("is not there") == 3 and told.startswith("kubectl: ")


HELPERS = ["aws-iam-authenticator", "gke-gcloud-auth-plugin", "kubelogin"]
UTILITIES = [
    *("base64", "column", "cut", "gawk", "grep", "head", "jq", "sed", "sort", "tail", "tr", "uniq", "wc"),
    *("diff", "prlimit"),
]
# Every file that can be executed and is no library, by name.
EXECUTABLES = """
import os, stat
found = []
for folder, _, names in os.walk("/"):
    if folder.split("/")[1] in ("proc", "sys", "dev"):
        continue
    for one in (os.path.join(folder, name) for name in names):
        mode = os.lstat(one).st_mode
        assert not mode & (stat.S_ISUID | stat.S_ISGID), one
        if stat.S_ISREG(mode) and mode & 0o111 and ".so" not in one:
            found.append(os.path.basename(one))
print(*sorted(found))
"""


@pytest.mark.parametrize(
    ("image", "tools"),
    [
        (f"{IMAGE}:slim", ["kubectl"]),
        (IMAGE, ["kubectl", "helm", "istioctl", "argocd"]),
        (f"{IMAGE}:cloud", ["kubectl", "helm", "istioctl", "argocd", *HELPERS]),
    ],
)
def test_nothing_else_can_be_run(image: str, tools: list[str]) -> None:
    """But Python, Kubeport, utilities and tools: no shell, other interpreter or package tool; no setuid."""
    interpreter = python("import os, sys; print(os.path.basename(os.path.realpath(sys.executable)))").strip()
    assert python(EXECUTABLES, image).split() == sorted([interpreter, "kubeport", *UTILITIES, *tools])


def test_the_utilities_start() -> None:
    """Each has all that it loads."""
    code = "import subprocess as s; [s.run([one, '--version'], check=True, stdout=s.DEVNULL) for one in {!r}]"
    assert python(code.format(UTILITIES)) == ""


def test_the_standard_library_loads() -> None:
    """Each compiled module that was kept, and pip is not there; certificates and time zones are."""
    code = (
        "import importlib, importlib.util, pathlib, ssl, sysconfig, zoneinfo;"
        "[importlib.import_module(one.name.split('.')[0])"
        " for one in pathlib.Path(sysconfig.get_path('stdlib'), 'lib-dynload').iterdir()];"
        "context = ssl.create_default_context();"
        "context.load_verify_locations(cafile='/etc/ssl/certs/ca-certificates.crt');"
        "zoneinfo.ZoneInfo('Europe/Vienna');"
        "print(len(context.get_ca_certs()) > 100, importlib.util.find_spec('pip'))"
    )
    assert python(code) == "True None\n"


def test_scanners_see_the_packages() -> None:
    """Those whose files are there, with licences, and no others."""
    code = (
        "import os, pathlib; text = pathlib.Path('/var/lib/dpkg/status').read_text();"
        "names = [line[9:] for line in text.splitlines() if line.startswith('Package: ')];"
        "print(*[n for n in names if os.path.exists(f'/usr/share/doc/{n}/copyright')] and names)"
    )
    names = python(code).split()
    assert {"libc6", "gawk", "jq", "coreutils", "ca-certificates", "zlib1g"} <= set(names)
    assert not {"apt", "bash", "dash", "dpkg", "perl-base", "passwd", "login"} & set(names)


def test_nobody_special() -> None:
    """A numeric user with a home of its own."""
    code = "import os; print(os.getuid(), os.getgid(), os.stat(os.path.expanduser('~')).st_uid, os.getcwd())"
    assert python(code) == "10001 10001 10001 /home/kubeport\n"


def test_the_bytecode_is_compiled() -> None:
    """Nothing that the server imports would have to be compiled at each start of a read-only container."""
    code = (
        "import sys, importlib.util as u, os, kubeport.adapters.mcp.server;"
        "print([n for n, m in sys.modules.items() if (f := getattr(m, '__file__', '') or '')[-3:] == '.py'"
        " and not os.path.exists(u.cache_from_source(f))])"
    )
    assert python(code) == "[]\n"


def test_the_labels() -> None:
    """The MCP registry finds its name, and the user is a number."""
    (told,) = json.loads(podman("image", "inspect", IMAGE))
    assert told["Config"]["Labels"]["io.modelcontextprotocol.server.name"] == "io.github.kubeport/kubeport"
    assert told["Config"]["User"] == "10001:10001"
    assert told["Healthcheck"]["Test"][0] == "CMD"


def test_what_servers_need_is_there() -> None:
    """The packages that settings of a server want, which nobody could add: the image has no pip."""
    modules = ("redis.asyncio", "prometheus_client", "websockets", "opentelemetry.sdk.trace", "jwt")
    exporters = "opentelemetry.exporter.otlp.proto.http"
    code = f"import {', '.join(modules)}, {exporters}.trace_exporter, {exporters}._log_exporter; print('all')"
    told = podman("run", *CONFINED, "--entrypoint", "/opt/kubeport/bin/python", IMAGE, "-c", code)
    assert told == "all\n"


@pytest.fixture(name="served")
def _served() -> Iterator[tuple[str, int]]:
    """A container that serves the demo over HTTP, and its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    name = podman(
        *("run", "-d", *CONFINED, IMAGE, "serve", "--demo", "--transport", "http", "--port", str(port))
    ).strip()
    yield name, port
    podman("stop", "-t", "5", name)


def test_the_health_check_follows_the_server(served: tuple[str, int]) -> None:
    """It succeeds once the server answers, by the words of the process that the container started."""
    name, port = served
    until = time.monotonic() + 20
    while time.monotonic() < until and not _listens(port):
        time.sleep(0.1)
    podman("exec", name, "python3", "-I", "/opt/kubeport/healthcheck.py")


def _listens(port: int) -> bool:
    """Whether something takes connections there."""
    with socket.socket() as asking:
        return asking.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("wrong", [False, True])
def test_a_wrong_sum_ends_the_build(tmp_path: Path, wrong: bool) -> None:
    """The Dockerfile fetches from where it is told to; what differs from its publisher's sum is refused."""
    for tool, version in versions().items():
        file, _ = publish(tool, version, "amd64", b"#!/bin/true\n", tmp_path)
        file.write_bytes(file.read_bytes() + b"x" * (wrong and tool == "argocd"))
    with serving(tmp_path) as url:
        words = ["bud", "--isolation", "chroot", "--pull=never", "--layers", "--target", "tools-fetched"]
        arguments = ["--build-arg", f"MIRROR={url}", "--build-arg", "TARGETARCH=amd64"]
        command = ["buildah", *words, *arguments, str(ROOT)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    said = done.stdout + done.stderr
    assert (bool(done.returncode), "and its publisher names" in said) == (wrong, wrong), said
