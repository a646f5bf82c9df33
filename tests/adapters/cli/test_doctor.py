"""``kubeport doctor``: what it finds on a machine and asks of clusters, and its exit code."""

import argparse
import hashlib
import json
from pathlib import Path

import pytest

from kubeport import FakeCluster, Level, Settings, in_memory
from kubeport.__main__ import main
from kubeport.adapters.cli.doctor import Machine, doctor
from kubeport.adapters.credential_plugins import credential_plugins
from kubeport.application.kubeport import Kubeport
from kubeport.application.settings import SecuritySettings

from .machine import furnish, put

KUBECONFIG = """\
contexts: [{name: dev, context: {namespace: shop, user: cloud}}]
users:
- name: cloud
  user: {exec: {command: cloud-login, args: [--token, hunter2], installHint: "line\\nbreak"}}
- name: plain
  user: {token: hunter2}
current-context: dev
"""
KUBECTL = """\
#!/bin/sh
case "$*" in
  *"version"*"--client"*) echo "Client Version: v1.37.1" ;;
  *version*) echo '{"clientVersion": {"gitVersion": "v1.37.1"}, "serverVersion": {"gitVersion": "v%s"}}' ;;
  *can-i*) printf 'pods   []   []   [get list watch]\\n       [/livez]   []   [get]\\n' ;;
esac
"""


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with one context, a kubectl that answers, and a credential plugin that is not there."""
    furnish(tmp_path, monkeypatch, KUBECTL % "1.36.2", KUBECONFIG)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    return tmp_path


def _found(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    return {one["subject"]: one for one in json.loads(capsys.readouterr().out)}


def test_a_machine_in_order(
    machine: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Programs with digest, the context with its version, rights, policy, settings with origin, protocol."""
    put(machine, "cloud-login", "#!/bin/sh\n")
    monkeypatch.setenv("KUBEPORT_TOOLS_PATHS_HELM", str(machine / "nowhere"))
    assert main(["doctor", "--json"]) == 0
    found = _found(capsys)
    program = machine / "bin" / "kubectl"
    assert str(program) in found["kubectl"]["detail"]
    assert found["kubectl"]["digest"] == f"sha256:{hashlib.sha256(program.read_bytes()).hexdigest()}"
    assert found["helm"]["state"] == "missing"
    assert found["helm"]["remedy"]
    assert found["contexts"]["detail"] == "dev; current: dev"
    assert found["context dev"]["state"] == "ok"
    assert "v1.36.2" in found["context dev"]["detail"]
    assert found["rights dev"]["detail"] == "only reads in dev; Kubeport gives read-only"
    assert found["credentials"]["detail"] == f"cloud-login: {machine / 'bin' / 'cloud-login'}"
    assert found["policy"]["detail"].startswith("read-only")
    assert "tools.paths (environment)" in found["settings"]["detail"]
    assert "2026-07-28" in found["protocol"]["detail"]


def test_a_missing_credential_plugin_is_a_problem(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The kubeconfig names a program that nobody finds; nothing else of the kubeconfig is told."""
    assert main(["doctor", "--json"]) == 1
    text = capsys.readouterr().out
    found = {one["subject"]: one for one in json.loads(text)}
    assert found["credentials"]["state"] == "problem"
    assert "cloud-login" in found["credentials"]["detail"]
    assert "hunter2" not in text


def test_a_kubectl_that_does_not_run_is_a_problem(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it said is told, and the exit code says so."""
    put(machine, "kubectl", "#!/bin/sh\necho broken >&2; exit 1\n")
    assert main(["doctor"]) == 1
    assert "broken" in capsys.readouterr().out


def test_versions_far_apart_are_a_warning(machine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """kubectl supports one minor version up and down."""
    put(machine, "cloud-login", "#!/bin/sh\n")
    put(machine, "kubectl", KUBECTL % "1.30.0")
    assert main(["doctor", "--json"]) == 0
    found = _found(capsys)["context dev"]
    assert found["state"] == "warning"
    assert "7 minor versions from kubectl v1.37.1" in found["detail"]


async def _of_cluster(kubeport: Kubeport, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    def locate(name: str) -> str:
        return "/dev/null"

    await doctor(kubeport, Machine(locate), argparse.Namespace(json=True, names=[]))
    return _found(capsys)


@pytest.mark.anyio
@pytest.mark.parametrize(("level", "state"), [(Level.READ_ONLY, "ok"), (Level.WRITE, "warning")])
async def test_rights_to_everything_are_a_warning_where_changes_are_allowed(
    level: Level, state: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """An administrator's credentials behind a policy that changes nothing are no news."""
    kubeport = in_memory(FakeCluster(), Settings(security=SecuritySettings(level=level)))
    found = await _of_cluster(kubeport, capsys)
    assert found["rights demo"]["state"] == state
    assert "everything" in found["rights demo"]["detail"]
    assert "Secrets included" in found["rights demo"]["detail"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (KUBECONFIG, ("cloud-login",)),
        ("users: [{name: a, user: {exec: {command: x}}}, {name: b, user: {exec: {command: x}}}]", ("x",)),
        ("users: [{name: a, user: {exec: null}}, {name: b, user: null}]", ()),
        ("users: 3", ()),
        ("[", ()),
        ("", ()),
    ],
)
def test_only_the_programs_of_plugins_are_read(text: str, expected: tuple[str, ...], tmp_path: Path) -> None:
    """A file that is no kubeconfig has none; the line on contexts tells what is wrong with it."""
    file = tmp_path / "config"
    file.write_text(text)
    assert credential_plugins([str(file), str(tmp_path / "none")]) == expected
