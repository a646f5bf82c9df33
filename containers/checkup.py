"""What ``kubeport doctor`` looks at: a Kubeport of whatever can be used, and why the rest cannot."""

import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

import attrs

from ..adapters.cli.doctor import Machine
from ..adapters.config import Configured
from ..adapters.credential_plugins import credential_plugins
from ..adapters.loading_rules import kubeconfig_paths
from ..adapters.subprocess_executor import SubprocessExecutor
from ..application.authentication import Authenticator
from ..application.kubeport import Kubeport
from ..application.settings import AuditSettings, PromptSettings, Settings, StateSettings
from ..domain.errors import CommandError, KubeportError
from .authentication import authenticator
from .choices import check_stdout
from .container import Container
from .readiness import operations

Faults = dict[str, KubeportError]
T = TypeVar("T")


@attrs.frozen
class Checkup:
    """*kubeport* over what can be used of the settings, and what the *machine* tells."""

    kubeport: Kubeport
    machine: Machine
    authenticator: Authenticator | None = None

    async def aclose(self) -> None:
        """Close what was opened in order to look at it."""
        if self.authenticator is not None:
            await self.authenticator.aclose()
        await self.kubeport.aclose()


def checkup(configure: Callable[[], Configured]) -> Checkup:
    """Look at the settings part by part; one that cannot be used is a fault, and is done without."""
    faults = Faults()
    configured = _tried(configure, "settings", faults) or Configured(Settings(), {})
    settings = configured.settings
    _tried(lambda: check_stdout(settings.audit, settings.server), "serve", faults)
    kubeport = _usable(_without_stdout(settings), faults)
    known = _tried(lambda: authenticator(kubeport), "authentication", faults)
    _tried(lambda: _check_serving(settings), "serve", faults)
    return Checkup(kubeport, _machine(configured, kubeport, faults, known), known)


def _tried(ask: Callable[[], T], part: str, faults: Faults) -> T | None:
    try:
        return ask()
    except KubeportError as fault:
        faults[part] = fault
    except (ValueError, OSError) as fault:
        faults[part] = CommandError(str(fault))
    return None


def _usable(settings: Settings, faults: Faults) -> Kubeport:
    container = Container(settings=settings)
    for part, (provider, without) in _PARTS.items():
        found = Faults()
        _tried(getattr(container, provider), part, found)
        if found:
            faults.update(found)
            settings = without(settings)
            container = Container(settings=settings)
    return container.kubeport()


def _no_policy_file(settings: Settings) -> Settings:
    return attrs.evolve(settings, security=attrs.evolve(settings.security, policy_file=""))


def _no_telemetry(settings: Settings) -> Settings:
    return attrs.evolve(settings, server=attrs.evolve(settings.server, metrics=False, traces=""))


_PARTS: Mapping[str, tuple[str, Callable[[Settings], Settings]]] = {
    "policy": ("policy", _no_policy_file),
    "prompts": ("own_prompts", lambda settings: attrs.evolve(settings, prompts=PromptSettings())),
    "state": ("state", lambda settings: attrs.evolve(settings, state=StateSettings())),
    "telemetry": ("telemetry", _no_telemetry),
    "audit": ("audit", lambda settings: attrs.evolve(settings, audit=AuditSettings())),
}
"""Each with the provider that raises where it cannot be used, and the settings without it; the audit is last,
since what came before may have the container made anew, and a file is opened once."""


def _without_stdout(settings: Settings) -> Settings:
    """stdout is for what the doctor prints."""
    return attrs.evolve(settings, audit=attrs.evolve(settings.audit, stdout=False, key_file=_key(settings)))


def _key(settings: Settings) -> str:
    audit = settings.audit
    return audit.key_file if audit.file or audit.otlp_endpoint else ""


def _check_serving(settings: Settings) -> None:
    """Refuse what ``serve --transport http`` refuses; stdio needs nothing that was not looked at.

    Raises:
        CommandError: as ``serve_http``.
    """
    server = settings.server
    if server.transport != "http":
        return
    from ..adapters.mcp.certificates import Certificate
    from ..adapters.mcp.http import check_reach, check_websocket

    check_reach(settings, authenticated=settings.auth.mode != "none")
    if server.websocket:
        check_websocket()
    if server.tls_certificate:
        Certificate(server.tls_certificate, server.tls_key)


def _machine(
    configured: Configured, kubeport: Kubeport, faults: Faults, known: Authenticator | None
) -> Machine:
    from mcp.types.version import SUPPORTED_PROTOCOL_VERSIONS

    executor = SubprocessExecutor(kubeport.settings.tools.paths)
    programs = credential_plugins(kubeconfig_paths(os.environ))
    walls = executor.enclosure()
    return Machine(
        executor.program,
        {program: shutil.which(program) or "" for program in programs},
        dict(configured.origins),
        walls.held,
        walls.open,
        faults,
        _checks(kubeport, known),
        tuple(reversed(SUPPORTED_PROTOCOL_VERSIONS)),
    )


def _checks(kubeport: Kubeport, known: Authenticator | None) -> dict[str, Callable[[], Awaitable[None]]]:
    """What a server's readiness is made of; tools and kubeconfig are looked at more closely."""
    ready = operations(kubeport, known).checks
    return {name: check for name, check in ready.items() if name not in ("kubeconfig", "programs")}
