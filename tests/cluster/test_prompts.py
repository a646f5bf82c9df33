"""The troubleshooting prompt on a real API server: resource, events and logs of the moment."""

import json
from pathlib import Path

import pytest

from kubeport import Settings, live
from kubeport.application.settings import ToolSettings

from .conftest import Kubectl


@pytest.mark.anyio
async def test_troubleshooting_embeds_what_is_there(
    admin: Kubectl, api_server: Path, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The Deployment as a resource, its events, the logs of all of its Pods."""
    monkeypatch.setenv("KUBECONFIG", str(api_server))
    kubeport = live(Settings(tools=ToolSettings(paths={"kubectl": admin.program})))
    given = {"context": "admin", "namespace": namespace, "name": "web"}
    try:
        filled = await kubeport.prompts.fill("troubleshoot", given)
        completed = await kubeport.prompts.complete("troubleshoot", "name", "w", given)
    finally:
        await kubeport.aclose()
    _, resource, events, logs, previous = filled.parts
    assert resource.uri == f"k8s-deployment://admin/{namespace}/web"
    assert json.loads(resource.text)["health"]["status"] == "healthy"
    assert "ScalingReplicaSet" in events.text
    assert logs.text.count("[pod/web-") >= 2
    assert "Not read" not in logs.text
    assert previous.text.startswith("Logs before the last restart")
    assert completed.values == ("web",)
