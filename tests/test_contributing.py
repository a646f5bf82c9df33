"""The recipes of CONTRIBUTING.md, followed: on a copy of the code, or in memory."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.adapters.clock_contract import ClockContract

from kubeport import FakeCluster, Level, Settings, in_memory
from kubeport.application.ports import Clock
from kubeport.application.settings import SecuritySettings

ROOT = Path(__file__).parents[1]
ROOMS = ("domain", "application", "adapters", "containers")
Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The package as a folder of its own, which a recipe may change."""
    package = tmp_path / "kubeport"
    ignore = shutil.ignore_patterns("__pycache__")
    for room in ROOMS:
        shutil.copytree(ROOT / room, package / room, ignore=ignore)
    for file in ("__init__.py", "__main__.py"):
        shutil.copy(ROOT / "src" / "kubeport" / file, package)
    return package


@pytest.fixture
def run(copied: Path) -> Run:
    """``kubeport`` of the copy, with arguments and changes of the environment."""

    def kubeport(*words: str, **changes: str) -> "subprocess.CompletedProcess[str]":
        environ = {**os.environ, "PYTHONPATH": str(copied.parent), "HOME": str(copied.parent), **changes}
        command = [sys.executable, "-m", "kubeport", *words]
        return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)

    return kubeport


def edited(file: Path, old: str, new: str) -> None:
    """Put *new* in the place of *old*, which is there once."""
    text = file.read_text()
    assert text.count(old) == 1, (file, old)
    file.write_text(text.replace(old, new))


def test_add_a_verb(copied: Path, run: Run) -> None:
    """A row in the table is enough for a verb to be read and judged; without it, it is refused."""
    table = copied / "domain" / "tools" / "kubectl" / "changing.py"
    row = 'Verb(("hibernate",), Effect.WRITE, summary="Put it to sleep")'
    unknown = run("policy", "check", "kubectl hibernate", "--level", "write")
    assert unknown.returncode == 3 and "is not a kubectl command that Kubeport knows" in unknown.stdout
    edited(table, "\nVERBS = (", f"\nVERBS = ({row}, ")
    assert run("policy", "check", "kubectl hibernate").returncode == 3
    allowed = run("policy", "check", "kubectl hibernate", "--level", "write")
    assert (allowed.returncode, allowed.stdout.split()[0]) == (0, "allowed:"), allowed


FLUX = '''"""The grammar of flux."""

from ..grammar import Flag, Grammar, Meaning, Verb
from ..values import CONTEXT, NAMESPACE

FLUX = Grammar(
    tool="flux",
    versions=("2.9",),
    verbs=(
        Verb(("version",), targets=False, namespaced=False),
        Verb(("stats",), summary="Show what is reconciled."),
    ),
    common=(
        Flag("context", value=CONTEXT, meaning=Meaning.CONTEXT),
        Flag("namespace", "n", NAMESPACE, meaning=Meaning.NAMESPACE),
    ),
    early=frozenset(),
)
'''
PLACES = {  # file: the text that is there, and what is put before it
    "domain/errors.py": ('"argocd")', '"flux", '),
    "adapters/cli/arguments.py": ('"argocd")', '"flux", '),
    "application/target.py": ('"istioctl": "context"', '"flux": "context", '),
    "adapters/cli/obtaining.py": ('    "argocd": Way(', '    "flux": Way("https://fluxcd.io", "flux"),\n'),
    "application/probing.py": ('    "argocd": ("version', '    "flux": ("version",),\n'),
}


