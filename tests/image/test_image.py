"""The image as it is meant to be run: read-only, no capability, no new privileges (see build.sh)."""

import json
import socket
import subprocess
import time
from collections.abc import Iterator

import pytest

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


def python(code: str, image: str = IMAGE) -> str:
    """What the image's Python prints for *code*."""
    return podman("run", *CONFINED, "--entrypoint", "python3", image, "-c", code)


@pytest.mark.parametrize("image", [IMAGE, f"{IMAGE}:slim"])
def test_the_demo_runs(image: str) -> None:
    """A server and a client in the container, over stdio."""
    assert "CrashLoopBackOff" in run("demo", image=image)


def test_the_tools_are_there() -> None:
    """All four, the wheel's kubectl and the supplied helm being the real ones."""
    told = run("tools", "install")
    assert [line.split(":")[0] for line in told.splitlines()] == ["kubectl", "helm", "istioctl", "argocd"]
    doctor = podman("run", *CONFINED, "--entrypoint", "kubectl", IMAGE, "version", "--client")
    assert doctor.startswith("Client Version: v1.")


def test_slim_has_kubectl_only() -> None:
    """The other three are said to be missing."""
    told = run("tools", "install", image=f"{IMAGE}:slim")
    assert told.count("is not there") == 3 and told.startswith("kubectl: ")


def test_nobody_special_and_no_shell() -> None:
    """A numeric user; the allowed text utilities and nothing to start a shell or install with."""
    wanted = ("grep", "sed", "awk", "jq", "column", "sort")
    unwanted = ("sh", "bash", "dash", "perl", "apt-get", "dpkg", "pip", "pip3", "curl", "wget")
    code = "import os, shutil; print(os.getuid(), [one for one in {!r} if shutil.which(one)])"
    assert python(code.format(wanted + unwanted)) == f"10001 {list(wanted)}\n"


def test_the_bytecode_is_compiled() -> None:
    """Nothing that the server imports would have to be compiled at each start of a read-only container."""
    code = (
        "import sys, importlib.util as u, os, kubeport.adapters.mcp.server;"
        "print([n for n, m in sys.modules.items() if (f := getattr(m, '__file__', '') or '')[-3:] == '.py'"
        " and not os.path.exists(u.cache_from_source(f))])"
    )
    found = podman("run", *CONFINED, "--entrypoint", "/opt/kubeport/bin/python", IMAGE, "-c", code)
    assert found == "[]\n"


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
