"""Resources and completion through a real client: in memory, over stdio and over HTTP, in both eras."""

import json
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp import types as T
from tests.application.resources.scene import URIS, cluster, obj

from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.fake_cluster import Failure, FakeCluster
from kubeport.adapters.mcp.server import build_server
from kubeport.application.settings import Settings, ToolSettings
from kubeport.containers import in_memory
from kubeport.domain.resources.uri import SCHEMES

from .conftest import ERAS
from .processes import environment

pytestmark = pytest.mark.anyio


def client_of(fake: FakeCluster, era: str, settings: Settings | None = None) -> Client:
    """A client, not yet connected, of a server over *fake*."""
    return Client(build_server(in_memory(fake, settings), "0"), mode=era, cache=None)


@pytest.fixture(params=ERAS)
async def client(request: pytest.FixtureRequest) -> AsyncIterator[Client]:
    """A connected client of a server over the cluster that has one of everything."""
    async with client_of(cluster(), request.param) as connected:
        yield connected


def text(result: T.ReadResourceResult, uri: str) -> str:
    """The text of a read, which is one content under *uri*."""
    (content,) = result.contents
    assert isinstance(content, T.TextResourceContents) and content.uri == uri
    return content.text


def expanded(template: str, values: dict[str, str]) -> str:
    """A template as a client expands it."""
    for name, value in values.items():
        encoded = "".join(c if c.isalnum() or c in "-._~" else f"%{ord(c):02X}" for c in value)
        template = template.replace("{" + name + "}", encoded)
    return template


async def completed(
    client: Client, template: str, name: str, typed: str, chosen: dict[str, str]
) -> list[str]:
    """The values that the server offers."""
    ref = T.ResourceTemplateReference(uri=template)
    found = await client.complete(ref, {"name": name, "value": typed}, chosen)
    return found.completion.values


async def test_capabilities(client: Client) -> None:
    """Resources with subscriptions, and completions."""
    told = client.server_capabilities
    assert told.resources is not None and told.resources.subscribe and told.completions is not None


async def test_every_template_is_completed_expanded_listed_and_read(client: Client) -> None:
    """As a host does it: templates from the list, arguments from completion, then the read."""
    templates = (await client.list_resource_templates()).resource_templates
    assert [one.uri_template for one in templates] == [scheme.template for scheme in SCHEMES]
    assert all(one.title and one.description for one in templates)
    listed = {one.uri for one in (await client.list_resources()).resources}
    assert {"k8s-context://dev", "k8s-namespace://dev/web"} <= listed
    for scheme, template in zip(SCHEMES, templates, strict=True):
        uri = next(one for one in URIS if one.startswith(f"{scheme.name}://"))
        chosen = dict[str, str]()
        for part, value in zip(scheme.parts, uri.partition("://")[2].split("/"), strict=True):
            assert value in await completed(client, template.uri_template, part, value[:1], chosen)
            chosen[part] = value
        assert expanded(template.uri_template, chosen) == uri
        summary = json.loads(text(await client.read_resource(uri), uri))
        assert summary["uri"] == uri and (uri.startswith("k8s-context") or summary["links"])


async def test_listed_resources_can_be_read(client: Client) -> None:
    """Context names are percent-encoded, and what is listed is there."""
    for one in (await client.list_resources()).resources:
        assert json.loads(text(await client.read_resource(one.uri), one.uri))["uri"] == one.uri
        assert one.mime_type == "application/json"


async def test_lists_go_over_pages(client: Client) -> None:
    """Each entry once, by the cursors of the protocol; a cursor of one's own is refused."""
    many = [obj("v1", "Namespace", f"n{n:03}", "") for n in range(230)]
    for era in ERAS:
        async with client_of(cluster(objects=many), era) as paged:
            found, cursor = list[str](), None
            for _ in range(4):
                page = await paged.list_resources(cursor=cursor)
                found += [one.uri for one in page.resources]
                cursor = page.next_cursor
                if cursor is None:
                    break
            assert len(found) == len(set(found)) == 2 + 232 + 2
    with pytest.raises(MCPError) as refused:
        await client.list_resources(cursor="made-up")
    assert refused.value.error.code == T.INVALID_PARAMS


async def test_yaml_on_request(client: Client) -> None:
    """As YAML with its own type, under the URI as it was asked for."""
    uri = "k8s-deployment://dev/web/api?format=yaml"
    result = await client.read_resource(uri)
    assert text(result, uri).startswith("apiVersion: apps/v1\n")
    assert result.contents[0].mime_type == "application/yaml"


async def test_cache_hints() -> None:
    """In the era that has them, all results say how long they are good, and for whom."""
    async with client_of(cluster(), "auto") as client:
        results = (
            (await client.list_resources(), 10_000),
            (await client.list_resource_templates(), 300_000),
            (await client.read_resource("k8s-pod://dev/web/lone"), 1_000),
        )
    assert [(found.ttl_ms, found.cache_scope) for found, _ in results] == [
        (ttl, "private") for _, ttl in results
    ]


