"""The real kubectl and helm, and a real API server, for the tests of this folder."""

import json
import os
import secrets
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from tests.cluster import processes
from tests.cluster.teams import BLUE_READS, IMPERSONATOR, Trail
from tests.enabling import enabled_or_skip

_FETCH = "Run `make cluster-test`, or first: . tests/cluster/tools.sh"
_SCRIPT = Path(__file__).with_name("cluster.sh")
_WORKLOADS = Path(__file__).with_name("workloads.yaml")


@attrs.frozen
class Kubectl:
    """A real kubectl with one kubeconfig and an environment of its own."""

    program: str
    environ: dict[str, str]

    def __call__(self, *args: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        """Run it, whatever its exit code."""
        return subprocess.run(
            [self.program, *args], env=self.environ, input=stdin, capture_output=True, text=True,
            timeout=60, check=False,
        )

    def output(self, *args: str, stdin: str = "") -> str:
        """What a successful run prints."""
        done = self(*args, stdin=stdin)
        assert done.returncode == 0, f"{args}: {done.stderr}"
        return done.stdout

    def wait_for(self, expected: str, *args: str, seconds: float = 30) -> None:
        """Run again and again until *expected* is the whole output."""
        until = time.monotonic() + seconds
        while (found := self(*args).stdout.strip()) != expected:
            assert time.monotonic() < until, f"{args}: {found!r}, expected {expected!r}"
            time.sleep(0.2)


@pytest.fixture(scope="session")
def kubectl() -> str:
    """The path of a real kubectl 1.37."""
    return _program("kubectl", "KUBEPORT_TEST_KUBECTL", "1.37")


@pytest.fixture(scope="session")
def helm4() -> str:
    """The path of a real helm 4."""
    return _program("helm4", "KUBEPORT_TEST_HELM4", "4")


@pytest.fixture(scope="session")
def helm3() -> str:
    """The path of a real helm 3."""
    return _program("helm3", "KUBEPORT_TEST_HELM3", "3")


@pytest.fixture(scope="session")
def schemas() -> Path:
    """The folder with the schemas that Kubernetes publishes, a file for each version."""
    places = [os.environ.get("KUBEPORT_TEST_SCHEMAS", ""), str(_fetched() / "schemas")]
    good = [Path(place) for place in places if place and Path(place).is_dir()]
    return good[0] if good else enabled_or_skip("Kubernetes' schemas are not here.", _FETCH)


@pytest.fixture(params=["helm3", "helm4"])
def helm(request: pytest.FixtureRequest) -> str:
    """Each of the real helms."""
    return str(request.getfixturevalue(request.param))


@pytest.fixture(scope="session")
def api_server() -> Iterator[Path]:
    """The kubeconfig of a running API server, with contexts ``admin`` and ``viewer``."""
    processes.sweep()
    _build_or_skip()
    name = f"test-{os.getpid()}-{secrets.token_hex(3)}"
    try:
        yield Path(_process("up", name, str(os.getpid())))
    finally:
        processes.Cluster(name).down()


@attrs.frozen
class Restartable:
    """A cluster of its own whose API server can be taken away and brought back."""

    name: str
    kubeconfig: Path

    def kill(self) -> None:
        """Take the API server away, without a word to anybody."""
        _process("kill", self.name)

    def revive(self) -> None:
        """Start it again, on the same port and with the same storage; it is ready then."""
        _process("revive", self.name)


@pytest.fixture(scope="session")
def restartable() -> Iterator[Restartable]:
    """A running cluster, beside that of ``api_server``; whoever kills its API server revives it."""
    processes.sweep()
    _build_or_skip()
    name = f"test-{os.getpid()}-{secrets.token_hex(3)}"
    try:
        yield Restartable(name, Path(_process("up", name, str(os.getpid()))))
    finally:
        processes.Cluster(name).down()


@pytest.fixture(scope="session")
def admin(
    kubectl: str, api_server: Path, tmp_path_factory: pytest.TempPathFactory
) -> Kubectl:
    """kubectl that may do everything in the real cluster."""
    home = tmp_path_factory.mktemp("home")
    return Kubectl(kubectl, {"KUBECONFIG": str(api_server), "HOME": str(home)})


@pytest.fixture(scope="session")
def namespace(admin: Kubectl) -> str:
    """A namespace with running workloads, for tests that only read.

    Deployment ``web`` (2 Pods), Service ``web``, StatefulSet ``db`` (1 Pod), ConfigMap
    ``settings``, Secret ``password``.
    """
    name = f"shop-{secrets.token_hex(3)}"
    admin.output("create", "namespace", name)
    admin.output("apply", "-n", name, "-f", "-", stdin=_WORKLOADS.read_text())
    admin.wait_for("2", "get", "deploy", "web", "-n", name, "-o=jsonpath={.status.readyReplicas}")
    admin.wait_for("1", "get", "sts", "db", "-n", name, "-o=jsonpath={.status.readyReplicas}")
    return name


@pytest.fixture
def scratch_namespace(admin: Kubectl) -> Iterator[str]:
    """A fresh namespace, for one test that writes."""
    name = f"scratch-{secrets.token_hex(4)}"
    admin.output("create", "namespace", name)
    account = ("get", "serviceaccount", "default", "-n", name, "-o=name")
    admin.wait_for("serviceaccount/default", *account)
    yield name
    admin.output("delete", "namespace", name, "--wait=false")


@pytest.fixture(scope="module")
def blue(admin: Kubectl) -> Iterator[str]:
    """The namespace of the team blue, which it may read; ops may everything."""
    name = f"blue-{secrets.token_hex(3)}"
    admin.output("create", "namespace", name)
    admin.output("apply", "-f", "-", stdin=IMPERSONATOR)
    admin.output("apply", "-n", name, "-f", "-", stdin=BLUE_READS)
    admin.output("create", "configmap", "menu", "-n", name, "--from-literal=soup=leek")
    yield name
    admin.output("delete", "-f", "-", "--wait=false", stdin=IMPERSONATOR)
    admin.output("delete", "namespace", name, "--wait=false")


@pytest.fixture
def trail(api_server: Path) -> Trail:
    """What is put on record from here on."""
    file = api_server.parent / "audit.log"
    return Trail(file, file.stat().st_size)


def _process(*words: str) -> str:
    """What ``processes.py`` prints; in a process of its own, so that no child is ours to wait for."""
    command = [sys.executable, processes.__file__, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def _fetched() -> Path:
    """Where tools.sh puts what it fetches."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get("KUBEPORT_TEST_TOOLS_HOME") or cache / "kubeport-tools")


def _program(name: str, variable: str, version: str) -> str:
    """The first program of *version* out of: *variable*, the environment's, the fetched one."""
    places = [
        os.environ.get(variable, ""),
        str(Path(sysconfig.get_path("scripts")) / name),
        str(_fetched() / "bin" / name),
    ]
    good = [p for p in places if p and _version(p).startswith(f"v{version}.")]
    return good[0] if good else enabled_or_skip(f"There is no real {name} {version} here.", _FETCH)


def _version(program: str) -> str:
    """What *program* says its version is; empty where it cannot be run."""
    ask = ["version", "--client", "--output=json"]
    if Path(program).name.startswith("helm"):
        ask = ["version", "--template={{.Version}}"]
    try:
        done = subprocess.run([program, *ask], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    if done.stdout.startswith("{"):
        return str(json.loads(done.stdout)["clientVersion"]["gitVersion"])
    return done.stdout


def _build_or_skip() -> None:
    """Make sure that the API server is there; building it takes minutes, so only if asked to."""
    if processes.is_built():
        return
    if os.environ.get("KUBEPORT_TEST_CLUSTER") != "1":
        enabled_or_skip("The test API server is not built.", "Run `make cluster-test`.")
    built = subprocess.run([_SCRIPT, "build"], capture_output=True, text=True, check=False)
    if built.returncode != 0:
        reason = built.stderr.strip().splitlines()[-1:] or [f"exit code {built.returncode}"]
        enabled_or_skip(reason[0], "Run the tests as root on Debian 12, amd64.")
