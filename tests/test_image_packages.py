"""The image has no pip: whatever its server may be asked to import is in requirements/runtime.lock."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LOCK = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements" / "runtime.lock").read_text(), re.MULTILINE))
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
AT_A_TERMINAL = ("setup", "completion")
"""Extras of somebody's own machine, whose files and shell they are about."""


def _imported(tree: ast.AST) -> Iterator[str]:
    """The full names of the modules that *tree* imports or looks for, by whatever way."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (one.name for one in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module
            case ast.Call(ast.Name("import_module" | "find_spec"), [ast.Constant(str(name)), *_]):
                yield name
            case _:
                pass


def _third_party() -> set[str]:
    code = ("adapters/**/*.py", "containers/**/*.py", "src/kubeport/*.py")
    files = (file for pattern in code for file in ROOT.glob(pattern))
    found = {name for file in files for name in _imported(ast.parse(file.read_text()))}
    ours = {"kubeport", *sys.stdlib_module_names}
    return {name for name in found if name.partition(".")[0] not in ours and not name.startswith(".")}


@cache
def _owners() -> dict[str, str]:
    """Which distribution brought each file that is installed."""
    return {
        str(one.locate_file(file)): _normal(one.name) for one in distributions() for file in one.files or ()
    }


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(requirements: list[str]) -> set[str]:
    return {_normal(re.split(r"[\[<>=~; ]", one)[0]) for one in requirements}


WITHOUT = {"pip", "pytest"}
"""Looked for to say how to install more, and what kubeport.testing is for."""
NOT_FOR_A_SERVER = {name for extra in AT_A_TERMINAL for name in _names(EXTRAS[extra])} | WITHOUT


@pytest.mark.parametrize("name", sorted(_third_party()))
def test_the_image_has_what_the_code_may_import(name: str) -> None:
    """Also what only a setting wants, which is imported within a function; by the file, not the name."""
    spec = find_spec(name)
    assert spec is not None and spec.origin is not None, f"{name} is not installed here"
    owner = _owners()[spec.origin]
    assert owner in LOCK | NOT_FOR_A_SERVER, f"{owner}: add its extra to `server`, and `make lock`"


def test_the_scan_sees_the_imports_that_wait() -> None:
    """Those of each extra of the server are among what is looked at."""
    seen = {name.partition(".")[0] for name in _third_party()}
    assert {"redis", "prometheus_client", "opentelemetry", "websockets", "jwt", "uvicorn"} <= seen


def test_the_extra_for_servers_is_locked() -> None:
    """Everything that it names, by way of other extras, is pinned for the image."""
    (named,) = EXTRAS["server"]
    inner = re.fullmatch(r"kubeport\[(.*)\]", named)
    assert inner is not None
    extras = inner[1].split(",")
    assert set(extras) | set(AT_A_TERMINAL) | {"server", "kubectl", "pydantic-ai"} == set(EXTRAS)
    assert {one for extra in (*extras, "kubectl") for one in _names(EXTRAS[extra])} <= LOCK


def test_who_uses_a_laptop_does_not_pay() -> None:
    """What the base needs names none of the server's packages."""
    (named,) = EXTRAS["server"]
    extras = re.findall(r"[a-z-]+", named.partition("[")[2])
    paid = {one for extra in extras for one in _names(EXTRAS[extra])}
    assert paid and paid.isdisjoint(_names(PROJECT["dependencies"]))
