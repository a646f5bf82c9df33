"""Hosts' configuration: what is added, what is kept, and what is refused."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.adapters.hosts import HOSTS, Entry, Host, Place, merged, snippet, write
from kubeport.adapters.hosts.changes import difference, summary
from kubeport.adapters.hosts.commented import loads
from kubeport.adapters.hosts.text import found_in
from kubeport.domain.errors import CommandError

ENTRY = Entry("kubernetes", "/opt/bin/kubeport", ("serve", "--level", "write"), {"KUBECONFIG": "/k"})
_BY_NAME = {host.name: host for host in HOSTS}
VSCODE, CURSOR, CODEX = _BY_NAME["vscode"], _BY_NAME["cursor"], _BY_NAME["codex"]

COMMENTED = """\
// mine
{
\t"servers": {
\t\t/* the other */ "other": { "command": "x", "args": ["a", "b",] }, // keep
\t},
\t"inputs": [],
}
"""


def _read(host: Host, text: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(text) if host.language == "toml" else loads(text)
    return found


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_a_new_file_is_the_snippet(host: Host) -> None:
    """What is printed is what an empty file gets, and it holds the entry."""
    text = merged(host, ENTRY, "")
    assert text == snippet(host, ENTRY)
    found = _read(host, text)[host.key]["kubernetes"]
    assert found["command"] == "/opt/bin/kubeport"
    assert found["args"] == ["serve", "--level", "write"]
    assert found["env"] == {"KUBECONFIG": "/k"}
    assert found.get("type") == ("stdio" if host.typed else None)


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host.name)
def test_merging_twice_changes_nothing_the_second_time(host: Host) -> None:
    """An entry that is there already leaves the text as it is."""
    once = merged(host, ENTRY, "")
    assert merged(host, ENTRY, once) == once


def test_comments_blanks_and_other_servers_stay() -> None:
    """Only lines are added to a file with comments; an update changes the one value."""
    text = merged(VSCODE, ENTRY, COMMENTED)
    kept = [line for line in text.splitlines() if line in COMMENTED.splitlines()]
    assert kept == COMMENTED.splitlines()
    assert list(loads(text)["servers"]) == ["kubernetes", "other"]
    again = merged(VSCODE, Entry("kubernetes", "/new/kubeport", ("serve",)), text)
    assert loads(again)["servers"]["kubernetes"] == {
        "type": "stdio", "command": "/new/kubeport", "args": ["serve"], "env": {"KUBECONFIG": "/k"},
    }
    assert again.count("// keep") == again.count("/* the other */") == 1


@pytest.mark.parametrize(
    "text",
    [
        "{/**/}",
        "// a\n{}",
        "{// a\n}",
        '{"servers": {}, "x": "// , }"}',
        '{\n  // none yet\n  "servers": {}\n}',
        '{"servers": {/**/},}',
    ],
)
def test_empty_objects_with_comments_take_an_entry(text: str) -> None:
    """Where nothing is, the entry becomes the first."""
    found = merged(VSCODE, ENTRY, text)
    assert loads(found)["servers"]["kubernetes"]["args"] == ["serve", "--level", "write"]
    assert ("/**/" in found) == ("/**/" in text)


def test_comments_in_toml_stay() -> None:
    """Codex's file keeps its comments and its other servers."""
    text = '# mine\nmodel = "x"  # keep\n\n[mcp_servers.other]\ncommand = "y"\n'
    found = merged(CODEX, ENTRY, text)
    assert found.startswith(text)
    assert set(tomllib.loads(found)["mcp_servers"]) == {"other", "kubernetes"}


def test_plain_json_keeps_its_indentation_and_order() -> None:
    """Four blanks stay four blanks; what is not ours stays what it was."""
    before: dict[str, Any] = {"z": 1, "mcpServers": {"other": {"command": "é"}}, "a": [1, 2]}
    found = merged(CURSOR, ENTRY, json.dumps(before, indent=4))
    assert '\n    "z": 1' in found
    assert r'"\u00e9"' in found
    before["mcpServers"]["kubernetes"] = ENTRY.value(CURSOR)
    assert list(json.loads(found)) == list(before)
    assert json.loads(found) == before


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"mcpServers": {"kubernetes": {"command": "npx", "args": ["other"]}}}', "another server"),
        ('{"mcpServers": {"kubernetes": {"command": "/home/me/kubeport-fork/server"}}}', "another server"),
        ('{"mcpServers": {"kubernetes": {"command": "sh", "args": ["kubeport"]}}}', "another server"),
        ('{"mcpServers": {"kubernetes": {"url": "https://kubeport.example.com/mcp"}}}', "another server"),
        ('{"mcpServers": {"kubernetes": "kubeport"}}', "another server"),
        ('{"mcpServers": []}', "not a table"),
        ("[1]", "one object"),
        ('{"mcpServers": {', "cannot be read"),
    ],
)
def test_what_cannot_be_merged_is_refused(text: str, told: str) -> None:
    """Another server of the name is not replaced, and a broken file is not repaired."""
    with pytest.raises(CommandError, match=told):
        merged(CURSOR, ENTRY, text)