@pytest.mark.parametrize(
    ("uri", "code"),
    [
        ("k8s-pod://dev/web/nope", "RESOURCE_NOT_FOUND"),
        ("helm-release://dev/web/nope", "RESOURCE_NOT_FOUND"),
        ("k8s-pod://nope/web/lone", "CONTEXT_NOT_FOUND"),
        ("k8s-pod://dev/web/..", "VALIDATION_ERROR"),
        ("k8s-pod://dev/web/a%00", "VALIDATION_ERROR"),
        ("file:///etc/passwd", "VALIDATION_ERROR"),
        ("k8s-resource://dev/web/secrets/login?format=yaml", "POLICY_DENIED"),
    ],
)
async def test_errors_of_the_one_who_asks(client: Client, uri: str, code: str) -> None:
    """−32602 with the URI and our code in the data."""
    with pytest.raises(MCPError) as refused:
        await client.read_resource(uri)
    error = refused.value.error
    data: dict[str, Any] = error.data
    assert (error.code, data["uri"], data["code"]) == (T.INVALID_PARAMS, uri, code)
    assert "Traceback" not in error.message and len(error.message) < 1000


@pytest.mark.parametrize("era", ERAS)
async def test_errors_of_the_cluster(era: str) -> None:
    """−32603 with the reason."""
    async with client_of(cluster(Failure.unreachable()), era) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource("k8s-pod://dev/web/lone")
    error = refused.value.error
    assert error.code == T.INTERNAL_ERROR
    assert error.data["reason"] == "unreachable" and error.data["uri"] == "k8s-pod://dev/web/lone"


@pytest.mark.parametrize("era", ERAS)
async def test_a_missing_program_is_not_the_clients_fault(era: str) -> None:
    """−32603, too: another request would not do."""
    async with client_of(cluster(tools=("kubectl",)), era) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource("helm-release://dev/web/shop")
    assert refused.value.error.code == T.INTERNAL_ERROR
    assert refused.value.error.data["code"] == "TOOL_NOT_FOUND"


@pytest.mark.parametrize("era", ERAS)
async def test_the_policy_decides(era: str) -> None:
    """A command that a policy denies is denied as a resource, too."""
    settings = Settings(tools=ToolSettings(deny=("kubectl get",)))
    async with client_of(cluster(), era, settings) as client:
        with pytest.raises(MCPError) as refused:
            await client.read_resource("k8s-pod://dev/web/lone")
    assert refused.value.error.data["code"] == "POLICY_DENIED"


@pytest.mark.parametrize("era", ERAS)
async def test_reads_are_audited_with_their_client(era: str) -> None:
    """The record knows the program that asked, as for tools."""
    audit = MemoryAudit()
    server = build_server(in_memory(cluster(), audit=audit), "0")
    async with Client(server, mode=era, cache=None) as client:
        await client.read_resource("k8s-configmap://dev/web/settings")
        await client.list_resources()
    assert len(audit.records) >= 3 and all(record["client"] for record in audit.records)


async def test_completion_of_what_is_not_known_is_empty(client: Client) -> None:
    """Neither a template of others nor a prompt that is not there is an error."""
    assert await completed(client, "file:///{path}", "path", "", {}) == []
    found = await client.complete(T.PromptReference(name="nope"), {"name": "a", "value": ""})
    assert found.completion.values == []


@pytest.mark.parametrize("era", ERAS)
async def test_over_stdio(era: str) -> None:
    """A server as a host starts it lists, completes and reads."""
    command = ["-m", "kubeport", "serve", "--demo"]
    parameters = StdioServerParameters(command=sys.executable, args=command, env=environment())
    async with Client(parameters, mode=era) as client:
        await _listed_completed_and_read(client)


@pytest.mark.parametrize("era", ERAS)
async def test_over_http(served: tuple[subprocess.Popen[bytes], int], era: str) -> None:
    """The same over streamable HTTP."""
    async with Client(f"http://127.0.0.1:{served[1]}/mcp", mode=era) as client:
        await _listed_completed_and_read(client)


async def _listed_completed_and_read(client: Client) -> None:
    assert "k8s-namespace://demo/shop" in [one.uri for one in (await client.list_resources()).resources]
    template, chosen = (
        "k8s-deployment://{context}/{namespace}/{name}",
        {"context": "demo", "namespace": "shop"},
    )
    assert await completed(client, template, "name", "ch", chosen) == ["checkout"]
    uri = "k8s-deployment://demo/shop/checkout"
    assert json.loads(text(await client.read_resource(uri), uri))["health"]["status"] == "failed"
    with pytest.raises(MCPError) as refused:
        await client.read_resource("k8s-deployment://demo/shop/nope")
    assert refused.value.error.code == T.INVALID_PARAMS
