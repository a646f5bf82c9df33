"""Credentials from a plugin of the kubeconfig: the program is asked as client-go asks it."""

import json
import os
import shutil
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import attrs

from .faults import plugin_failed
from .json_text import parsed, row, text
from .process import ProgramFailed, run
from .settings import Cluster, Plugin

_VERSIONS = ("client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1")


@attrs.frozen
class Issued:
    """What a plugin gave: a *token*, a *certificate* with its *key*, or both; until *expires* in seconds
    since the epoch, or for as long as the server accepts it (0)."""

    token: str = attrs.field(default="", repr=False)
    certificate: bytes = b""
    key: bytes = attrs.field(default=b"", repr=False)
    expires: float = 0.0


async def issued_by(
    plugin: Plugin, cluster: Cluster, environment: Mapping[str, str], seconds: float
) -> Issued:
    """Run *plugin* for credentials at *cluster*.

    Raises:
        AuthenticationFailed: it gave none; the message does not quote it.
    """
    name = os.path.basename(plugin.command)
    if fault := _fault(plugin, cluster):
        raise plugin_failed(name, fault)
    program = _found(plugin.command, environment)
    if program is None:
        raise plugin_failed(name, "is not on this machine")
    info = {"KUBERNETES_EXEC_INFO": json.dumps(_question(plugin, cluster))}
    try:
        answer = await run(
            (program, *plugin.args), {**environment, **dict(plugin.variables), **info}, seconds
        )
    except ProgramFailed as failure:
        raise plugin_failed(name, str(failure)) from None
    issued = read_issued(answer, plugin.version)
    if issued is None:
        raise plugin_failed(name, "printed no credentials")
    return issued


def _fault(plugin: Plugin, cluster: Cluster) -> str:
    if plugin.version not in _VERSIONS:
        return f"speaks another version than {' or '.join(_VERSIONS)}"
    if plugin.mode == "Always":
        return "needs a terminal (interactiveMode: Always), and a server has none"
    if plugin.wants_cluster and cluster.extended:
        return "needs an extension of the cluster in the kubeconfig, which is not read here"
    return ""


def _found(command: str, environment: Mapping[str, str]) -> str | None:
    """The program's absolute path; a bare name is on PATH, of which relative entries do not count."""
    if os.sep in command:
        return command
    entries = environment.get("PATH", os.defpath).split(os.pathsep)
    return shutil.which(command, path=os.pathsep.join(entry for entry in entries if os.path.isabs(entry)))


def _question(plugin: Plugin, cluster: Cluster) -> dict[str, Any]:
    spec: dict[str, Any] = {"interactive": False}
    if plugin.wants_cluster:
        told = {
            "server": cluster.server,
            "tls-server-name": cluster.server_name,
            "insecure-skip-tls-verify": cluster.insecure,
            "certificate-authority-data": cluster.authority_data,
            "proxy-url": cluster.proxy,
        }
        spec["cluster"] = {key: value for key, value in told.items() if value}
    return {"apiVersion": plugin.version, "kind": "ExecCredential", "spec": spec}


def read_issued(answer: bytes, version: str) -> Issued | None:
    """The credentials in a plugin's answer; None where it has none that can be used."""
    found = parsed(answer) or {}
    if (found.get("kind"), found.get("apiVersion")) != ("ExecCredential", version):
        return None
    status = {key: text(value) for key, value in row(found.get("status")).items()}
    token = status.get("token", "")
    certificate, key = status.get("clientCertificateData", ""), status.get("clientKeyData", "")
    if not (token or certificate) or bool(certificate) != bool(key) or not token.isprintable():
        return None
    moment = _moment(status.get("expirationTimestamp", ""))
    return None if moment is None else Issued(token, certificate.encode(), key.encode(), moment)


def _moment(time: str) -> float | None:
    try:
        return datetime.fromisoformat(time).timestamp() if time else 0.0
    except (ValueError, OverflowError):
        return None
