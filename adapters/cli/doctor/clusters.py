"""What the doctor asks of clusters: reachable, how fast, how far apart in version, which rights."""

import asyncio
import json
import os
import shlex
from collections.abc import Sequence
from typing import Any

import attrs

from ....application.kubeport import Kubeport
from ....application.probing import Answer, Probe
from ....domain.context import ContextRef, Kubeconfig
from ....domain.effect import Level
from ....domain.errors import KubeportError
from ....domain.policy import Caller
from .finding import Finding
from .machine import Machine
from .rights import rights
from .skew import apart, of_istioctl

AT_ONCE = 10
MOST = 20


@attrs.frozen
class Contexts:
    """The contexts that are to be asked, of all that are *known*, and what there is to say before that."""

    findings: tuple[Finding, ...]
    known: Kubeconfig = Kubeconfig()
    asked: tuple[ContextRef, ...] = ()


@attrs.frozen
class Cluster:
    """What came of asking one: the API server's *version*, empty where it was not reached."""

    name: str
    findings: tuple[Finding, ...]
    version: str = ""
    reached: bool = False


def contexts(kubeport: Kubeport, machine: Machine, named: Sequence[str]) -> Contexts:
    """The contexts of the server's own kubeconfig, whatever the policy says; those *named*, if any."""
    if kubeport.contexts.is_kept:
        return Contexts((_kept(kubeport.settings.identity.kubeconfigs),))
    try:
        known = kubeport.contexts.kubeconfig.read()
    except KubeportError as error:
        remedy = "Mend the file, or let KUBECONFIG name another; `kubectl config view` must print it."
        return Contexts((Finding.of("contexts", error, remedy),))
    if not known.contexts:
        remedy = "Set KUBECONFIG, or write ~/.kube/config, as `kubectl config view` shows it."
        return Contexts((Finding("contexts", "problem", "there is no kubeconfig", remedy),))
    chosen = kubeport.settings.target.context or known.current
    known = attrs.evolve(known, current=chosen)
    refs = known.contexts if not named else tuple(ref for ref in known.contexts if ref.name in named)
    if not machine.has("kubectl"):
        told = f"{_told(known)}; nobody asked: kubectl is not there"
        return Contexts((Finding("contexts", "problem", told, "kubeport tools install kubectl"),), known)
    return Contexts(tuple(_listed(known, named)), known, refs[:MOST])


def _kept(folder: str) -> Finding:
    """Where each caller brings a kubeconfig, the server's own does not count."""
    if os.access(folder, os.R_OK | os.X_OK):
        return Finding("contexts", "ok", f"each caller has a kubeconfig of its own in {folder}")
    remedy = "Let the server's user read it, or correct identity.kubeconfigs."
    return Finding("contexts", "problem", f"the folder {folder} cannot be read", remedy)


def _listed(known: Kubeconfig, named: Sequence[str]) -> list[Finding]:
    facts = {"contexts": list(known.names), "current": known.current}
    found = [Finding("contexts", "ok", _told(known), facts=facts)]
    if not known.current:
        remedy = "Name a context in each call, in target.context, or with `kubectl config use-context`."
        found = [Finding("contexts", "warning", _told(known), remedy, facts)]
    if len(known.contexts) > MOST and not named:
        told = f"only the first {MOST} of {len(known.contexts)} are asked"
        found.append(Finding("contexts", "warning", told, "Name those that matter: kubeport doctor NAME …"))
    for name in dict.fromkeys((*named, *filter(None, [known.current]))):
        if known.find(name) is None:
            remedy = f"Name one of: {', '.join(known.names[:MOST])}."
            found.append(Finding(f"context {name}", "problem", "it is not in the kubeconfig", remedy))
    return found


def _told(known: Kubeconfig) -> str:
    more = f" and {len(known.names) - MOST} more" if len(known.names) > MOST else ""
    return f"{', '.join(known.names[:MOST])}{more}; current: {known.current or 'none'}"


@attrs.frozen
class Asking:
    """Asks one cluster after another what can be known; a few at once."""

    kubeport: Kubeport
    probe: Probe
    machine: Machine
    turns: asyncio.Semaphore = attrs.field(factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def __call__(self, ref: ContextRef, *, current: bool) -> Cluster:
        """What is to be said of the cluster behind *ref*."""
        async with self.turns:
            answer = await self.probe.server(ref)
            if answer.error is not None:
                return Cluster(ref.name, (_unreached(ref.name, answer, answer.error, current),))
            level = self.kubeport.rules.policy().most(Caller(), ref.name)
            client, server = _versions(answer.output)
            found = [_reached(ref.name, answer, client, server, level)]
            granted, mesh = await asyncio.gather(self.probe.rights(ref), self._mesh(ref))
        found.append(rights(granted, ref.name, level))
        return Cluster(ref.name, (*found, *mesh), server, reached=True)

    async def _mesh(self, ref: ContextRef) -> list[Finding]:
        if "istioctl" not in self.kubeport.settings.tools.enabled or not self.machine.has("istioctl"):
            return []
        return list(of_istioctl(await self.probe.mesh(ref), ref.name))


def _reached(name: str, answer: Answer, client: str, server: str, level: Level) -> Finding:
    api, whole = _milliseconds(answer.latency), _milliseconds(answer.seconds)
    took = f"answered in {api} ms, kubectl in {whole} ms" if api is not None else f"kubectl took {whole} ms"
    told = f"Kubernetes {server or 'of unknown version'}, {took}; Kubeport gives {level}"
    facts = {
        "context": name, "version": server, "client_version": client, "latency_ms": api,
        "command_ms": whole, "access": level.value,
    }  # fmt: skip
    distance = apart(client, server)
    if distance <= 1:
        return Finding(f"context {name}", "ok", told, facts=facts)
    remedy = "kubectl supports one minor version up and down: take a kubectl nearer to this cluster."
    told = f"{told}; {distance} minor versions from kubectl {client}"
    return Finding(f"context {name}", "warning", told, remedy, facts)


def _milliseconds(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1000)


def _versions(text: str) -> tuple[str, str]:
    """The versions of kubectl and of the API server; empty where the output does not tell them."""
    try:
        told: Any = json.loads(text)
        return str(told["clientVersion"]["gitVersion"]), str(told["serverVersion"]["gitVersion"])
    except (ValueError, KeyError, TypeError):
        return "", ""


def _unreached(name: str, answer: Answer, error: KubeportError, current: bool) -> Finding:
    """Why a cluster cannot be used, in kubectl's own last words, and what to do."""
    reason = getattr(error, "reason", "") or error.code
    said = answer.stderr.splitlines()
    told = f"{error.message} {said[-1]}" if said else error.message
    by_hand = f"kubectl --context={shlex.quote(name)} version"
    remedy = f"{_REMEDIES.get(reason, 'Kubectl itself must be able to.')} By hand: {by_hand}"
    facts = {"context": name, "reason": reason}
    state = "problem" if current else "warning"
    return Finding(f"context {name}", state, " ".join(told.split())[:400], remedy, facts)


_RENEW = "Renew the credentials of this context: log in again as you did for kubectl."
_REMEDIES = {
    "TIMEOUT_ERROR": "Does its address answer from here (VPN, proxy, firewall)?",
    "unreachable": "Does its address answer from here (VPN, proxy, firewall)? Is the cluster running?",
    "credential_plugin": "Let its credential plugin run as this user: install it, or log in again.",
    "token_expired": _RENEW,
    "unauthenticated": _RENEW,
    "forbidden": "These credentials may not even ask for the version: have them bound to a role.",
}
