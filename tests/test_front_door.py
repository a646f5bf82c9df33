"""What ``import kubeport`` gives, and what it does not drag in."""

import ast
import importlib
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import kubeport

ROOT = Path(__file__).parents[1]


def python(code: str) -> str:
    """What a fresh interpreter prints for *code*."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": "/usr/bin:/bin"},
    )
    return done.stdout


@pytest.mark.parametrize("name", ["mcp", "dependency_injector", "yaml", "cattrs", "asyncio"])
def test_import_is_light(name: str) -> None:
    """Neither the protocol nor the container nor any adapter's library is imported."""
    assert python(f"import kubeport, sys; print({name!r} in sys.modules)") == "False\n"


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_the_command_line_answers_without_heavy_imports(option: str) -> None:
    """``--help`` and ``--version`` need neither the protocol, the tables nor the container."""
    code = (
        "import sys\nfrom kubeport.__main__ import main\n"
        f"try: main([{option!r}])\nexcept SystemExit: pass\n"
        "heavy = {'mcp', 'attrs', 'cattrs', 'yaml', 'asyncio', 'dependency_injector'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    assert python(code).endswith("[]\n")


EXPORTED = [
    "Access", "Answer", "Approval", "Approver", "AuditSettings", "AuthSettings", "Caller",
    "CommandError", "Effect", "ErrorDetails", "ExecutionFailed", "Explanation", "Failure",
    "FakeCluster", "IdentitySettings", "Kubeport", "KubeportError", "Level", "LimitSettings", "Log",
    "Origin", "Policy", "PolicyDenied", "Progress", "PromptSettings", "Question", "Release", "Request",
    "ResourceContent", "ResourceNotFound", "Result", "Rule", "SecuritySettings", "Sensitivity",
    "ServerSettings", "Settings", "StateSettings", "Subscription", "Target", "TargetSettings",
    "ToolSettings", "__version__", "in_memory", "live", "shop",
]  # fmt: skip


def test_exported_names() -> None:
    """What embedders may rely on: a name that goes breaks them, one that comes is promised."""
    assert sorted(kubeport.__all__) == EXPORTED
    for name in kubeport.__all__:
        found = getattr(kubeport, name)
        assert getattr(found, "__name__", name) == name
    with pytest.raises(AttributeError, match="nonsense"):
        kubeport.nonsense  # noqa: B018
    assert dir(kubeport) == sorted(kubeport.__all__)


def test_checkers_see_the_same_names() -> None:
    """What is imported for type checkers is what is loaded when it is used."""
    (seen,) = (
        node.body
        for node in ast.parse((ROOT / "src" / "kubeport" / "__init__.py").read_text()).body
        if isinstance(node, ast.If)
    )
    for line in seen:
        assert isinstance(line, ast.ImportFrom) and line.module is not None
        (one,) = line.names
        assert one.asname == one.name  # or checkers take it for a name of ours only
        loaded = getattr(importlib.import_module(f"kubeport.{line.module}"), one.name)
        assert getattr(kubeport, one.name) is loaded
    assert len(seen) == len(EXPORTED) - 1


def test_the_version_is_the_packages() -> None:
    """One version, in pyproject.toml and in the front door."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert kubeport.__version__ == project["version"]


def test_the_links_of_the_front_door() -> None:
    """src/kubeport holds one relative link a room, and nothing else beside its four files."""
    door = ROOT / "src" / "kubeport"
    links = {path.name: str(path.readlink()) for path in door.iterdir() if path.is_symlink()}
    assert links == {
        room: f"../../{room}" for room in ("domain", "application", "adapters", "containers")
    }
    files = {path.name for path in door.iterdir() if path.is_file()}
    assert files == {"__init__.py", "__main__.py", "py.typed", "testing.py"}


def test_no_file_names_a_registry() -> None:
    """The pinned dependencies carry hashes and no address."""
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text()
        assert "--hash=sha256:" in text
        assert "://" not in text
