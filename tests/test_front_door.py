"""What ``import kubeport`` gives, and what it does not drag in."""

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


def test_exported_names() -> None:
    """Every exported name resolves, and there are no others."""
    assert sorted(kubeport.__all__) == sorted(set(kubeport.__all__))
    for name in kubeport.__all__:
        assert getattr(kubeport, name) is not None
    with pytest.raises(AttributeError, match="nonsense"):
        kubeport.nonsense  # noqa: B018
    assert dir(kubeport) == sorted(kubeport.__all__)


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