def test_add_a_command_line_tool(copied: Path, run: Run, tmp_path: Path) -> None:
    """The places that the recipe names are enough for a tool to be judged, placed, run and offered."""
    recipe = (ROOT / "CONTRIBUTING.md").read_text().split("## Add a command-line tool")[1].split("\n## ")[0]
    catalogue = "adapters/mcp/catalogue.py"
    assert all(f"`{file}`" in recipe for file in (*PLACES, catalogue))
    (copied / "domain" / "tools" / "flux").mkdir()
    (copied / "domain" / "tools" / "flux" / "__init__.py").write_text(FLUX)
    for file, (there, before) in PLACES.items():
        edited(copied / file, there, before + there)
    for table, told in (("_READS", "Read with flux."), ("_CHANGES", "Change with flux.")):
        edited(copied / catalogue, f"{table} = {{\n", f'{table} = {{\n    "flux": "{told}",\n')

    assert run("policy", "check", "flux stats").returncode == 0
    assert run("policy", "check", "flux stats --no-such-flag").returncode == 3
    assert "flux is not there" in run("tools", "install", "flux").stdout
    program, kubeconfig = tmp_path / "flux", tmp_path / "kubeconfig"
    program.write_text('#!/bin/sh\necho "$@"\n')
    program.chmod(0o755)
    kubeconfig.write_text(KUBECONFIG)
    words = ("--set", f"tools.paths.flux={program}", "--context", "dev", "--namespace", "web")
    ran = run("run", "flux stats", *words, KUBECONFIG=str(kubeconfig))
    assert ran.stdout == "stats --context=dev --namespace=web\n", ran
    offered = subprocess.run(
        [sys.executable, "-c", OFFERED], env={**os.environ, "PYTHONPATH": str(copied.parent)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "flux" in offered.stdout.split() and "flux_change" in offered.stdout.split(), offered


KUBECONFIG = """\
apiVersion: v1
kind: Config
current-context: dev
contexts: [{name: dev, context: {cluster: dev, user: dev}}]
clusters: [{name: dev, cluster: {server: "https://127.0.0.1:6443"}}]
users: [{name: dev, user: {}}]
"""
OFFERED = """\
from kubeport import FakeCluster, Level, Settings, in_memory
from kubeport.adapters.mcp.catalogue import offers
from kubeport.application.settings import SecuritySettings

kubeport = in_memory(FakeCluster(), Settings(security=SecuritySettings(level=Level.WRITE)))
print(*(offer.name for offer in offers(kubeport)))
"""


def test_add_a_setting(copied: Path, run: Run) -> None:
    """A field is enough for file, variable, --set and config show."""
    edited(
        copied / "application" / "settings.py",
        '    context: str = ""\n    namespace: str = ""\n',
        '    context: str = ""\n    namespace: str = ""\n    region: str = ""\n',
    )
    assert "target.region" in run("config", "show").stdout
    assert "eu" in run("config", "show", KUBEPORT_TARGET_REGION="eu").stdout
    assert "us" in run("config", "show", "--set", "target.region=us").stdout
    file = copied.parent / "settings.toml"
    file.write_text('[target]\nregion = "ap"\n')
    assert "ap" in run("config", "show", "--config", str(file)).stdout


class Midnight:
    """A clock of a contributor's own: it is always the first moment of 2027."""

    def monotonic(self) -> float:
        """No time passes."""
        return 0.0

    def now(self) -> float:
        """2027-01-01T00:00:00Z."""
        return 1_798_761_600.0


class TestAddAnAdapter(ClockContract):
    """A class with the port's methods passes its contract and can be used, without inheriting anything."""

    def clock(self) -> Clock:
        """The new adapter."""
        return Midnight()

    @pytest.mark.anyio
    async def test_it_is_used(self) -> None:
        """The composition root takes it in the place of its own."""
        settings = Settings(security=SecuritySettings(level=Level.READ_ONLY))
        result = await in_memory(FakeCluster(), settings, clock=Midnight()).command("kubectl get pods")
        assert result.execution_time == 0.0


def test_the_targets_that_are_named_exist() -> None:
    """Each `make target` of the page is one of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"make ([a-z-]+)", (ROOT / "CONTRIBUTING.md").read_text()))
    assert named <= targets, named - targets
