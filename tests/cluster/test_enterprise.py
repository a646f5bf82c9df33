"""One server, several people: tokens, a policy by groups, impersonation, and the API server's own audit."""

import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import pytest
from tests.adapters.authentication.provider import AUDIENCE, Provider, provider
from tests.adapters.mcp.conftest import ERAS
from tests.adapters.mcp.http_servers import ended, started
from tests.adapters.mcp.test_authentication import asked, bearer, client
from tests.cluster.conftest import Kubectl
from tests.cluster.teams import Trail

POLICY = """
access = "none"

[[rules]]
name = "ops"
reason = "ops does what it must"
access = "admin"
contexts = ["viewer"]
callers = ["group:ops"]

[[rules]]
name = "blue"
reason = "blue reads"
access = "read-only"
contexts = ["viewer"]
callers = ["group:blue"]
"""


@attrs.frozen
class Site:
    """A server that impersonates, and the provider of its callers' tokens."""

    port: int
    idp: Provider

    def token(self, name: str, group: str, scope: str) -> str:
        """A token that is good now."""
        now = time.time()
        claims: dict[str, Any] = {
            "sub": name, "groups": [group], "scope": scope, "iat": now, "nbf": now, "exp": now + 300,
        }  # fmt: skip
        return self.idp.token("a", None, **claims)


def words(**settings: object) -> list[str]:
    """Settings for the command line; ``__`` is the point."""
    return [
        word
        for name, value in settings.items()
        for word in ("--set", f"{name.replace('__', '.')}={value}")
    ]


@pytest.fixture
def site(admin: Kubectl, tmp_path: Path) -> Iterator[Site]:
    """The server runs with the account ``viewer``, which may do nothing but impersonate."""
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY)
    with provider() as idp:
        flags = words(
            auth__mode="jwt", auth__issuer=idp.url, auth__resource=AUDIENCE, security__policy_file=policy,
            identity__mode="impersonate", identity__user="oidc:{name}", identity__group="team:{group}",
            identity__allowed_groups="team:blue,team:ops", tools__paths_kubectl=admin.program,
        )  # fmt: skip
        process, port = started(*flags, KUBECONFIG=admin.environ["KUBECONFIG"])
        yield Site(port, idp)
        ended(process)


@pytest.mark.anyio
@pytest.mark.parametrize("era", ERAS)
async def test_two_people_see_and_may_do_different_things(
    site: Site, blue: str, trail: Trail, era: str
) -> None:
    """Ann of blue reads her team's namespace; Ole of ops changes it; each in their own name."""
    get = {"command": "get configmaps", "context": "viewer", "namespace": blue}
    change = {**get, "command": f"label configmap menu era={era} --overwrite"}
    async with client(site.port, site.token("ann", "blue", "kubeport:read"), era) as ann:
        assert "kubectl_change" not in [tool.name for tool in (await ann.list_tools()).tools]
        assert "menu" in json.dumps((await ann.call_tool("kubectl", get)).structured_content)
        other = await ann.call_tool("kubectl", {**get, "namespace": "default"})
        assert other.is_error and "forbidden" in json.dumps(other.structured_content)
        listed = [str(one.uri) for one in (await ann.list_resources()).resources]
        assert "k8s-context://viewer" in listed and "k8s-context://admin" not in listed
        (read,) = (await ann.read_resource(f"k8s-configmap://viewer/{blue}/menu")).contents
        assert "leek" in getattr(read, "text", "")
    async with client(site.port, site.token("ole", "ops", "kubeport:admin"), era) as ole:
        assert "kubectl_change" in [tool.name for tool in (await ole.list_tools()).tools]
        done = await ole.call_tool("kubectl_change", change)
        assert not done.is_error, done.structured_content
    async with client(site.port, site.token("ole", "ops", "kubeport:read"), era) as cautious:
        names = [tool.name for tool in (await cautious.list_tools()).tools]
        assert "kubectl_change" not in names, "the token grants less than the policy"
    as_ann, as_ole = ("team:blue", "system:authenticated"), ("team:ops", "system:authenticated")
    assert set(trail.of(blue, "list", "configmaps")) == {("viewer", "oidc:ann", as_ann, 200)}
    assert set(trail.of("default", "list", "configmaps")) == {("viewer", "oidc:ann", as_ann, 403)}
    assert set(trail.of(blue, "patch", "configmaps")) == {("viewer", "oidc:ole", as_ole, 200)}


@pytest.fixture
def reviewing(admin: Kubectl) -> Iterator[tuple["subprocess.Popen[bytes]", int]]:
    """A server that asks the API server whose a token is."""
    flags = words(
        auth__mode="tokenreview", auth__resource=AUDIENCE, auth__context="admin",
        tools__enabled="kubectl", tools__paths_kubectl=admin.program,
    )  # fmt: skip
    process, port = started(*flags, KUBECONFIG=admin.environ["KUBECONFIG"])
    yield process, port
    ended(process)


def account_token(admin: Kubectl, namespace: str, audience: str, duration: str = "20m") -> str:
    """A token of the ServiceAccount ``bot`` for *audience*."""
    words = ("create", "token", "bot", "-n", namespace, f"--audience={audience}", f"--duration={duration}")
    return admin.output(*words).strip()


@pytest.mark.anyio
async def test_tokens_of_service_accounts(
    admin: Kubectl, scratch_namespace: str, reviewing: tuple["subprocess.Popen[bytes]", int]
) -> None:
    """One that is meant for this server is taken; another audience, garbage and a deleted account are not."""
    port = reviewing[1]
    admin.output("create", "serviceaccount", "bot", "-n", scratch_namespace)
    good = account_token(admin, scratch_namespace, AUDIENCE)
    other = account_token(admin, scratch_namespace, "https://kubernetes.default.svc")
    later = account_token(admin, scratch_namespace, AUDIENCE, "30m")
    async with client(port, good, "auto") as connected:
        answer = await connected.call_tool("kubectl", {"command": "get namespaces", "context": "admin"})
        assert not answer.is_error, answer.structured_content
    assert asked(port, bearer(other))[0] == 401
    assert asked(port, bearer("garbage"))[0] == 401
    admin.output("delete", "serviceaccount", "bot", "-n", scratch_namespace)
    assert asked(port, bearer(later))[0] == 401
    status, _, body = asked(port, path="/readyz")
    assert (status, json.loads(body)["checks"]["authentication"]) == (200, True)