OWN = """\
{
  "mcpServers": {
    "kubernetes": {
      // started by the venv
      "command": "/old/kubeport",
      "args": ["serve"],
      "autoApprove": ["kubectl"], // all reads
      "env": {
        "AWS_PROFILE": "dev", // the sandbox
        "KUBECONFIG": "/old"
      }
    }
  }
}
"""


def test_an_update_changes_what_is_ours_only() -> None:
    """The user's own keys, variables and comments inside the entry stay, each in its place."""
    found = merged(CURSOR, ENTRY, OWN)
    expected = OWN.replace("/old/kubeport", "/opt/bin/kubeport").replace('"/old"', '"/k"')
    lines = set(expected.splitlines()) - {'      "args": ["serve"],'}
    assert lines <= set(found.splitlines())
    assert loads(found)["mcpServers"]["kubernetes"]["args"] == ["serve", "--level", "write"]
    assert merged(CURSOR, ENTRY, found) == found


def test_an_update_of_toml_keeps_keys_and_comments() -> None:
    """The same for Codex's file."""
    text = (
        '[mcp_servers.kubernetes]\ncommand = "/old/kubeport" # venv\nstartup_timeout_sec = 20\n\n'
        '[mcp_servers.kubernetes.env]\nAWS_PROFILE = "dev" # sandbox\n'
    )
    found = merged(CODEX, ENTRY, text)
    assert '# venv' in found and "# sandbox" in found
    assert tomllib.loads(found)["mcp_servers"]["kubernetes"] == {
        **ENTRY.value(CODEX), "startup_timeout_sec": 20, "env": {"AWS_PROFILE": "dev", "KUBECONFIG": "/k"},
    }
    assert merged(CODEX, ENTRY, found) == found


@pytest.mark.parametrize(
    "found",
    [
        {"command": "/a/b/kubeport"},
        {"command": r"C:\venv\Scripts\kubeport.exe"},
        {"command": "/usr/bin/python3.12", "args": ["-m", "kubeport", "serve"]},
        {"command": "uvx", "args": ["kubeport", "serve"]},
        {"command": "uvx", "args": ["--from", ".", "kubeport[kubectl]==0.1.0", "serve"]},
    ],
    ids=str,
)
def test_each_way_to_start_it_is_known(found: dict[str, Any]) -> None:
    """An entry that an earlier setup or the user wrote is brought up to date."""
    text = merged(CURSOR, ENTRY, json.dumps({"mcpServers": {"kubernetes": found}}))
    assert loads(text)["mcpServers"]["kubernetes"] == ENTRY.value(CURSOR)


def test_from_a_local_server_to_a_running_one() -> None:
    """What started it goes; what is the user's own stays."""
    entry = Entry("kubernetes", url="https://mcp.example.com/mcp")
    found = loads(merged(CURSOR, entry, OWN))["mcpServers"]["kubernetes"]
    assert found == {"url": "https://mcp.example.com/mcp", "autoApprove": ["kubectl"]}


def test_what_an_update_did_is_told() -> None:
    """Names, and the lines that differ; a secret is not shown."""
    after = merged(CURSOR, ENTRY, OWN)
    old, new = (found_in(CURSOR, "kubernetes", text) for text in (OWN, after))
    assert list(summary(old, new)) == [
        "kept: autoApprove, env.AWS_PROFILE", "changed: command, args, env.KUBECONFIG",
    ]
    told = list(difference(OWN, after))
    assert told[:2] == ['-       "command": "/old/kubeport",', '-       "args": ["serve"],']
    assert told[2] == '+       "command": "/opt/bin/kubeport",'
    shown = "\n".join(difference('{"env": {"API_TOKEN": "hunter2-hunter2"}}', "{}"))
    assert "API_TOKEN" in shown and "hunter2" not in shown


def test_a_url_only_where_the_host_takes_one() -> None:
    """Claude Desktop's file knows no remote servers; others have a key of their own for them."""
    entry = Entry("kubernetes", url="https://mcp.example.com/mcp")
    assert entry.value(VSCODE) == {"type": "http", "url": "https://mcp.example.com/mcp"}
    assert entry.value(_BY_NAME["windsurf"]) == {"serverUrl": "https://mcp.example.com/mcp"}
    with pytest.raises(CommandError, match="takes no URL"):
        entry.value(_BY_NAME["claude-desktop"])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


_OBJECTS = st.dictionaries(st.text(max_size=6), _JSON, max_size=4)


@given(_OBJECTS, st.booleans(), st.sampled_from([None, 2, "\t"]))
def test_whatever_else_is_in_a_file_survives(others: dict[str, Any], commented: bool, indent: Any) -> None:
    """Every other value is the same afterwards, with and without comments."""
    others.pop("mcpServers", None)
    text = json.dumps(others, indent=indent, ensure_ascii=False)
    found = merged(CURSOR, ENTRY, f"// note\n{text}" if commented else text)
    read = loads(found)
    assert commented or read == json.loads(found)
    assert read.pop("mcpServers") == {"kubernetes": ENTRY.value(CURSOR)}
    assert read == others


