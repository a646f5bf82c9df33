"""What the doctor finds on the machine itself: tools, text utilities, their walls, credential plugins."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import attrs

from ....application.probing import Probe
from ....domain.errors import KubeportError
from ....domain.filters.table import PROGRAMS
from .finding import Finding

_VERSION = re.compile(r"v?\d+\.\d+\.\d+\S*?(?=[\",\s]|$)")
_KUBERNETES = re.compile(r'KubeClientVersion:"(v[\d.]+)')


@attrs.frozen
class Machine:
    """What the machine itself tells.

    *locate* finds a program; *plugins* are the programs that kubeconfigs name for credentials, each
    with its path (empty: not there); *origins* tell where each setting came from. *walls* are what
    keeps text utilities from files, network and signals, *gaps* why something does not. *faults* are what
    cannot be used of the settings, by part; *checks* ask what a server needs beside tools and clusters, and
    raise where it fails; *eras* are the revisions of the protocol that the SDK speaks.
    """

    locate: Callable[[str], str]
    plugins: Mapping[str, str] = {}
    origins: Mapping[str, str] = {}
    walls: Mapping[str, str] = {}
    gaps: Mapping[str, str] = {}
    faults: Mapping[str, KubeportError] = {}
    checks: Mapping[str, Callable[[], Awaitable[None]]] = {}
    eras: tuple[str, ...] = ()

    def has(self, program: str) -> bool:
        """Whether *program* is there and may be run."""
        try:
            return bool(self.locate(program))
        except KubeportError:
            return False


@attrs.frozen
class Program:
    """A tool that was looked for: its *version*, empty where it cannot be had, and what that comes to.

    *kubernetes* is the version of Kubernetes that it was built for, where it tells one.
    """

    findings: tuple[Finding, ...]
    version: str = ""
    kubernetes: str = ""


async def tool(probe: Probe, machine: Machine, name: str, *, needed: bool) -> Program:
    """The program of the tool *name*: where it is, its version, its digest."""
    install = f"How to get it: kubeport tools install {name}"
    try:
        path = machine.locate(name)
    except KubeportError as error:
        state, remedy = "problem" if needed else "missing", f"{install}; or set tools.paths."
        return Program((Finding(name, state, error.message, remedy),))
    facts = {"path": path, "digest": _digest(Path(path))}
    answer = await probe.version(name)
    if answer.error is not None:
        told = answer.stderr.splitlines()[-1] if answer.stderr else answer.error.message
        remedy = f"Run `{path} version` by hand: it must answer, or be installed anew. {install}"
        return Program((Finding(name, "problem", f"{path}: {told}", remedy, facts),))
    version = _version(answer.output)
    if not version:
        remedy = f"Is it {name}? Run `{path} version` by hand. {install}"
        return Program((Finding(name, "warning", f"{path} tells no version", remedy, facts),))
    told = f"{version}, {path}, {facts['digest'].replace(':', ' ')}"
    built = _KUBERNETES.search(answer.output)
    found = Finding(name, "ok", told, facts={"version": version, **facts})
    return Program((found,), version, built[1] if built else "")


def _version(output: str) -> str:
    """The first version in what a tool prints of itself."""
    try:
        return str(json.loads(output)["clientVersion"]["gitVersion"])
    except (ValueError, KeyError, TypeError):
        found = _VERSION.search(output)
        return found[0] if found else ""


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as content:
            return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"
    except OSError:
        return "sha256:unreadable"  # a program may be run without being read


def utilities(machine: Machine, pipes: tuple[str, ...]) -> Iterator[Finding]:
    """Text utilities that are not there, and what those that are cannot reach."""
    for name in pipes:
        program = PROGRAMS[name].binary
        try:
            machine.locate(program)
        except KubeportError as error:
            remedy = f"Install {program}, or take {name} out of security.pipes."
            yield Finding(name, "missing", error.message, remedy)
    if pipes:
        yield _confinement(machine)


def _confinement(machine: Machine) -> Finding:
    """What text utilities cannot reach, beside the limits that hold everywhere."""
    walls = [f"no {what} ({wall})" for what, wall in machine.walls.items()]
    gaps = [f"{what} not held back ({why})" for what, why in machine.gaps.items()]
    detail = ", ".join(["text utilities: limits on resources", *walls, *gaps])
    facts = {"held": dict(machine.walls), "open": dict(machine.gaps)}
    if not gaps:
        return Finding("confinement", "ok", detail, facts=facts)
    remedy = "Run on Linux 6.12 or later with Landlock and seccomp, or leave security.pipes empty."
    return Finding("confinement", "missing", detail, remedy, facts)


def plugins(machine: Machine) -> Iterator[Finding]:
    """The programs that kubectl starts for credentials, looked up as kubectl does."""
    for program, path in machine.plugins.items():
        facts = {"program": program, "path": path}
        if path:
            yield Finding("credentials", "ok", f"{program}: {path}", facts=facts)
            continue
        told = f"the credential plugin {program} is not there"
        remedy = "Install it, or let PATH of the server's own environment lead to it."
        yield Finding("credentials", "problem", told, remedy, facts)
