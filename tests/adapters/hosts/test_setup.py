"""``kubeport setup``: what it prints and what it writes."""

import json
import re
import sys
from pathlib import Path

import attrs
import pytest

from kubeport.__main__ import main
from kubeport.adapters.cli.arguments import HOST_NAMES
from kubeport.adapters.hosts import HOSTS
from kubeport.application.settings import Settings, names_a_file


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


@pytest.mark.parametrize(
    ("origin", "args"),
    [("/src/kubeport", ["--from", "/src/kubeport", "kubeport", "serve"]), ("", ["kubeport", "serve"])],
)
def test_uvx_takes_it_from_where_it_came(
    origin: str,
    args: list[str],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The bare name is that of an index, where it may be anybody's: that is said."""
    monkeypatch.setattr("kubeport.adapters.installation.origin", lambda: origin)
    main(["setup", "cursor", "--via", "uvx"])
    told = capsys.readouterr()
    entry = json.loads(told.out)["mcpServers"]["kubernetes"]
    assert (entry["command"], entry["args"]) == ("uvx", args)
    assert ("published package" in told.err) is (not origin)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--set", "server.transprot=http"], "there is no setting server.transprot"),
        (["--set", "server.transport=http"], "speaks stdio"),
        (["--set", "security.policy_file=gone.toml"], "gone.toml: cannot be read"),
        (["--config", "gone.toml"], "gone.toml: cannot be read"),
    ],
)
def test_what_cannot_start_is_refused(
    words: list[str], told: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The host would only say that the server failed."""
    assert main(["setup", "cursor", "--write", *words]) == 2
    assert told in capsys.readouterr().err
    assert list(home.iterdir()) == []


def test_the_shells_own_settings_do_not_help(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A host does not have them, so that they decide nothing here."""
    monkeypatch.setenv("KUBEPORT_SERVER_TRANSPORT", "http")
    assert main(["setup", "cursor"]) == 0


def test_files_are_named_by_their_whole_path(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A host starts servers in a folder of its own."""
    (home / "prod.toml").write_text('access = "read-only"\n')
    (home / "config.toml").write_text("")
    monkeypatch.setenv("KUBECONFIG", "kc1:/k/kc2")
    policy, namespace = "security.policy_file=./prod.toml", "target.namespace=web"
    words = ["--config", "config.toml", "--set", policy, "--set", namespace]
    assert main(["setup", "claude-code", *words]) == 0
    entry = json.loads(capsys.readouterr().out)["mcpServers"]["kubernetes"]
    assert entry["env"] == {"KUBECONFIG": f"{home}/kc1:/k/kc2"}
    assert entry["args"][-6:] == [
        "--config", f"{home}/config.toml",
        "--set", f"security.policy_file={home}/prod.toml",
        "--set", "target.namespace=web",
    ]


def test_every_setting_that_names_a_file_is_known() -> None:
    """By what their names say; and no other."""
    named = [
        f"{section.name}.{field.name}"
        for section in attrs.fields(Settings)
        for field in attrs.fields(section.type or Settings)
        if field.type is str
        and re.search(r"(^|_)(file|folder|certificate|kubeconfigs)$|^tls_key$", field.name)
    ]
    assert len(named) == 10
    assert all(names_a_file(name) for name in (*named, "tools.paths.kubectl", "tools.paths_helm"))
    assert not names_a_file("target.context")


def test_an_update_says_what_it_did(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The lines that differ, the copy, and what of the entry was kept; twice within a second."""
    file = home / "mcp.json"
    file.write_text('{"mcpServers": {"kubernetes": {\n"command": "kubeport",\n"autoApprove": ["help"]}}}')
    for level in ("write", "admin"):
        assert main(["setup", "cursor", "--write", "--level", level, "--file", str(file)]) == 0
        told = capsys.readouterr().out
        assert "\n+ " in told and f"{file}: kubernetes written; what was there before is in {file}." in told
        assert re.search("^  kept: .*autoApprove$", told, re.MULTILINE)
        assert re.search("^  changed: .*args$|^  added: args$", told, re.MULTILINE)
    assert len(list(home.glob("mcp.json.before-kubeport-*"))) == 2


def test_toml_without_its_package_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A new file needs none; one that is there would lose its comments."""
    monkeypatch.setitem(sys.modules, "tomlkit", None)
    file = home / "config.toml"
    assert main(["setup", "codex", "--write", "--file", str(file)]) == 0
    assert main(["setup", "codex", "--write", "--level", "write", "--file", str(file)]) == 2
    told = capsys.readouterr().err
    assert f"{file}: To be changed" in told and "[setup]" in told
