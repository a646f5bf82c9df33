"""The bundle for desktop hosts and the entry of Docker's catalogue: their published form, and no drift."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.enabling import enabled_or_skip

from kubeport import FakeCluster, in_memory
from kubeport.adapters.mcp.catalogue import offers
from kubeport.application.settings import Settings

ROOT = Path(__file__).parents[1]
ROOMS = ("domain", "application", "adapters", "containers", "src/kubeport")
BUNDLE = ROOT / "packaging" / "mcpb"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
MANIFEST: dict[str, Any] = json.loads((BUNDLE / "manifest.json").read_text())
CATALOGUE: dict[str, Any] = yaml.safe_load((ROOT / "packaging/docker-mcp/server.yaml").read_text())
VALIDATOR = ["npx", "--yes", "@anthropic-ai/mcpb@2.1.2"]


def made(to: Path) -> Path:
    """The bundle, made as `make mcpb` makes it."""
    subprocess.run([sys.executable, BUNDLE / "bundle.py", to], check=True)
    return to


def test_the_bundle_is_this_version() -> None:
    """Manifest and inner project name the package's version, and the extra with the real kubectl."""
    inner = tomllib.loads((BUNDLE / "pyproject.toml").read_text())["project"]
    assert MANIFEST["version"] == inner["version"] == PROJECT["version"]
    assert inner["dependencies"] == [f"kubeport[kubectl]=={PROJECT['version']}"]
    assert inner["requires-python"] == PROJECT["requires-python"]
    assert MANIFEST["compatibility"]["runtimes"]["python"] == PROJECT["requires-python"]


def test_nothing_names_a_package_that_is_not_published() -> None:
    """Until it is, the name may be anybody's; the bundle and server.json wait for it to be ours."""
    texts = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    texts += [file for room in ROOMS for file in (ROOT / room).rglob("*.py")]
    for text in texts:
        assert not re.search(r"(pip|pipx|uv tool) install '?kubeport\b", text.read_text()), text
        assert not re.search(r"uvx kubeport\b", text.read_text()), text


def test_the_bundle_lists_the_tools_that_are_offered() -> None:
    """The tools at the level that it starts with, in their order; the level can add to them."""
    told = [tool["name"] for tool in MANIFEST["tools"]]
    assert told == [offer.name for offer in offers(in_memory(FakeCluster([])))]
    assert MANIFEST["tools_generated"] is True


def test_the_bundle_asks_for_what_it_passes_on() -> None:
    """Each variable takes a question's answer, and the level's default is the setting's."""
    asked = MANIFEST["user_config"]
    assert MANIFEST["server"]["mcp_config"]["env"] == {
        "KUBECONFIG": "${user_config.kubeconfig}",
        "KUBEPORT_SECURITY_LEVEL": "${user_config.level}",
    }
    assert set(asked) == {"kubeconfig", "level"}
    assert asked["level"]["default"] == str(Settings().security.level)


def test_the_bundle_is_the_same_each_time(tmp_path: Path) -> None:
    """Two makings differ in no byte, and hold what uv needs and nothing else."""
    one, two = made(tmp_path / "one.mcpb"), made(tmp_path / "two.mcpb")
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert archive.namelist() == ["manifest.json", "pyproject.toml", "server.py"]
        assert MANIFEST["server"]["entry_point"] in archive.namelist()


def test_the_start_of_the_bundle_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its entry point gives the command line `serve`."""
    called: list[list[str]] = []

    def main(words: list[str]) -> None:
        """Note it."""
        called.append(words)

    monkeypatch.setattr("kubeport.__main__.main", main)
    spec = importlib.util.spec_from_file_location("__main__", BUNDLE / "server.py")
    assert spec is not None and spec.loader is not None
    with pytest.raises(SystemExit):
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
    assert called == [["serve"]]


def test_the_manifest_has_the_published_form() -> None:
    """The publisher's own validator takes it."""
    if shutil.which("npx") is None:
        enabled_or_skip("There is no npx.", "Install Node.js to validate the bundle's manifest.")
    if subprocess.run([*VALIDATOR, "--version"], capture_output=True, timeout=120).returncode:
        enabled_or_skip("The validator cannot be fetched.", "Let npm reach its registry.")
    done = subprocess.run(
        [*VALIDATOR, "validate", BUNDLE / "manifest.json"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_catalogue_entry_has_the_form_of_its_neighbours() -> None:
    """Keys as in github.com/docker/mcp-registry, and every template is a parameter that is asked for."""
    assert set(CATALOGUE) == {"name", "image", "type", "meta", "about", "source", "run", "config"}
    assert (CATALOGUE["name"], CATALOGUE["type"]) == (PROJECT["name"], "server")
    parameters = CATALOGUE["config"]["parameters"]
    asked = {f"{{{{kubeport.{name}}}}}" for name in parameters["properties"]}
    (variable,) = CATALOGUE["config"]["env"]
    (volume,) = CATALOGUE["run"]["volumes"]
    assert asked == {variable["value"], volume.split(":")[0]}
    assert set(parameters["required"]) <= set(parameters["properties"])


def test_the_catalogue_entry_fits_the_image() -> None:
    """It mounts where the image's user looks, read-only, and sets a setting with its default."""
    (volume,) = CATALOGUE["run"]["volumes"]
    assert volume.endswith(":/home/kubeport/.kube/config:ro")
    assert "WORKDIR /home/kubeport" in (ROOT / "Dockerfile").read_text()
    (variable,) = CATALOGUE["config"]["env"]
    level = CATALOGUE["config"]["parameters"]["properties"]["level"]
    assert variable["name"] == "KUBEPORT_SECURITY_LEVEL"
    assert variable["example"] == level["default"] == str(Settings().security.level)
