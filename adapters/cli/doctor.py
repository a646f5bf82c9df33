"""``kubeport doctor``: what of this machine Kubeport can use, and what to do about the rest."""

import argparse
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping
from importlib import metadata
from pathlib import Path

import attrs

from ...application.kubeport import Kubeport
from ...application.ports import AuditSink
from ...application.request import Request
from ...domain.errors import KubeportError
from ...domain.filters.table import PROGRAMS
from .arguments import EXIT_FAILED
from .doctor_cluster import clusters
from .finding import Finding
from .terminal import print_json, styled

_VERSIONS = {
    "kubectl": "version --client",
    "helm": "version --short",
    "istioctl": "version --remote=false --short",
    "argocd": "version --client --short",
}
ERAS = ("2026-07-28", "2025-11-25")
"""The revisions of the protocol that tests hold the server to; older ones of the SDK's are answered, too."""

_STYLES = {"ok": "good", "missing": "dim", "warning": "doubt", "problem": "bad"}


@attrs.frozen
class Machine:
    """What the machine itself tells.

    *locate* finds a program; *plugins* are the programs that kubeconfigs name for credentials, each
    with its path (empty: not there); *origins* tell where each setting came from. *walls* are what
    keeps text utilities from files, network and signals, *gaps* why something does not.
    """

    locate: Callable[[str], str]
    plugins: Mapping[str, str] = {}
    origins: Mapping[str, str] = {}
    walls: Mapping[str, str] = {}
    gaps: Mapping[str, str] = {}


async def doctor(kubeport: Kubeport, machine: Machine, arguments: argparse.Namespace) -> int:
    """Look at programs, clusters, policy, settings and protocol; exit code 1 where there is a problem."""
    findings = [one async for one in _findings(kubeport, machine)]
    if arguments.json:
        print_json([attrs.asdict(one) for one in findings])
    else:
        for one in findings:
            print(f"{styled(f'{one.state:<8}', _STYLES[one.state])} {one.subject:<14} {one.detail}")
            if one.remedy:
                print(f"{'':<24}{one.remedy}")
    return EXIT_FAILED if any(one.state == "problem" for one in findings) else 0


async def _findings(kubeport: Kubeport, machine: Machine) -> AsyncIterator[Finding]:
    tools = kubeport.settings.tools.enabled
    for name in tools:
        yield await _tool(kubeport, machine.locate, name, needed=name == tools[0])
    for name in kubeport.settings.security.pipes:
        if (found := _utility(machine.locate, name)) is not None:
            yield found
    if kubeport.settings.security.pipes:
        yield _confinement(machine)
    for program, path in machine.plugins.items():
        yield _plugin(program, path)
    for one in await clusters(kubeport):
        yield one
    policy = kubeport.rules.policy()
    yield Finding("policy", "ok", f"{policy.name}: {policy.access}, {len(policy.rules)} rules")
    if kubeport.run.audit is not None:
        yield await _audit(kubeport.run.audit)
    yield _settings(machine.origins)
    sdk = metadata.version("mcp")
    yield Finding("protocol", "ok", f"MCP {' and '.join(ERAS)} over stdio and http (mcp {sdk})")


async def _tool(kubeport: Kubeport, locate: Callable[[str], str], name: str, *, needed: bool) -> Finding:
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
    program = PROGRAMS[name].binary
    try:
        locate(program)
    except KubeportError as error:
        remedy = f"Install {program}, or take it out of security.pipes."
        return Finding(name, "missing", error.message, remedy)
    return None


def _confinement(machine: Machine) -> Finding:
    """What text utilities cannot reach, beside the limits that hold everywhere."""
    walls = [f"no {what} ({wall})" for what, wall in machine.walls.items()]
    gaps = [f"{what} not held back ({why})" for what, why in machine.gaps.items()]
    detail = ", ".join(["text utilities: limits on resources", *walls, *gaps])
    if not gaps:
        return Finding("confinement", "ok", detail)
    remedy = "Run on Linux 6.12 or later with Landlock and seccomp, or leave security.pipes empty."
    return Finding("confinement", "missing", detail, remedy)


async def _audit(audit: AuditSink) -> Finding:
    """Whether calls can be put on record now."""
    try:
        await audit.check()
    except KubeportError as error:
        return Finding("audit", "problem", error.message, error.hint)
    return Finding("audit", "ok", "records can be kept")


def _plugin(program: str, path: str) -> Finding:
    """A program that kubectl starts for credentials, looked up as kubectl does."""
    if path:
        return Finding("credentials", "ok", f"{program}: {path}")
    remedy = "Install it, or let PATH of the server's own environment lead to it."
    return Finding("credentials", "problem", f"the credential plugin {program} is not there", remedy)


def _settings(origins: Mapping[str, str]) -> Finding:
    """The settings that are not the built-in ones, each with its origin."""
    chosen = [f"{name} ({origin})" for name, origin in origins.items() if origin != "default"]
    return Finding("settings", "ok", ", ".join(chosen) or "all as built in")
