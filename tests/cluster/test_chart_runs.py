"""The Helm chart: a server with the arguments, variables and files of its Pod runs there, and is ready."""

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.adapters.mcp.http_servers import ended, free_port, status
from tests.adapters.mcp.processes import SRC
from tests.adapters.shared_state.conftest import Server
from tests.cluster.chart import pod, rendered, the, told

from kubeport.adapters.authentication import hashed

TOKEN = "kubeport_of_a_test"
CONFIG = """\
[auth]
mode = "tokens"
resource = "https://mcp.example.com/mcp"
[tools]
enabled = ["kubectl"]
"""
VALUES: dict[str, Any] = {
    "config": CONFIG,
    "policy": "name = 'ours'\n",
    "kubeconfigSecret": "clusters",
    "tokensSecret": "tokens",
    "stateSecret": "state",
    "auditKeySecret": "audit-key",
    "auditVolume": {"emptyDir": {}},
    "promptsConfigMap": "prompts",
}
TOKENS = f'[[tokens]]\nname = "ann"\nsha256 = "{hashed(TOKEN)}"\nscopes = ["kubeport:read"]\n'
PROMPT = "---\ntitle: Ours\ndescription: ours\n---\nSay hello.\n"


@attrs.frozen
class Running:
    """The container's process, its root instead of ``/``, and its ports as they are outside."""

    process: "subprocess.Popen[bytes]"
    root: Path
    log: Path
    mcp: int
    operations: int

    def told(self, path: str) -> tuple[int, str]:
        """The answer on the port of operations, asked as the kubelet does."""
        asking = http.client.HTTPConnection("127.0.0.1", self.operations, timeout=10)
        asking.request("GET", path, headers={"Host": "10.0.0.7:9090"})
        answer = asking.getresponse()
        found = answer.status, answer.read().decode()
        asking.close()
        return found


def _fill(root: Path, text: str, redis: str, kubectl: str) -> None:
    """The files of the Pod's volumes below *root*, as the kubelet lays them: emptyDirs open to everybody."""
    maps = the("ConfigMap", text)["data"]
    files = {
        "config.toml": maps["config.toml"] + f"paths.kubectl = {json.dumps(kubectl)}\n",
        "policy.toml": maps["policy.toml"],
        "kubeconfig/config": "apiVersion: v1\nkind: Config\n",
        "tokens/tokens": TOKENS,
        "state/url": redis,
        "state/secret": "s" * 32,
        "audit-key/key": "k" * 32,
        "prompts/hello.md": PROMPT,
    }
    for name, content in files.items():
        file = root / "etc/kubeport" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
        file.chmod(0o440)
    for empty in ("var/lib/kubeport/audit", "tmp", "home/kubeport"):
        (root / empty).mkdir(parents=True)
        (root / empty).chmod(0o777)


@pytest.fixture
def running(helm4: str, kubectl: str, tmp_path: Path) -> Iterator[Running]:
    """What the chart's Deployment starts, with a Redis of its own."""
    text, root, redis = rendered(helm4, VALUES), tmp_path / "root", Server(tmp_path)
    redis.start()
    _fill(root, text, redis.url, kubectl)
    ports = {"KUBEPORT_SERVER_PORT": free_port(), "KUBEPORT_SERVER_OPERATIONS_PORT": free_port()}
    environ = {name: value.replace("/etc/", f"{root}/etc/") for name, value in told(text).items()}
    environ = {name: value.replace("/var/", f"{root}/var/") for name, value in environ.items()}
    environ |= {name: str(port) for name, port in ports.items()} | {"KUBEPORT_SERVER_HOST": "127.0.0.1"}
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        [sys.executable, "-m", "kubeport", *pod(text)["containers"][0]["args"]],
        env={**environ, "PATH": os.environ["PATH"], "PYTHONPATH": SRC, "HOME": str(root / "home/kubeport")},
        stderr=log,
    )
    yield Running(process, root, tmp_path / "log", *ports.values())
    ended(process)
    log.close()
    redis.stop()


def test_the_pods_container_serves(running: Running) -> None:
    """It becomes ready with all that it was given, tells its metrics, and takes a caller's token."""
    until = time.monotonic() + 20
    while True:
        assert running.process.poll() is None and time.monotonic() < until, running.log.read_text()
        try:
            assert running.told("/livez")[0] == 200
            break
        except ConnectionError:
            time.sleep(0.1)
    state, text = running.told("/readyz")
    assert (state, json.loads(text)["checks"]) == (
        200, {"kubeconfig": True, "programs": True, "audit": True, "state": True, "authentication": True}
    )  # fmt: skip
    assert "kubeport_calls_running" in running.told("/metrics")[1]
    assert status(running.mcp) == 401
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    assert status(running.mcp, **bearer) == 200
    assert status(running.mcp, **bearer, Host="mcp-kubeport.tools.svc") == 200
    assert status(running.mcp, **bearer, Host="evil.example") == 421
    (file,) = (running.root / "var/lib/kubeport/audit").glob("*/audit.jsonl")
    assert file.parent.name == "mcp-0" and '"denied"' in file.read_text()
