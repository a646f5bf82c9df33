"""What a server over HTTP tells of itself: whether it can serve calls, and what it has counted."""

import os

from ..adapters.mcp.operations import Check, Operations
from ..adapters.shared_state import RedisOutputStore
from ..adapters.subprocess_executor import SubprocessExecutor
from ..adapters.telemetry import MeasuringTelemetry
from ..application.authentication import Authenticator, CannotAuthenticate
from ..application.kubeport import Kubeport
from ..domain.errors import ExecutionFailed, KubeportError


def operations(kubeport: Kubeport, authenticator: Authenticator | None = None) -> Operations:
    """The checks of the adapters that *kubeport* has, and its metrics where they are wanted."""
    telemetry = kubeport.run.telemetry
    metrics = telemetry.metrics if isinstance(telemetry, MeasuringTelemetry) else None
    checks = _checks(kubeport)
    if authenticator is not None:
        name = "jwks" if kubeport.settings.auth.mode == "jwt" else "authentication"
        checks[name] = _checking(authenticator)
    return Operations(checks, metrics.text if metrics is not None else None)


def _checking(authenticator: Authenticator) -> Check:
    async def check() -> None:
        try:
            await authenticator.check()
        except CannotAuthenticate as fault:
            raise ExecutionFailed(str(fault)) from None

    return check


def _check_folder(kubeconfigs: str) -> None:
    """Whether the kubeconfigs of callers can be read, where a folder is set."""
    if kubeconfigs and not os.access(kubeconfigs, os.R_OK | os.X_OK):
        raise ExecutionFailed(f"The folder identity.kubeconfigs, {kubeconfigs}, cannot be read.")


def _fault(executor: SubprocessExecutor, name: str) -> str:
    """Why the tool *name* cannot be started, or empty; where it was found is kept, and may be gone."""
    try:
        found = executor.program(name)
    except KubeportError as error:
        return str(error)
    return "" if os.access(found, os.X_OK) else f"The program {name} is gone from {found}."


def _checks(kubeport: Kubeport) -> dict[str, Check]:
    async def contexts() -> None:
        kubeport.contexts.check()
        _check_folder(kubeport.settings.identity.kubeconfigs)

    checks: dict[str, Check] = {"kubeconfig": contexts}
    executor, store = kubeport.run.executor, kubeport.more.shaper.store
    if isinstance(executor, SubprocessExecutor):

        async def programs() -> None:
            faults = [_fault(executor, name) for name in kubeport.settings.tools.enabled]
            if told := " ".join(fault for fault in faults if fault):
                raise ExecutionFailed(f"{told} What is not wanted can be left out of tools.enabled.")

        checks["programs"] = programs
    if kubeport.run.audit is not None:
        checks["audit"] = kubeport.run.audit.check
    if isinstance(store, RedisOutputStore):
        checks["state"] = store.state.check
    return checks
