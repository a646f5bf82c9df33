"""Whether a server says that it can serve calls."""

from pathlib import Path

import pytest

from kubeport.application.caller_settings import IdentitySettings
from kubeport.application.settings import Settings, ToolSettings
from kubeport.containers import live
from kubeport.containers.readiness import operations
from kubeport.domain.errors import ExecutionFailed

pytestmark = pytest.mark.anyio


async def test_without_the_kubeconfigs_of_callers_it_is_not_ready(tmp_path: Path) -> None:
    """With them it is, though nobody unnamed has a context; what is wrong names the folder."""
    folder = tmp_path / "callers"
    settings = Settings(identity=IdentitySettings("kubeconfig", kubeconfigs=str(folder)))
    check = operations(live(settings)).checks["kubeconfig"]
    with pytest.raises(ExecutionFailed, match=str(folder)):
        await check()
    folder.mkdir()
    await check()


async def test_each_enabled_tool_has_to_be_there(tmp_path: Path) -> None:
    """Not the first alone; also one that was found and is gone since. What is not enabled is not missed."""
    paths = {name: str(tmp_path / name) for name in ("kubectl", "helm", "istioctl")}
    for name in ("kubectl", "helm"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    tools = ToolSettings(("kubectl", "helm", "istioctl"), paths=paths)
    with pytest.raises(ExecutionFailed, match="istioctl is not installed") as caught:
        await operations(live(Settings(tools=tools))).checks["programs"]()
    assert "tools.enabled" in str(caught.value) and "helm" not in str(caught.value)
    fewer = Settings(tools=ToolSettings(("kubectl", "helm"), paths=paths))
    check = operations(live(fewer)).checks["programs"]
    await check()
    (tmp_path / "helm").unlink()
    with pytest.raises(ExecutionFailed, match="helm is gone"):
        await check()
