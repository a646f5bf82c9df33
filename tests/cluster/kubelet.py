"""Stands in for the one node of a test cluster: makes pods Running and answers ``kubectl logs``.

Usage: kubelet.py API_PORT OWN_PORT CLUSTER_FOLDER
"""

import datetime
import http.client
import http.server
import json
import ssl
import subprocess
import sys
import threading
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NODE = "node-1"
LINES = 5
_PERIOD = 0.2


class Api:
    """The API server, spoken to as admin."""

    def __init__(self, port: int, folder: Path) -> None:
        self._root = f"https://127.0.0.1:{port}"
        self._token = (folder / "token").read_text()
        self._tls = ssl.create_default_context(cafile=str(folder / "certs" / "apiserver.crt"))

    def call(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        """The answer to one request; empty where it failed: the next round tries again."""
        patch = "application/merge-patch+json"
        request = urllib.request.Request(
            self._root + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Authorization": f"Bearer {self._token}",
                "Content-Type": patch if method == "PATCH" else "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, context=self._tls, timeout=10) as answer:
                return dict(json.load(answer))
        except (OSError, ValueError, http.client.HTTPException):
            return {}

    def report(self, path: str, status: Mapping[str, object]) -> None:
        """Merge *status* into that of the object at *path*."""
        self.call("PATCH", f"{path}/status", {"status": status})


def condition(kind: str, **more: str) -> dict[str, str]:
    """A condition that holds since now."""
    return {"type": kind, "status": "True", "lastTransitionTime": now(), **more}


def now() -> str:
    """This moment as Kubernetes writes it."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def register(api: Api, port: int) -> None:
    """Create the node and report it ready, with its logs at *port*."""
    labels = {"kubernetes.io/hostname": NODE}
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": NODE, "labels": labels}}
    api.call("POST", "/api/v1/nodes", node)
    room = {"cpu": "4", "memory": "16Gi", "pods": "110"}
    api.report(f"/api/v1/nodes/{NODE}", {
        "addresses": [
            {"type": "InternalIP", "address": "127.0.0.1"},
            {"type": "Hostname", "address": NODE},
        ],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
        "capacity": room,
        "allocatable": room,
        "conditions": [condition("Ready", reason="KubeletReady", lastHeartbeatTime=now())],
    })


def running(pod: Mapping[str, Any]) -> dict[str, object]:
    """The status of *pod* once all its containers run."""
    ready = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    return {
        "phase": "Running",
        "podIP": "10.1.0.5",
        "hostIP": "127.0.0.1",
        "startTime": now(),
        "conditions": [condition(kind) for kind in ready],
        "containerStatuses": [
            {
                "name": container["name"],
                "image": container["image"],
                "imageID": "",
                "ready": True,
                "started": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": now()}},
            }
            for container in pod["spec"]["containers"]
        ],
    }


def look_after(api: Api, pod: Mapping[str, Any]) -> None:
    """Take *pod* one step on: gone if deleted, else bound to the node, else running."""
    meta = pod["metadata"]
    path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
    if meta.get("deletionTimestamp"):
        api.call("DELETE", f"{path}?gracePeriodSeconds=0")
    elif not pod["spec"].get("nodeName"):
        target = {"apiVersion": "v1", "kind": "Node", "name": NODE}
        binding = {"metadata": {"name": meta["name"]}, "target": target}
        api.call("POST", f"{path}/binding", {"apiVersion": "v1", "kind": "Binding", **binding})
    elif pod["status"].get("phase") == "Pending":
        api.report(path, running(pod))


class Logs(http.server.BaseHTTPRequestHandler):
    """Answers /containerLogs/NAMESPACE/POD/CONTAINER with a few lines that name it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer one request of the API server."""
        url = urllib.parse.urlsplit(self.path)
        found = url.path.startswith("/containerLogs/")
        lines = [f"line {number} of {url.path}\n" for number in range(LINES)] if found else []
        tail = urllib.parse.parse_qs(url.query).get("tailLines", [str(LINES)])[0]
        body = "".join(lines[max(0, LINES - int(tail)) :]).encode()
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


def serve_logs(port: int, folder: Path) -> None:
    """Answer on *port* with a certificate made for it, in a thread of its own."""
    key, certificate = folder / "kubelet.key", folder / "kubelet.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30",
         "-subj", f"/CN={NODE}", "-addext", f"subjectAltName=IP:127.0.0.1,DNS:{NODE}",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Logs)
    server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def main(api_port: str, own_port: str, folder: str) -> None:
    """Be a node until ended."""
    api = Api(int(api_port), Path(folder))
    serve_logs(int(own_port), Path(folder))
    register(api, int(own_port))
    while True:
        for pod in api.call("GET", "/api/v1/pods").get("items", []):
            look_after(api, pod)
        time.sleep(_PERIOD)


if __name__ == "__main__":
    main(*sys.argv[1:])
