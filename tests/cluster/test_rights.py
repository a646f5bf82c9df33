"""Whose rights are used: two callers, one server, and what the API server's own audit says of it."""

import json
import os
from pathlib import Path

import pytest
from tests.cluster.conftest import Kubectl
from tests.cluster.teams import Trail

from kubeport.adapters.kubeconfig import YamlKubeconfig
from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.application.caller_settings import IdentitySettings
from kubeport.application.kubeport import Kubeport
from kubeport.application.settings import Settings, ToolSettings
from kubeport.containers import live
from kubeport.containers.container import Container
from kubeport.domain.effect import Level
from kubeport.domain.errors import KubeportError
from kubeport.domain.policy import Caller, Policy, Rule
from kubeport.domain.result import Result

pytestmark = pytest.mark.anyio
ANN = Caller("ann", ("blue", "system:masters"))
OLE = Caller("ole", ("ops",))
IMPERSONATING = IdentitySettings(
    "impersonate", user="oidc:{name}", group="team:{group}", allowed_groups=("team:blue", "team:ops")
)
# the server's own account is `viewer`, which may do nothing but impersonate these
POLICY = Policy(
    "teams",
    Level.NONE,
    rules=(
        Rule("ops", "ops does what it must", Level.ADMIN, contexts=("viewer", "in-cluster"),
             callers=("group:ops",)),
        Rule("blue", "blue reads", Level.READ_ONLY, contexts=("viewer", "in-cluster"),
             callers=("group:blue",)),
    ),
)  # fmt: skip


def settings(admin: Kubectl, identity: IdentitySettings = IMPERSONATING, **paths: str) -> Settings:
    """Clusters asked as *identity* wants, by the real programs."""
    return Settings(identity=identity, tools=ToolSettings(paths={"kubectl": admin.program, **paths}))


@pytest.fixture
def teams(admin: Kubectl, monkeypatch: pytest.MonkeyPatch) -> Kubeport:
    """A server that impersonates, with kubectl."""
    monkeypatch.setenv("KUBECONFIG", admin.environ["KUBECONFIG"])
    return live(settings(admin), policy=POLICY)


def failed(result: Result) -> str:
    """What the tool said."""
    assert result.error is not None
    return result.error.stderr


async def test_each_caller_has_its_own_rights(teams: Kubeport, blue: str, trail: Trail) -> None:
    """Ann reads her team's namespace only, Ole changes it; the API server knows them, not the server."""
    mine = await teams.command("kubectl get configmaps", context="viewer", namespace=blue, caller=ANN)
    assert "menu" in mine.output, mine.error
    others = await teams.command("kubectl get configmaps", context="viewer", namespace="default", caller=ANN)
    assert 'User "oidc:ann" cannot list resource "configmaps"' in failed(others)
    change = "kubectl label configmap menu day=monday --overwrite"
    refused = await teams.command(change, context="viewer", namespace=blue, caller=ANN)
    assert refused.error is not None and refused.error.code == "POLICY_DENIED"
    changed = await teams.command(change, context="viewer", namespace=blue, caller=OLE)
    assert changed.error is None, changed.error
    as_ann = ("team:blue", "system:authenticated")
    assert trail.of(blue, "list", "configmaps") == [("viewer", "oidc:ann", as_ann, 200)]
    assert trail.of("default", "list", "configmaps") == [("viewer", "oidc:ann", as_ann, 403)]
    patched = trail.of(blue, "patch", "configmaps")
    assert patched == [("viewer", "oidc:ole", ("team:ops", "system:authenticated"), 200)]
    await teams.aclose()


async def test_who_nobody_vouches_for_gets_nothing(teams: Kubeport, blue: str, trail: Trail) -> None:
    """No name, a name that RBAC does not let the server take, a group that is not passed on."""
    unnamed = await teams.command("kubectl get configmaps", context="viewer", namespace=blue)
    assert unnamed.error is not None and unnamed.error.code == "CONTEXT_NOT_FOUND"
    eve = Caller("eve", ("ops",))
    stranger = await teams.command("kubectl get configmaps", context="viewer", namespace=blue, caller=eve)
    assert 'cannot impersonate resource "users"' in failed(stranger)
    assert {code for *_, code in trail.of(blue, "list", "configmaps")} <= {403}
    await teams.aclose()


async def test_what_is_not_ones_own_cannot_be_told_from_what_is_not_there(
    teams: Kubeport, blue: str
) -> None:
    """The kubeconfig has the context admin, too, and neither caller learns of it."""
    for caller in (ANN, OLE):
        assert teams.contexts(caller).names == ("viewer",)
        hidden = await teams.command("kubectl get configmaps", context="admin", caller=caller)
        absent = await teams.command("kubectl get configmaps", context="nowhere", caller=caller)
        assert hidden.error == absent.error and hidden.error is not None
    await teams.aclose()


