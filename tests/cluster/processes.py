"""Starts and stops the processes of a test cluster: etcd, API server, controllers, stand-in node.

Usage: processes.py up NAME [OWNER] | down NAME | kill NAME | revive NAME

OWNER is the id of a process without which the cluster is a leftover, which ``sweep`` removes. ``kill``
takes the API server away without a word, and ``revive`` starts it again: same port, same storage.
"""

import contextlib
import json
import os
import secrets
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

PROGRAMS = ("etcd", "kube-apiserver", "kube-controller-manager")
# who asked for what, in whose name; only of people and the server under test, once each
_AUDITED = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata", "users": ["admin", "viewer"]}, {"level": "None"}],
}
LIFETIME = "3600"  # seconds after which a process ends by itself, whatever became of its owner


def home() -> Path:
    """The folder of the built programs and the running clusters."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.environ.get("KUBEPORT_TEST_CLUSTER_HOME") or Path(cache) / "kubeport-cluster")


def is_built() -> bool:
    """Whether ``cluster.sh build`` has been here."""
    return all(os.access(home() / "bin" / program, os.X_OK) for program in PROGRAMS)


class NotReadyError(Exception):
    """A process ended or did not answer in time; the text ends with its log."""


class Cluster:
    """One cluster, below ``home()/run/NAME``; ``up`` and ``down`` it, in any process."""

    def __init__(self, name: str) -> None:
        self.folder = home() / "run" / name
        self.kubeconfig = self.folder / "kubeconfig"
        self._pids = self.folder / "pids.json"

    def up(self, owner: int | None = None, attempts: int = 3) -> Path:
        """Start it, wait until it is ready, return its kubeconfig.

        Another process may take a port between finding and using it, hence several attempts.
        """
        self.down()
        try:
            self._start(owner)
        except NotReadyError:
            if attempts == 1:
                raise
            return self.up(owner, attempts - 1)
        return self.kubeconfig

    def down(self) -> None:
        """Stop its processes, the API server before its storage, and remove the folder."""
        for pid in reversed(self.living()):
            _end(pid)
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """End the API server at once, and nothing else."""
        noted = _noted(self._pids)
        pid = int(json.loads((self.folder / "apiserver.json").read_text())["pid"])
        self._pids.write_text(json.dumps([one for one in noted if one[0] != pid]))
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)

    def revive(self) -> None:
        """Start the API server as it was started before, and wait until it is ready."""
        argv = json.loads((self.folder / "apiserver.json").read_text())["argv"]
        port = next(int(word.partition("=")[2]) for word in argv if word.startswith("--secure-port="))
        self._run("apiserver", argv)
        self._wait("apiserver", 60, lambda: self._get(port, "/readyz") == b"ok")

    def is_leftover(self) -> bool:
        """Whether it was owned by a process that is gone."""
        owners = _noted(self.folder / "owner.json")
        return bool(owners) and not any(_lives(*owner) for owner in owners)

    def _start(self, owner: int | None) -> None:
        self.folder.mkdir(parents=True, mode=0o700)
        if owner is not None:
            self._note(self.folder / "owner.json", owner)
        etcd, peer, api, controllers, kubelet = _free_ports(5)
        (self.folder / "token").write_text(secrets.token_hex(16))
        self._start_etcd(etcd, peer)
        self._start_api_server(api, etcd)
        self._write_kubeconfig(api)
        self._start_controllers(controllers, api)
        node = [sys.executable, str(Path(__file__).with_name("kubelet.py"))]
        self._run("kubelet", [*node, str(api), str(kubelet), str(self.folder)])
        self._wait("kubelet", 30, lambda: bool(self._get(api, "/api/v1/nodes/node-1")))

    def _start_etcd(self, port: int, peer: int) -> None:
        client, between = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer}"
        self._run("etcd", [
            "etcd", f"--data-dir={self.folder}/etcd", "--unsafe-no-fsync", "--log-level=warn",
            f"--listen-client-urls={client}", f"--advertise-client-urls={client}",
            f"--listen-peer-urls={between}", f"--initial-advertise-peer-urls={between}",
            f"--initial-cluster=default={between}",
        ])
        self._wait("etcd", 30, lambda: bool(_fetch(f"{client}/health")))

    def _start_api_server(self, port: int, etcd: int) -> None:
        key = self.folder / "service-accounts.key"
        subprocess.run(["openssl", "genrsa", "-out", key, "2048"], check=True, capture_output=True)
        token = self._token()
        users = f'{token},admin,admin,"system:masters"\n{token}-viewer,viewer,viewer,"devs"\n'
        (self.folder / "tokens.csv").write_text(users)
        (self.folder / "audit-policy.json").write_text(json.dumps(_AUDITED))
        self._run("apiserver", [
            "kube-apiserver", f"--etcd-servers=http://127.0.0.1:{etcd}", f"--secure-port={port}",
            "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
            f"--cert-dir={self.folder}/certs", "--service-cluster-ip-range=10.96.0.0/16",
            f"--service-account-key-file={key}", f"--service-account-signing-key-file={key}",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--token-auth-file={self.folder}/tokens.csv", "--authorization-mode=RBAC",
            "--endpoint-reconciler-type=none", "--kubelet-preferred-address-types=InternalIP",
            "--allow-privileged=true", f"--audit-policy-file={self.folder}/audit-policy.json",
            f"--audit-log-path={self.folder}/audit.log",
        ])
        self._wait("apiserver", 60, lambda: self._get(port, "/readyz") == b"ok")

    def _start_controllers(self, port: int, api: int) -> None:
        self._run("controllers", [
            "kube-controller-manager", f"--kubeconfig={self.kubeconfig}", f"--secure-port={port}",
            "--bind-address=127.0.0.1", "--port=0", "--leader-elect=false",
            f"--service-account-private-key-file={self.folder}/service-accounts.key",
            "--controllers=*,-nodelifecycle,-nodeipam,-cloud-node-lifecycle",
        ])
        account = "/api/v1/namespaces/default/serviceaccounts/default"
        self._wait("controllers", 60, lambda: bool(self._get(api, account)))

    def _write_kubeconfig(self, port: int) -> None:
        """Contexts admin (may do all) and viewer (group devs, which may nothing until bound)."""
        authority = str(self.folder / "certs" / "apiserver.crt")
        server = {"server": f"https://127.0.0.1:{port}", "certificate-authority": authority}
        tokens = {"admin": self._token(), "viewer": f"{self._token()}-viewer"}
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "admin",
            "clusters": [{"name": "test", "cluster": server}],
            "users": [{"name": user, "user": {"token": token}} for user, token in tokens.items()],
            "contexts": [
                {"name": user, "context": {"cluster": "test", "user": user}} for user in tokens
            ],
        }
        self.kubeconfig.touch(mode=0o600)
        self.kubeconfig.write_text(json.dumps(config, indent=1))

    def _run(self, name: str, argv: list[str]) -> None:
        """Start *argv* in a session of its own and note its process, so that anyone can end it."""
        if argv[0] in PROGRAMS:
            argv = [str(home() / "bin" / argv[0]), *argv[1:]]
        with open(self.folder / f"{name}.log", "wb") as log:
            process = subprocess.Popen(
                ["timeout", LIFETIME, *argv], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, start_new_session=True,
            )
        self._note(self._pids, process.pid)
        (self.folder / f"{name}.json").write_text(json.dumps({"pid": process.pid, "argv": argv}))

    def _note(self, path: Path, pid: int) -> None:
        path.write_text(json.dumps([*_noted(path), (pid, _started(pid))]))

    def living(self) -> list[int]:
        """The ids of its processes that run."""
        return [pid for pid, started in _noted(self._pids) if _lives(pid, started)]

    def _wait(self, name: str, seconds: float, ready: Callable[[], bool]) -> None:
        until = time.monotonic() + seconds
        while not ready():
            all_live = len(self.living()) == len(_noted(self._pids))
            if not all_live or time.monotonic() > until:
                log = (self.folder / f"{name}.log").read_text(errors="replace")
                raise NotReadyError(f"{name} is not ready:\n{log[-2000:]}")
            time.sleep(0.05)

    def _token(self) -> str:
        return (self.folder / "token").read_text()

    def _get(self, port: int, path: str) -> bytes:
        authority = self.folder / "certs" / "apiserver.crt"
        if not authority.exists():
            return b""
        return _fetch(f"https://127.0.0.1:{port}{path}", self._token(), str(authority))


def sweep() -> None:
    """End and remove every cluster whose owner is gone, such as an interrupted test session."""
    for folder in (home() / "run").glob("*"):
        cluster = Cluster(folder.name)
        if cluster.is_leftover():
            cluster.down()


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as open_at_once:
        sockets = [open_at_once.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


def _fetch(url: str, token: str = "", authority: str | None = None) -> bytes:
    """The body of an answer with status 200, else nothing."""
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"})
    try:
        context = ssl.create_default_context(cafile=authority) if authority else None
        with urllib.request.urlopen(request, timeout=5, context=context) as answer:
            return bytes(answer.read())
    except OSError:
        return b""


def _noted(path: Path) -> list[tuple[int, str]]:
    try:
        return [(int(pid), str(started)) for pid, started in json.loads(path.read_text())]
    except (OSError, ValueError):
        return []


def _started(pid: int) -> str:
    """When the process began, in ticks: with its id this names one process for good."""
    try:
        after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if after_name[0] == "Z" else after_name[19]


def _lives(pid: int, started: str) -> bool:
    return started != "" and _started(pid) == started


def _end(pid: int) -> None:
    """End the process's session, first kindly."""
    started = _started(pid)
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, number)
        for _ in _moments(5):
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
            if not _lives(pid, started):
                return


def _moments(seconds: float) -> Iterator[None]:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        yield
        time.sleep(0.02)


def main(action: str, name: str, owner: str | None = None) -> None:
    """Do what the command line says."""
    cluster = Cluster(name)
    if action == "up":
        print(cluster.up(None if owner is None else int(owner)))
    else:
        {"down": cluster.down, "kill": cluster.kill, "revive": cluster.revive}[action]()


if __name__ == "__main__":
    main(*sys.argv[1:])
