"""What ``kubeport doctor`` asks of clusters: reachable, how fast, how far apart in version, which rights."""

import asyncio
import json
import re
import time
from collections.abc import Sequence
from typing import Any

from ...application.kubeport import Kubeport
from ...application.request import Request
from ...domain.effect import Level
from ...domain.errors import KubeportError
from ...domain.result import Result
from .finding import Finding

_SECONDS = 5.0
_AT_ONCE = 4
_MOST = 20
_MINOR = re.compile(r"v?1\.(\d+)")


async def clusters(kubeport: Kubeport) -> Sequence[Finding]:
    """The contexts, each asked for its version, and what the credentials of the current one may do."""
    try:
        known = kubeport.contexts()
    except KubeportError as error:
        return [Finding("contexts", "problem", error.message, error.hint)]
    if not known.contexts:
        missing = "there is no kubeconfig"
        return [Finding("contexts", "missing", missing, "Set KUBECONFIG, or write ~/.kube/config.")]
    told = f"{', '.join(known.names[:_MOST])}; current: {known.current or 'none'}"
    turns = asyncio.Semaphore(_AT_ONCE)
    asked = [_reached(kubeport, turns, name, name == known.current) for name in known.names[:_MOST]]
    reached = await asyncio.gather(*asked)
    here = any(one.state != "problem" for one in reached if one.subject == f"context {known.current}")
    rights = [await _rights(kubeport, known.current)] if here else []
    return [Finding("contexts", "ok", told), *reached, *rights]


async def _reached(kubeport: Kubeport, turns: asyncio.Semaphore, context: str, current: bool) -> Finding:
    subject = f"context {context}"
    async with turns:
        began = time.monotonic()
        result = await _asked(kubeport, "version -o json", context)
        elapsed = time.monotonic() - began
    if result.error is not None:
        state = "problem" if current else "warning"
        return Finding(subject, state, result.error.message, result.error.hint)
    client, server = _versions(result.output)
    told = f"Kubernetes {server or 'of unknown version'}, answered in {elapsed * 1000:.0f} ms"
    apart = _apart(client, server)
    if apart <= 1:
        return Finding(subject, "ok", told)
    remedy = "kubectl supports one minor version up and down: take a kubectl nearer to this cluster."
    return Finding(subject, "warning", f"{told}; {apart} minor versions from kubectl {client}", remedy)


def _versions(text: str) -> tuple[str, str]:
    """The versions of kubectl and of the API server; empty where the output does not tell them."""
    try:
        told: Any = json.loads(text)
        return str(told["clientVersion"]["gitVersion"]), str(told["serverVersion"]["gitVersion"])
    except (ValueError, KeyError, TypeError):
        return "", ""


def _apart(client: str, server: str) -> int:
    """Minor versions between the two; 0 where one is not known."""
    ours, theirs = _MINOR.match(client), _MINOR.match(server)
    return abs(int(ours[1]) - int(theirs[1])) if ours and theirs else 0


async def _rights(kubeport: Kubeport, context: str) -> Finding:
    """What ``auth can-i --list`` says of the credentials, in a line."""
    result = await _asked(kubeport, "auth can-i --list --no-headers", context)
    if result.error is not None:
        return Finding("rights", "warning", result.error.message, result.error.hint)
    rows = [_row(line) for line in result.output.splitlines() if line.strip()]
    everything = any(kind == "*.*" and "*" in verbs for kind, verbs in rows)
    secrets = any(kind in ("secrets", "*.*") and verbs & {"*", "get", "list"} for kind, verbs in rows)
    changes = any(kind and verbs & _CHANGING for kind, verbs in rows if not kind.startswith("self"))
    told = "everything" if everything else "changes" if changes else "only reads"
    level = kubeport.rules.policy().access
    detail = f"{told} in {context}{', Secrets included' if secrets else ''}; Kubeport gives {level}"
    if everything and level is not Level.READ_ONLY:
        remedy = "RBAC is the last line: use credentials with fewer rights."
        return Finding("rights", "warning", detail, remedy)
    return Finding("rights", "ok", detail)


_CHANGING = frozenset({"*", "create", "update", "patch", "delete", "deletecollection"})


def _row(line: str) -> tuple[str, frozenset[str]]:
    """The kind of a row of the table (empty for a URL), and its verbs."""
    kind = "" if line.startswith((" ", "\t")) else line.split(None, 1)[0]
    verbs = line.rpartition("[")[2].rstrip().removesuffix("]")
    return kind, frozenset(verbs.split())


async def _asked(kubeport: Kubeport, command: str, context: str) -> Result:
    return await kubeport.run(Request(command, "kubectl", context=context, timeout=_SECONDS, whole=True))
