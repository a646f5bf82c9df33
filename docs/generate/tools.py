"""The page of MCP tools: what each is for, its arguments, and what it answers."""

from typing import Any

import attrs

from kubeport import Level, Settings, in_memory
from kubeport.adapters.fake_cluster import shop
from kubeport.adapters.mcp import tools as calls
from kubeport.adapters.mcp.catalogue import Offer, offers
from kubeport.application.request import Access
from kubeport.application.settings import SecuritySettings

from .markdown import code, codes, meanings, page, sentence, table

_LEAD = """\
What an MCP client finds in `tools/list`. The tools that change something are listed only where the policy allows a
change somewhere; `tools.enabled` takes the tools of a program away. Listing enforces nothing: each call is judged. The
answer of every tool is told in [results](../results.md)."""
_ARGUMENTS: dict[str, type] = {
    "help": calls.HelpArguments,
    "more": calls.MoreArguments,
    "policy": calls.PolicyArguments,
}


def tools() -> str:
    """The page."""
    admin = Settings(security=SecuritySettings(level=Level.ADMIN))
    return page("MCP tools", _LEAD, *(_tool(offer) for offer in offers(in_memory(shop(), admin))))


def _tool(offer: Offer) -> str:
    rows = [_argument(offer, name, schema) for name, schema in offer.input_schema["properties"].items()]
    arguments = table(("argument", "type", "needed", "meaning"), rows) or "It takes no argument."
    return f"## {offer.name}\n\n{sentence(offer.description)} {_kind(offer)}\n\n{arguments}"


def _kind(offer: Offer) -> str:
    return "It only reads." if offer.access is Access.READ else "It changes something (annotation `destructiveHint`)."


def _argument(offer: Offer, name: str, schema: dict[str, Any]) -> tuple[str, ...]:
    needed = "yes" if name in offer.input_schema.get("required", ()) else ""
    structure = _ARGUMENTS.get(offer.name, calls.RunArguments)
    _, told = meanings(structure, [field.name for field in attrs.fields(structure)])
    return (code(name), _type(schema), needed, told[name])


def _type(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return codes(schema["enum"])
    most = f", at most {schema['maxLength']} characters" if "maxLength" in schema else ""
    names = {"string": "text", "boolean": "`true` or `false`", "integer": "whole number"}
    return str(names.get(schema["type"], schema["type"])) + most
