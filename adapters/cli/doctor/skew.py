"""Whether tools and clusters are near enough to one another, by what their publishers support."""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, cast

from ....application.probing import Answer
from .finding import Finding
from .machine import Program

_MINOR = re.compile(r"v?(\d+)\.(\d+)")
_HELM_3_TO_KUBERNETES = 15  # helm 3.17 is built for Kubernetes 1.32, 3.18 for 1.33; helm 4 tells it itself
_HELM_REACHES_BACK = 3


def minor(version: str) -> int | None:
    """The second number of a version; None where there is none."""
    found = _MINOR.match(version)
    return int(found[2]) if found else None


def apart(one: str, other: str) -> int:
    """Minor versions between the two; 0 where one is not known."""
    ours, theirs = minor(one), minor(other)
    return 0 if ours is None or theirs is None else abs(ours - theirs)


def of_helm(helm: Program, servers: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """How helm fits the API servers (context, version): that which it was built for, and three before."""
    newest = _kubernetes_of(helm)
    if newest is None:
        return
    lowest = newest - _HELM_REACHES_BACK
    for context, server in servers:
        theirs = minor(server)
        if theirs is None:
            continue
        told = f"helm {helm.version}, made for Kubernetes 1.{lowest} to 1.{newest}, and {server} in {context}"
        facts = {"tool": "helm", "version": helm.version, "context": context, "server_version": server}
        if lowest <= theirs <= newest:
            yield Finding(f"skew {context}", "ok", told, facts=facts)
        else:
            remedy = f"Take a helm {'newer' if theirs > newest else 'older'} than this one for this cluster."
            yield Finding(f"skew {context}", "warning", told, remedy, facts)


def _kubernetes_of(helm: Program) -> int | None:
    own = minor(helm.version)
    if helm.kubernetes or own is None:
        return minor(helm.kubernetes)
    return own + _HELM_3_TO_KUBERNETES if helm.version.startswith("v3.") else None


def of_istioctl(answer: Answer, context: str) -> Iterator[Finding]:
    """How istioctl fits the control planes of a cluster; nothing where there is no mesh."""
    told = _json(answer)
    client = _text(told, "clientVersion", "version")
    meshes = cast("list[dict[str, Any]]", told.get("meshVersion") or [])
    for server in dict.fromkeys(_text(mesh, "Info", "version") for mesh in meshes):
        yield _within_one("istioctl", client, f"Istio {server}", server, context)


def of_argocd(answer: Answer, address: str) -> Iterator[Finding]:
    """How argocd fits its API server: the same minor version."""
    if answer.error is not None:
        remedy = "Is tools.argocd_server right, and is argocd logged in there (ARGOCD_AUTH_TOKEN)?"
        told = f"argocd cannot ask {address}: {answer.stderr or answer.error.message}"
        yield Finding("skew argocd", "warning", " ".join(told.split())[:300], remedy, {"tool": "argocd"})
        return
    versions = _json(answer)
    client, server = _text(versions, "client", "Version"), _text(versions, "server", "Version")
    if client and server:
        yield _within_one("argocd", client, f"Argo CD {server}", server, address, most=0)


def _within_one(
    tool: str, client: str, named: str, server: str, place: str, most: int = 1
) -> Finding:
    told = f"{tool} {client} and {named} in {place}"
    facts = {"tool": tool, "version": client, "context": place, "server_version": server}
    if apart(client, server) <= most:
        return Finding(f"skew {place}", "ok", told, facts=facts)
    remedy = f"Take the {tool} of the server's own minor version."
    return Finding(f"skew {place}", "warning", told, remedy, facts)


def _json(answer: Answer) -> dict[str, Any]:
    """The object that a tool printed; empty where it did not."""
    try:
        found: Any = json.loads(answer.output)
    except ValueError:
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _text(table: dict[str, Any], *path: str) -> str:
    found: Any = table
    for key in path:
        found = cast("dict[str, Any]", found).get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""