def test_writing_keeps_a_copy_the_mode_and_the_link(tmp_path: Path) -> None:
    """A linked file stays linked; its former content is beside it; a second time nothing happens."""
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_text("{}")
    real.chmod(0o640)
    link.symlink_to(real)
    done = write(link, lambda text: merged(CURSOR, ENTRY, text), "t1")
    assert done.changed
    assert done.backup is not None
    assert done.backup.read_text() == "{}"
    assert link.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert not write(link, lambda text: merged(CURSOR, ENTRY, text), "t2").changed
    assert set(tmp_path.iterdir()) == {real, link, tmp_path / done.backup.name}


def test_a_new_file_is_private_and_its_folder_made(tmp_path: Path) -> None:
    """Entries may hold secrets: nobody else reads a file that we make."""
    file = tmp_path / "new" / "mcp.json"
    assert write(file, lambda text: merged(CURSOR, ENTRY, text), "t").backup is None
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_failing_write_leaves_the_file(tmp_path: Path) -> None:
    """A refused merge and a file that is no text leave everything as it was."""
    file = tmp_path / "mcp.json"
    file.write_bytes(b"\xff")
    with pytest.raises(CommandError, match="cannot be changed"):
        write(file, lambda text: text + "x", "t")
    assert [path.name for path in tmp_path.iterdir()] == ["mcp.json"]
    assert file.read_bytes() == b"\xff"


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["", "mark"])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_bytes_stay(tmp_path: Path, mark: bytes, end: bytes) -> None:
    """Line ends of Windows, a byte order mark: the copy is the very bytes, and the new file has them, too."""
    file = tmp_path / "mcp.json"
    file.write_bytes(mark + COMMENTED.encode().replace(b"\n", end))
    before = file.read_bytes()
    done = write(file, lambda text: merged(VSCODE, ENTRY, text), "t")
    assert done.backup is not None
    assert done.backup.read_bytes() == before
    after = file.read_bytes()
    assert after.startswith(mark)
    assert after.count(b"\n") == after.count(end)
    assert [line for line in after.split(end) if line in before.split(end)] == before.split(end)


def test_mixed_line_ends_stay_mixed(tmp_path: Path) -> None:
    """Only our own lines are new."""
    file = tmp_path / "mcp.json"
    file.write_bytes(b'{\r\n  "servers": {\r\n  },\n  "inputs": []\r\n}\n')
    write(file, lambda text: merged(VSCODE, ENTRY, text), "t")
    after = file.read_bytes()
    assert after.startswith(b'{\r\n  "servers": {\n    "kubernetes"')
    assert after.endswith(b'},\n  "inputs": []\r\n}\n')


def test_copies_of_one_second_have_names_of_their_own(tmp_path: Path) -> None:
    """The second and the third are numbered."""
    file = tmp_path / "mcp.json"
    file.write_text("{}")
    names = [write(file, lambda before: before + "x", "t").backup for _ in range(3)]
    assert [path.name if path else "" for path in names] == [
        "mcp.json.before-kubeport-t", "mcp.json.before-kubeport-t-2", "mcp.json.before-kubeport-t-3",
    ]
    assert [path.read_text() if path else "" for path in names] == ["{}", "{}x", "{}xx"]


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    """Many hosts, many files."""
    file = tmp_path / "mcp.json"
    file.write_text("{")
    with pytest.raises(CommandError, match=r"mcp\.json: The file cannot be read"):
        write(file, lambda text: merged(CURSOR, ENTRY, text), "t")


@pytest.mark.parametrize(
    ("platform", "environ", "expected"),
    [
        ("linux", {}, "/home/me/.config/Claude/claude_desktop_config.json"),
        ("linux", {"XDG_CONFIG_HOME": "/x"}, "/x/Claude/claude_desktop_config.json"),
        ("darwin", {}, "/home/me/Library/Application Support/Claude/claude_desktop_config.json"),
        ("win32", {"APPDATA": "/r"}, "/r/Claude/claude_desktop_config.json"),
    ],
)
def test_each_platform_has_its_folder(platform: str, environ: dict[str, str], expected: str) -> None:
    """The file of Claude Desktop by platform."""
    place = Place(Path("/home/me"), Path("/work"), platform, environ)
    assert _BY_NAME["claude-desktop"].file(place) == Path(expected)


def test_files_of_a_project_lie_in_it() -> None:
    """VS Code and Claude Code have a file a project."""
    place = Place(Path("/home/me"), Path("/work"))
    assert VSCODE.file(place) == Path("/work/.vscode/mcp.json")
    assert _BY_NAME["claude-code"].file(place) == Path("/work/.mcp.json")