@pytest.mark.parametrize("version", ["helm3", "helm4"])
async def test_helm_acts_in_the_callers_name(
    version: str,
    request: pytest.FixtureRequest,
    admin: Kubectl,
    blue: str,
    trail: Trail,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Releases are Secrets: Ann may not list them, Ole may."""
    monkeypatch.setenv("KUBECONFIG", admin.environ["KUBECONFIG"])
    site = live(settings(admin, helm=request.getfixturevalue(version)), policy=POLICY)
    denied = await site.command("helm list", context="viewer", namespace=blue, caller=ANN)
    assert 'User "oidc:ann" cannot list resource "secrets"' in failed(denied)
    allowed = await site.command("helm list", context="viewer", namespace=blue, caller=OLE)
    assert allowed.error is None, allowed.error
    asked = trail.of(blue, "list", "secrets")
    assert {(own, code) for _, own, _, code in asked} == {("oidc:ann", 403), ("oidc:ole", 200)}
    assert {user for user, *_ in asked} == {"viewer"}
    await site.aclose()


async def test_inside_a_cluster_too(
    admin: Kubectl, api_server: Path, blue: str, trail: Trail, tmp_path: Path, helm4: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """With the Pod's own account, which kubectl and helm by themselves do not find once they impersonate."""
    known = json.loads(api_server.read_text())
    cluster = known["clusters"][0]["cluster"]
    token = next(user["user"]["token"] for user in known["users"] if user["name"] == "viewer")
    (tmp_path / "token").write_text(token)
    (tmp_path / "ca.crt").write_bytes(Path(cluster["certificate-authority"]).read_bytes())
    (tmp_path / "namespace").write_text(blue)
    host, port = cluster["server"].removeprefix("https://").split(":")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", port)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    wanted = settings(admin, helm=helm4)
    executor = SubprocessExecutor(wanted.tools.paths, service_account=str(tmp_path))
    kubeconfig = YamlKubeconfig(service_account=str(tmp_path))
    site = Container(
        settings=wanted, executor=executor, kubeconfig=kubeconfig, policy=lambda: POLICY
    ).kubeport()
    mine = await site.command("kubectl get configmaps", caller=ANN)
    assert "menu" in mine.output, mine.error
    denied = await site.command("helm list", caller=ANN)
    assert 'User "oidc:ann" cannot list resource "secrets"' in failed(denied)
    assert [own for _, own, *_ in trail.of(blue, "list", "configmaps")] == ["oidc:ann"]
    assert {own for _, own, *_ in trail.of(blue, "list", "secrets")} == {"oidc:ann"}
    await site.aclose()


async def test_a_kubeconfig_for_each_caller(
    admin: Kubectl, api_server: Path, blue: str, trail: Trail, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is known to the API server by its own credential, and sees its own contexts."""
    known = json.loads(api_server.read_text())
    for file, user in (("ann.yaml", "viewer"), ("ole.yaml", "admin")):
        own = {
            **known,
            "users": [one for one in known["users"] if one["name"] == user],
            "contexts": [{"name": "mine", "context": {"cluster": "test", "user": user}}],
            "current-context": "mine",
        }
        (tmp_path / file).write_text(json.dumps(own))
    monkeypatch.setenv("KUBECONFIG", os.devnull)
    identity = IdentitySettings("kubeconfig", kubeconfigs=str(tmp_path))
    site = live(settings(admin, identity), policy=Policy("all", Level.READ_ONLY))
    allowed = await site.command("kubectl get configmaps", namespace=blue, caller=OLE)
    assert "menu" in allowed.output, allowed.error
    denied = await site.command("kubectl get configmaps", namespace=blue, caller=ANN)
    assert 'User "viewer" cannot list resource "configmaps"' in failed(denied)
    nobody = await site.command("kubectl get configmaps", namespace=blue, caller=Caller("../ole"))
    assert nobody.error is not None and nobody.error.rule == "identity"
    asked = [(user, own, code) for user, own, _, code in trail.of(blue, "list", "configmaps")]
    assert asked == [("admin", "", 200), ("viewer", "", 403)]
    await site.aclose()


async def test_watches_are_in_the_callers_name(teams: Kubeport, blue: str, trail: Trail) -> None:
    """A subscription asks the API server as its caller, whose RBAC answers."""
    uri = f"k8s-resource://viewer/{blue}/configmaps/menu"
    told = list[str]()
    async with await teams.subscriptions.subscribe(uri, told.append, ANN):
        listed = trail.of(blue, "list", "configmaps") + trail.of(blue, "watch", "configmaps")
        assert {(user, own) for user, own, *_ in listed} == {("viewer", "oidc:ann")}
    with pytest.raises(KubeportError):
        await teams.subscriptions.subscribe(
            "k8s-resource://viewer/default/configmaps/menu", told.append, ANN
        )
    assert {own for _, own, *_ in trail.of("default", "list", "configmaps")} == {"oidc:ann"}
    await teams.aclose()
