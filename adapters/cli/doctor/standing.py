"""What the doctor finds on Kubeport itself: settings, policy, what a server needs, the protocol."""

import asyncio
from collections.abc import Iterator
from importlib import metadata

from ....application.kubeport import Kubeport
from ....application.settings import Settings
from ....domain.effect import Level
from ....domain.errors import KubeportError
from ....domain.policy_lint import lint
from .finding import Finding
from .machine import Machine

_REMEDIES = {
    "settings": "Correct it there; `kubeport config show` prints what is in force. "
    "The rest was looked at with the settings that ship.",
    "policy": "Correct the file, or leave security.policy_file out.",
    "serve": "Correct the settings: `kubeport serve` refuses to start with them.",
}


def settings(machine: Machine) -> Finding:
    """The settings that are not the built-in ones, each with its origin."""
    fault = machine.faults.get("settings")
    if fault is not None:
        return _faulty("settings", fault)
    chosen = {name: origin for name, origin in machine.origins.items() if origin != "default"}
    told = ", ".join(f"{name} ({origin})" for name, origin in chosen.items())
    return Finding("settings", "ok", told or "all as built in", facts={"origins": chosen})


def policy(kubeport: Kubeport, machine: Machine) -> Finding:
    """The policy in force; one that lets nobody do anything, or that lint finds fault with, is a warning."""
    fault = machine.faults.get("policy")
    if fault is not None:
        return _faulty("policy", fault)
    found, file = kubeport.rules.policy(), kubeport.settings.security.policy_file
    asks = f", approval: {found.approval}" if found.approval.rank else ""
    told = f"{found.name}: {found.access}, {len(found.rules)} rules{asks}"
    facts = {
        "name": found.name, "access": found.access.value, "approval": found.approval.value,
        "rules": len(found.rules),
    }  # fmt: skip
    if all(level in (None, Level.NONE) for level in (found.access, *(rule.access for rule in found.rules))):
        remedy = "Give access = \"read-only\", or a rule that does; `kubeport policy show` prints it."
        return Finding("policy", "warning", f"{told}; it refuses every command", remedy, facts)
    if remarks := lint(found):
        return Finding("policy", "warning", f"{told}; {remarks[0]}", f"kubeport policy lint {file}", facts)
    return Finding("policy", "ok", told, facts=facts)


async def checks(machine: Machine, seconds: float) -> list[Finding]:
    """What else has to work, such as the audit's place, each asked whether it does."""
    return list(await asyncio.gather(*(_check(machine, name, seconds) for name in machine.checks)))


async def _check(machine: Machine, name: str, seconds: float) -> Finding:
    remedy = f"See the settings of the section {name}: `kubeport config show`."
    try:
        async with asyncio.timeout(seconds):
            await machine.checks[name]()
    except TimeoutError:
        return Finding(name, "problem", f"no answer in {seconds:g} seconds", remedy)
    except KubeportError as error:
        return Finding.of(name, error, remedy)
    return Finding(name, "ok", _WORKS.get(name, "it answers"))


_WORKS = {"audit": "records can be kept", "state": "Redis answers", "jwks": "the issuer's keys can be had"}


def serving(found: Settings, machine: Machine) -> Iterator[Finding]:
    """Whether ``kubeport serve`` would start with these settings."""
    own = ("settings", "policy")
    faults = {part: fault for part, fault in machine.faults.items() if part not in own}
    yield from (_faulty(part, fault) for part, fault in faults.items())
    if not machine.faults:
        server = found.server
        place = f" on {server.host}:{server.port}" if server.transport == "http" else ""
        facts = {"transport": server.transport, "authentication": found.auth.mode}
        told = f"would start: {server.transport}{place}, authentication: {found.auth.mode}"
        yield Finding("serve", "ok", told, facts=facts)


def protocol(machine: Machine) -> Finding:
    """The revisions of the protocol that the SDK speaks, newest first."""
    sdk = metadata.version("mcp")
    facts = {"eras": list(machine.eras), "sdk_version": sdk}
    return Finding("protocol", "ok", f"MCP {', '.join(machine.eras)} (mcp {sdk})", facts=facts)


def _faulty(part: str, fault: KubeportError) -> Finding:
    remedy = f"Correct the settings: `kubeport config show` tells where each comes from ({part})."
    return Finding.of(part, fault, _REMEDIES.get(part, remedy))
