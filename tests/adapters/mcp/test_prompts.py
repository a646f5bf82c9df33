"""Prompts through a real client, in both protocol eras."""

import json
from typing import Any

import pytest
from mcp import Client, MCPError
from mcp import types as T

from .processes import Server

PROMISED = {"troubleshoot", "status", "inventory", "deploy", "scale", "logs", "security-check", "mesh"}


@pytest.mark.anyio
async def test_prompts_are_listed(reader: Client) -> None:
    """With titles, descriptions and arguments, in an order that stays."""
    listed = (await reader.list_prompts()).prompts
    assert {prompt.name for prompt in listed} > PROMISED
    assert listed == (await reader.list_prompts()).prompts
    (troubleshoot,) = (prompt for prompt in listed if prompt.name == "troubleshoot")
    required = {one.name: bool(one.required) for one in troubleshoot.arguments or ()}
    assert required == {"context": False, "namespace": False, "kind": False, "name": True}


@pytest.mark.anyio
async def test_a_prompt_embeds_the_resource(reader: Client) -> None:
    """The object comes as an embedded resource, events and logs as text."""
    found = await reader.get_prompt("troubleshoot", {"name": "checkout", "namespace": "shop"})
    contents = [message.content for message in found.messages]
    (embedded,) = (one for one in contents if isinstance(one, T.EmbeddedResource))
    assert isinstance(embedded.resource, T.TextResourceContents)
    assert str(embedded.resource.uri) == "k8s-deployment://demo/shop/checkout"
    assert json.loads(embedded.resource.text)["health"]["status"] == "failed"
    texts = [one.text for one in contents if isinstance(one, T.TextContent)]
    assert texts[0].startswith("Find out what is wrong with deployment checkout")
    assert any("[pod/checkout-" in text for text in texts)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "arguments", "code"),
    [
        ("nothing", {}, "VALIDATION_ERROR"),
        ("troubleshoot", {}, "VALIDATION_ERROR"),
        ("troubleshoot", {"name": "a|b"}, "VALIDATION_ERROR"),
        ("troubleshoot", {"name": "a", "context": "prod"}, "CONTEXT_NOT_FOUND"),
    ],
)
async def test_what_is_wrong_with_a_request_is_said(
    reader: Client, name: str, arguments: dict[str, str], code: str
) -> None:
    """-32602, with our own code and what to do instead in the data."""
    with pytest.raises(MCPError) as caught:
        await reader.get_prompt(name, arguments)
    data: dict[str, Any] = caught.value.error.data or {}
    assert (caught.value.error.code, data["code"]) == (T.INVALID_PARAMS, code)


@pytest.mark.anyio
async def test_arguments_are_completed(reader: Client) -> None:
    """By what the cluster has, after what was chosen before."""
    ref = T.PromptReference(type="ref/prompt", name="troubleshoot")
    found = await reader.complete(ref, {"name": "name", "value": "ch"}, {"kind": "deployment"})
    assert found.completion.values == ["checkout"]


def test_over_stdio() -> None:
    """A prompt through the real server and its own process."""
    server = Server.start("--demo")
    server.initialize()
    answer = server.ask("prompts/get", {"name": "inventory", "arguments": {"namespace": "shop"}})
    assert "checkout" in json.dumps(answer["result"]["messages"])
    assert server.end() == 0
