"""server.json, the entry for the MCP registry, says what pyproject.toml and the settings say.

Its shape is checked by those rules of the registry's schema of 2025-12-11 that apply to it, written anew.
"""

import json
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol, cast

import pytest
from jsonschema import Draft7Validator, ValidationError

from kubeport import Level, Settings

ROOT = Path(__file__).parents[1]
TEXT = {"type": "string"}
INPUT = {
    "type": "object",
    "required": ["name"],
    "properties": {
        "name": TEXT,
        "description": TEXT,
        "default": TEXT,
        "format": {"enum": ["string", "number", "boolean", "filepath"]},
        "choices": {"type": "array", "items": TEXT},
    },
}
POSITIONAL = {
    "type": "object",
    "required": ["type", "value"],
    "properties": {"type": {"const": "positional"}, "value": TEXT},
}
PACKAGE = {
    "type": "object",
    "required": ["registryType", "identifier", "transport"],
    "properties": {
        "registryType": TEXT,
        "identifier": TEXT,
        "version": {"type": "string", "minLength": 1, "not": {"const": "latest"}},
        "runtimeHint": TEXT,
        "transport": {"type": "object", "required": ["type"], "properties": {"type": {"const": "stdio"}}},
        "packageArguments": {"type": "array", "items": POSITIONAL},
        "environmentVariables": {"type": "array", "items": INPUT},
    },
}
RULES = {
    "type": "object",
    "required": ["$schema", "name", "description", "version"],
    "properties": {
        "$schema": TEXT,
        "name": {**TEXT, "minLength": 3, "maxLength": 200, "pattern": "^[a-zA-Z0-9.-]+/[a-zA-Z0-9._-]+$"},
        "title": {"type": "string", "minLength": 1, "maxLength": 100},
        "description": {"type": "string", "minLength": 1, "maxLength": 100},
        "version": {"type": "string", "maxLength": 255},
        "packages": {"type": "array", "items": PACKAGE},
    },
}


class _Validator(Protocol):
    """The one method of jsonschema's that is used; its own types are partly unknown."""

    def iter_errors(self, instance: object) -> Iterable[ValidationError]: ...


def _faults(entry: dict[str, Any]) -> list[str]:
    rules = cast("_Validator", Draft7Validator(RULES))
    return [fault.message for fault in rules.iter_errors(entry)]


@pytest.fixture
def entry() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ROOT / "server.json").read_text())
    return loaded


def test_it_keeps_the_rules_of_the_registry(entry: dict[str, Any]) -> None:
    assert _faults(entry) == []


def test_the_rules_refuse_a_floating_version_and_a_long_description(entry: dict[str, Any]) -> None:
    entry["packages"][0]["version"] = "latest"
    entry["description"] = "x" * 101
    assert len(_faults(entry)) == 2


def test_it_says_what_pyproject_says(entry: dict[str, Any]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    (package,) = entry["packages"]
    assert (entry["version"], entry["description"]) == (project["version"], project["description"])
    assert (package["identifier"], package["version"]) == (project["name"], project["version"])


def test_the_readme_names_the_entry_so_that_the_registry_trusts_the_package(entry: dict[str, Any]) -> None:
    assert f"mcp-name: {entry['name']} " in (ROOT / "README.md").read_text()


def test_the_level_it_offers_is_the_setting(entry: dict[str, Any]) -> None:
    variables = {each["name"]: each for each in entry["packages"][0]["environmentVariables"]}
    level = variables["KUBEPORT_SECURITY_LEVEL"]
    assert level["choices"] == [str(each.value) for each in Level if each is not Level.NONE]
    assert level["default"] == str(Settings().security.level.value)


def test_the_image_names_the_entry_so_that_the_registry_trusts_the_image(entry: dict[str, Any]) -> None:
    assert f'io.modelcontextprotocol.server.name="{entry["name"]}"' in (ROOT / "Dockerfile").read_text()
