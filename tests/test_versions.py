"""One version: whatever names it says what pyproject.toml says, and the changelog has a section for it."""

import json
import re
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
import yaml

import kubeport

ROOT = Path(__file__).parents[1]
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
SECTION = re.compile(r"^## \[(.+?)\](?: - (\S+))?$", re.MULTILINE)


def _read(name: str) -> str:
    return (ROOT / name).read_text()


PLACES: dict[str, Callable[[], object]] = {
    "the front door": lambda: kubeport.__version__,
    "server.json": lambda: json.loads(_read("server.json"))["version"],
    "server.json's package": lambda: json.loads(_read("server.json"))["packages"][0]["version"],
    "the chart": lambda: yaml.safe_load(_read("charts/kubeport/Chart.yaml"))["version"],
    "the chart's application": lambda: yaml.safe_load(_read("charts/kubeport/Chart.yaml"))["appVersion"],
    "the image's label": lambda: re.findall(r'image\.version="(.+?)"', _read("Dockerfile"))[0],
    "the bundle": lambda: json.loads(_read("packaging/mcpb/manifest.json"))["version"],
    "the newest section of the changelog": lambda: SECTION.findall(CHANGELOG)[1][0],
}


@pytest.mark.parametrize("place", PLACES)
def test_the_version_is_the_same(place: str) -> None:
    """A release that forgets one of them does not pass."""
    assert PLACES[place]() == VERSION


def test_the_changelog_is_in_its_form() -> None:
    """What is not released comes first; each version has its day and says something."""
    first, *versions = SECTION.findall(CHANGELOG)
    assert first == ("Unreleased", "")
    days = [date.fromisoformat(day) for _, day in versions]
    assert days and days == sorted(days, reverse=True)
    for version, day in versions:
        section = CHANGELOG.split(f"## [{version}] - {day}\n")[1].split("\n## ")[0]
        assert re.search(r"^### (Added|Changed|Fixed|Removed|Deprecated|Security)$", section, re.MULTILINE)
        assert re.search(r"^- ", section, re.MULTILINE)


def test_the_demo_installs_only_what_runs() -> None:
    """`make demo` of a fresh clone does without what only contributors need, and both runs pin by hashes."""
    makefile = _read("Makefile")
    runs = makefile.split("$(VENV)/.runs: ")[1].split("\n\n")[0]
    assert "demo: $(RUNS)" in makefile
    assert "--require-hashes -r requirements/runtime.lock -r requirements/build.lock" in runs
    assert "dev.lock" not in runs
