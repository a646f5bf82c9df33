"""``kubeport doctor``: what of this machine Kubeport can use, and what to do about the rest."""

import argparse
import hashlib
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import attrs

from ...application.kubeport import Kubeport
from ...application.request import Request
from ...domain.errors import KubeportError
from .arguments import EXIT_FAILED

_VERSIONS = {
    "kubectl": "version --client",
    "helm": "version --short",
    "istioctl": "version --remote=false --short",
    "argocd": "version --client --short",
}
_PROGRAMS = {"awk": "gawk", "egrep": "grep", "fgrep": "grep"}


@attrs.frozen
class Finding:
    """One thing looked at: *state* is ``ok``, ``missing`` (may be wanted) or ``problem``."""

    subject: str
    state: str
    detail: str
    remedy: str = ""


async def doctor(
    kubeport: Kubeport, locate: Callable[[str], str], arguments: argparse.Namespace
) -> int:
    """Look at tools, text utilities, contexts and policy; exit code 1 where there is a problem."""
    findings = [one async for one in _findings(kubeport, locate)]
    if arguments.json:
        print(json.dumps([attrs.asdict(one) for one in findings], ensure_ascii=False, indent=2))
    else:
        for one in findings:
            print(f"{one.state:<8} {one.subject:<12} {one.detail}")
            if one.remedy:
                print(f"{'':<22}{one.remedy}")
    return EXIT_FAILED if any(one.state == "problem" for one in findings) else 0


async def _findings(kubeport: Kubeport, locate: Callable[[str], str]) -> AsyncIterator[Finding]:
    tools = kubeport.settings.tools.enabled
    for name in tools:
        yield await _tool(kubeport, locate, name, needed=name == tools[0])
    for name in kubeport.settings.security.pipes:
        if (found := _utility(locate, name)) is not None:
            yield found
    yield _contexts(kubeport)
    policy = kubeport.rules.policy()
    yield Finding("policy", "ok", f"{policy.name}: {policy.access}, {len(policy.rules)} rules")


async def _tool(
    kubeport: Kubeport, locate: Callable[[str], str], name: str, *, needed: bool
) -> Finding:
    try:
        path = locate(name)
    except KubeportError as error:
        return Finding(name, "problem" if needed else "missing", error.message, error.hint)
    result = await kubeport.run(Request(_VERSIONS[name], name, whole=True))
    if result.error is not None:
        told = result.error.stderr.strip() or result.error.message
        return Finding(name, "problem", f"{path}: {told}", "Run it by hand; reinstall it.")
    version = result.output.strip().splitlines()[0] if result.output.strip() else "unknown version"
    return Finding(name, "ok", f"{version}, {path}, sha256 {_digest(Path(path))}")


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _utility(locate: Callable[[str], str], name: str) -> Finding | None:
    """Only what is not there is worth a line."""
    program = _PROGRAMS.get(name, name)
    try:
        locate(program)
    except KubeportError as error:
        remedy = f"Install {program}, or take it out of security.pipes."
        return Finding(name, "missing", error.message, remedy)
    return None


def _contexts(kubeport: Kubeport) -> Finding:
    try:
        known = kubeport.contexts()
    except KubeportError as error:
        return Finding("contexts", "problem", error.message, error.hint)
    if not known.contexts:
        return Finding(
            "contexts", "missing", "there is no kubeconfig", "Set KUBECONFIG, or write ~/.kube/config."
        )
    return Finding("contexts", "ok", f"{', '.join(known.names)}; current: {known.current or 'none'}")
