"""A person's yes and no, to the real kubectl against a real API server."""

from typing import Any

import pytest
from mcp import Client
from mcp import types as T
from tests.cluster.conftest import Kubectl

from kubeport import Approval, Level, Policy, Settings, live
from kubeport.adapters.mcp.server import build_server
from kubeport.application.settings import ToolSettings

pytestmark = pytest.mark.anyio
POLICY = Policy("team", access=Level.ADMIN, approval=Approval.CHANGES)
MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: asked}\ndata: {a: b}\n"


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_only_what_was_approved_is_in_the_cluster(
    era: str, admin: Kubectl, scratch_namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked about both, the user declines the first: the second is there, and nothing else."""
    monkeypatch.setenv("KUBECONFIG", admin.environ["KUBECONFIG"])
    seen = list[str]()

    async def user(context: Any, params: T.ElicitRequestParams) -> T.ElicitResult:
        seen.append(params.message)
        return T.ElicitResult(action="accept", content={"approve": len(seen) > 1})

    kubeport = live(Settings(tools=ToolSettings(paths={"kubectl": admin.program})), policy=POLICY)
    place = {"context": "admin", "namespace": scratch_namespace}
    async with Client(build_server(kubeport, "0"), mode=era, elicitation_callback=user) as client:
        made = "create configmap refused --from-literal=a=b"
        no = await client.call_tool("kubectl_change", {"command": made, **place})
        given = {"command": "apply -f -", "manifest": MANIFEST, **place}
        yes = await client.call_tool("kubectl_change", given)
    assert no.is_error and not yes.is_error, yes
    assert len(seen) == 2 and "ConfigMap asked" in seen[1]
    assert all(f"--namespace={scratch_namespace}" in form for form in seen)
    there = admin.output("get", "configmap", "-n", scratch_namespace, "-o=name").split()
    assert "configmap/asked" in there and "configmap/refused" not in there
