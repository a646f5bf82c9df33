"""Every resource template against a real API server, kubectl and helm, through a client in both eras."""

import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp import types as T
from tests.adapters.mcp.conftest import ERAS
from tests.cluster.conftest import Kubectl
from tests.cluster.test_watcher import chart_in

from kubeport.adapters.mcp.server import build_server
from kubeport.application.settings import Settings, ToolSettings
from kubeport.containers import live
from kubeport.domain.resources.uri import SCHEMES

pytestmark = pytest.mark.anyio


def crd(group: str, version: str, kind: str, plural: str) -> dict[str, Any]:
    """A definition without a schema to speak of."""
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"kind": kind, "plural": plural, "singular": kind.lower(), "listKind": f"{kind}List"},
            "versions": [
                {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": anything}}
            ],
        },
    }


DEFINITIONS = [
    crd("networking.istio.io", "v1", "VirtualService", "virtualservices"),
    crd("argoproj.io", "v1alpha1", "Application", "applications"),
    crd("example.com", "v1", "Widget", "widgets"),
]
CUSTOM = [
    {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "route"},
        "spec": {"hosts": ["web"], "http": [{"route": [{"destination": {"host": "web"}}]}]},
    },
    {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "site"},
        "spec": {"destination": {"server": "https://kubernetes.default.svc", "namespace": "default"}},
        "status": {"health": {"status": "Healthy"}, "sync": {"status": "Synced"}},
    },
    {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w1"}, "spec": {"size": 3}},
]


