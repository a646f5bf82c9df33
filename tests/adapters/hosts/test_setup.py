"""``kubeport setup``: what it prints and what it writes."""

import json
from pathlib import Path

import pytest

from kubeport.__main__ import main
from kubeport.adapters.cli.arguments import HOST_NAMES
from kubeport.adapters.hosts import HOSTS


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, which is the working folder, too; and a PATH with nothing in it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", "/nonexistent")
    for name in ("KUBECONFIG", "XDG_CONFIG_HOME", "CODEX_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_line_knows_every_host() -> None:
    """The words of the command line and the table of hosts are the same."""
    assert tuple(host.name for host in HOSTS) == HOST_NAMES


@pytest.mark.parametrize("host", HOST_NAMES)
def test_printing_writes_nothing(host: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without --write the entry and its place are told, and that is all."""
    assert main(["setup", host]) == 0
    told = capsys.readouterr()
    assert "serve" in told.out
    assert str(home) in told.err
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("host", HOST_NAMES)
def test_writing_is_done_once(host: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second --write says that the entry is there."""
    assert main(["setup", host, "--write", "--level", "write"]) == 0
    first = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    assert len(first) == 1
    assert main(["setup", host, "--write", "--level", "write"]) == 0
    assert "is there already" in capsys.readouterr().out
    assert {path: path.read_bytes() for path in home.rglob("*") if path.is_file()} == first


def test_what_a_host_does_not_hand_on_is_in_the_entry(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """KUBECONFIG always; PATH for a desktop host where kubectl lies off the usual places."""
    kubectl = home / "tools" / "kubectl"
    kubectl.parent.mkdir()
    kubectl.write_text("#!/bin/sh\n")
    kubectl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{kubectl.parent}:/usr/bin")
    monkeypatch.setenv("KUBECONFIG", "/k/config")
    main(["setup", "cursor"])
    entry = json.loads(capsys.readouterr().out)["mcpServers"]["kubernetes"]
    assert entry["env"] == {"KUBECONFIG": "/k/config", "PATH": f"{kubectl.parent}:/usr/bin"}
    main(["setup", "claude-code"])
    entry = json.loads(capsys.readouterr().out)["mcpServers"]["kubernetes"]
    assert entry["env"] == {"KUBECONFIG": "/k/config"}


def test_a_running_server_keeps_its_own_settings(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--url with --level is refused; alone it is the entry."""
    assert main(["setup", "vscode", "--url", "https://mcp.example.com/mcp", "--level", "write"]) == 2
    assert "its settings are its own" in capsys.readouterr().err
    assert main(["setup", "vscode", "--url", "https://mcp.example.com/mcp"]) == 0
    assert json.loads(capsys.readouterr().out)["servers"]["kubernetes"]["url"].startswith("https://")


def test_uvx_starts_it_without_an_installation(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--via uvx names the package, not a path of this machine."""
    main(["setup", "cursor", "--via", "uvx"])
    entry = json.loads(capsys.readouterr().out)["mcpServers"]["kubernetes"]
    assert (entry["command"], entry["args"]) == ("uvx", ["kubeport", "serve"])