@pytest.fixture(scope="module")
def scene(
    admin: Kubectl, namespace: str, helm4: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The namespace with workloads, custom objects and a release; a URI for each scheme."""
    for one in DEFINITIONS:
        admin.output("apply", "-f", "-", stdin=json.dumps(one))
        name = f"crd/{one['metadata']['name']}"
        admin.output("wait", "--for=condition=Established", name, "--timeout=30s")
    for one in CUSTOM:
        admin.output("apply", "-n", namespace, "-f", "-", stdin=json.dumps(one))
    bound = ("rolebinding", "viewer", "--clusterrole=view", "--group=devs", f"--namespace={namespace}")
    admin.output("create", *bound)
    helm = Kubectl(helm4, admin.environ)
    chart = chart_in(tmp_path_factory.mktemp("chart"))
    helm.output("install", "shop", str(chart), f"--namespace={namespace}")
    names = ("-o", "jsonpath={.items[0].metadata.name}")
    node = admin.output("get", "nodes", *names)
    pod = admin.output("get", "pods", "-n", namespace, "-l", "app=web", *names)
    place = f"admin/{namespace}"
    yield {
        "k8s-context": "k8s-context://admin",
        "k8s-namespace": f"k8s-namespace://{place}",
        "k8s-deployment": f"k8s-deployment://{place}/web",
        "k8s-service": f"k8s-service://{place}/web",
        "k8s-configmap": f"k8s-configmap://{place}/settings",
        "k8s-pod": f"k8s-pod://{place}/{pod}",
        "k8s-node": f"k8s-node://admin/{node}",
        "helm-release": f"helm-release://{place}/shop",
        "istio-virtualservice": f"istio-virtualservice://{place}/route",
        "argocd-application": f"argocd-application://{place}/site",
        "k8s-resource": f"k8s-resource://{place}/widgets.example.com/w1",
    }
    helm.output("uninstall", "shop", f"--namespace={namespace}")


@pytest.fixture(params=ERAS)
async def client(
    request: pytest.FixtureRequest, admin: Kubectl, helm4: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Client]:
    """A client connected to a live Kubeport, which only reads."""
    monkeypatch.setenv("KUBECONFIG", admin.environ["KUBECONFIG"])
    tools = ToolSettings(paths={"kubectl": admin.program, "helm": helm4})
    server = build_server(live(Settings(tools=tools)), "0")
    async with Client(server, mode=request.param, cache=None) as connected:
        yield connected


async def read(client: Client, uri: str) -> dict[str, Any]:
    """The summary at *uri*."""
    (content,) = (await client.read_resource(uri)).contents
    assert isinstance(content, T.TextResourceContents) and len(content.text.encode()) <= 16 * 1024
    found: dict[str, Any] = json.loads(content.text)
    return found


async def completed(
    client: Client, template: str, name: str, typed: str, chosen: dict[str, str]
) -> list[str]:
    """The values that the server offers."""
    found = await client.complete(
        T.ResourceTemplateReference(uri=template), {"name": name, "value": typed}, chosen
    )
    return found.completion.values


async def test_every_template_is_completed_listed_and_read(client: Client, scene: dict[str, str]) -> None:
    """As against the cluster in memory, with everything that the summaries ask for."""
    templates = (await client.list_resource_templates()).resource_templates
    assert [one.uri_template for one in templates] == [scheme.template for scheme in SCHEMES]
    listed = [one.uri for one in (await client.list_resources()).resources]
    assert {"k8s-context://admin", scene["k8s-namespace"]} <= set(listed)
    for scheme in SCHEMES:
        uri, chosen = scene[scheme.name], dict[str, str]()
        for part, value in zip(scheme.parts, uri.partition("://")[2].split("/"), strict=True):
            offered = await completed(client, scheme.template, part, value[:3], chosen)
            assert value in offered, f"{scheme.name} {part}: {value} is not in {offered}"
            chosen[part] = value
        summary = await read(client, uri)
        assert summary["uri"] == uri and "not_read" not in summary, summary


async def test_what_the_summaries_say(client: Client, scene: dict[str, str]) -> None:
    """Health, children and links are those of the cluster."""
    deployment = await read(client, scene["k8s-deployment"])
    assert deployment["health"]["status"] == "healthy"
    assert deployment["children_counts"]["Pod"] == {"healthy": 2}
    pods = [one["uri"] for one in deployment["children"] if one["uri"].startswith("k8s-pod://")]
    assert scene["k8s-pod"] in pods and len(pods) == 2
    pod = await read(client, scene["k8s-pod"])
    owner = await read(client, pod["links"]["owner"])
    assert owner["links"]["owner"] == scene["k8s-deployment"]
    service = await read(client, scene["k8s-service"])
    assert {one["uri"] for one in service["children"]} == set(pods)
    node = await read(client, scene["k8s-node"])
    assert node["children_counts"]["Pod"]
    context = await read(client, scene["k8s-context"])
    assert context["server_version"].startswith("v1.") and context["nodes"]
    release = await read(client, scene["helm-release"])
    assert release["health"]["status"] == "healthy"
    assert release["children"] == [scene["k8s-configmap"].replace("settings", "from-chart")]
    route = await read(client, scene["istio-virtualservice"])
    assert route["links"]["related"] == [scene["k8s-service"]]
    site = await read(client, scene["argocd-application"])
    assert site["health"] == {"status": "healthy", "why": "sync: Synced"}


async def test_the_namespace(client: Client, scene: dict[str, str]) -> None:
    """Counts of every kind, the release and its own URI."""
    found = await read(client, scene["k8s-namespace"])
    assert found["counts"]["Deployment"] == {"healthy": 1} and found["counts"]["Pod"]["healthy"] >= 3
    assert [one["uri"] for one in found["releases"]] == [scene["helm-release"]]
    assert scene["k8s-deployment"] in found["workloads"]


async def test_yaml_and_secrets(client: Client, scene: dict[str, str]) -> None:
    """YAML of all but contexts; a Secret shows the sizes of its values, and has no YAML."""
    for name, uri in scene.items():
        if name != "k8s-context":
            (content,) = (await client.read_resource(f"{uri}?format=yaml")).contents
            assert isinstance(content, T.TextResourceContents) and "kind: " in content.text
    uri = f"k8s-resource://{scene['k8s-namespace'].partition('://')[2]}/secrets/password"
    found = await read(client, uri)
    assert found["data"] and set(found["data"][0]) == {"key", "bytes"}
    with pytest.raises(MCPError) as refused:
        await client.read_resource(f"{uri}?format=yaml")
    assert refused.value.error.data["code"] == "POLICY_DENIED"


async def test_what_is_missing_or_forbidden(client: Client, scene: dict[str, str]) -> None:
    """−32602 for what is not there; what the viewer may not read is said or refused."""
    for uri in (f"{scene['k8s-pod']}x", f"{scene['helm-release']}x", "k8s-node://admin/nope"):
        with pytest.raises(MCPError) as refused:
            await client.read_resource(uri)
        assert refused.value.error.code == T.INVALID_PARAMS
        assert refused.value.error.data["uri"] == uri
    with pytest.raises(MCPError) as refused:
        await client.read_resource(scene["k8s-node"].replace("admin", "viewer"))
    assert refused.value.error.data["reason"] == "forbidden"
    namespace = await read(client, scene["k8s-namespace"].replace("admin", "viewer"))
    assert namespace["counts"]["Deployment"] and "releases" in namespace["not_read"]


async def test_no_kubectl_is_left(client: Client, scene: dict[str, str]) -> None:
    """A read ends what it has begun, one that fails too."""
    with pytest.raises(MCPError):
        await client.read_resource("k8s-deployment://admin/default/nope")
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    programs = [Path(f"/proc/{pid}/comm") for pid in children]
    names = {program.read_text().strip() for program in programs if program.exists()}
    assert not names & {"kubectl", "helm", "helm4"}
