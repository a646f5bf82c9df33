"""``kubeport audit`` and the settings of the audit, from the command line to the file."""

import asyncio
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kubeport.__main__ import main
from kubeport.adapters.audit import CopiedAudit, FileAudit, reading
from kubeport.adapters.config import configure
from kubeport.application.settings import AuditSettings, ServerSettings, Settings
from kubeport.containers.container import Container
from kubeport.domain.errors import CommandError, KubeportError

from .machine import furnish

SRC = Path(__file__).parents[3] / "src"


@pytest.fixture(autouse=True)
def audit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with one context, a kubectl that prints its arguments, and an audit file that is returned."""
    furnish(tmp_path, monkeypatch)
    monkeypatch.setenv("KUBEPORT_AUDIT_FILE", str(tmp_path / "audit.jsonl"))
    return tmp_path / "audit.jsonl"


def _run(*lines: str) -> None:
    for line in lines:
        main(["run", "--level", "admin", line])


def _records(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_run_leaves_records(audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A read one, a change two, a refusal one; the transport is the command line."""
    _run("kubectl get pods", "kubectl delete pod web", "kubectl nonsense")
    events = [(one["event"], one["effect"], one["transport"]) for one in _records(audit)]
    assert events == [
        ("outcome", "read", "cli"),
        ("intent", "admin", "cli"),
        ("outcome", "admin", "cli"),
        ("outcome", "", "cli"),
    ]


def test_no_secret_in_the_file(audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither a value of a literal, nor a token, in whatever part of the line."""
    _run(
        "kubectl create secret generic s --from-literal=colour=mauve",
        "kubectl get pods -l token=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJlc2lnbmF0dXJl",
        "kubectl nonsense password=hunter2hunter2",
    )
    text = audit.read_text()
    assert text.count("\n") == 4
    for secret in ("mauve", "eyJhbGci", "hunter2"):
        assert secret not in text


def test_verify(audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is there and its head; the first wrong line and exit code 1; JSON for programs."""
    _run("kubectl get pods", "kubectl get nodes", "kubectl get svc")
    head = _records(audit)[-1]["hash"]
    capsys.readouterr()
    assert main(["audit", "verify"]) == 0
    told = capsys.readouterr().out
    assert "records 1 to 3" in told and f"head {head}" in told and told.endswith("ok: 3 records\n")
    assert main(["audit", "verify", "--complete", "--head", head, str(audit)]) == 0
    capsys.readouterr()
    lines = audit.read_text().splitlines(keepends=True)
    audit.write_text(lines[0] + lines[2])
    assert main(["audit", "verify", str(audit)]) == 1
    assert f"WRONG: {audit}, line 2: records 2 to 2 are missing" in capsys.readouterr().out
    assert main(["audit", "verify", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False and found["fault"]["line"] == 2
    audit.write_text("".join(lines[:2]))
    assert main(["audit", "verify", "--head", head]) == 1
    assert "newest records were removed" in capsys.readouterr().out


def test_verify_follows_old_files_and_the_key(
    audit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name stands for its old files, too; without the key of the settings nothing can be said."""
    key = tmp_path / "key"
    key.write_text("k" * 40)
    key.chmod(0o600)
    monkeypatch.setenv("KUBEPORT_AUDIT_KEY_FILE", str(key))
    monkeypatch.setenv("KUBEPORT_AUDIT_ROTATE_BYTES", "1500")
    _run(*["kubectl get pods"] * 4)
    assert len(list(tmp_path.glob("audit.jsonl.0*"))) >= 2
    capsys.readouterr()
    assert main(["audit", "verify", str(audit)]) == 0
    assert "records 1 to 4" in capsys.readouterr().out
    monkeypatch.delenv("KUBEPORT_AUDIT_KEY_FILE")
    assert main(["audit", "verify"]) == 1
    assert "audit.key_file names the key" in capsys.readouterr().out


def test_tail_as_lines(audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe: the newest records as they are, also from old files."""
    _run("kubectl get pods", "kubectl get nodes", "kubectl get svc")
    capsys.readouterr()
    assert main(["audit", "tail", "-n", "2"]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found == _records(audit)[1:]


def test_tail_on_a_terminal(
    audit: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line each for a person; nothing that a terminal would obey comes through."""
    _run("kubectl get pods", "kubectl delete pod web", "kubectl nonsense \x1b]0;own\x07 \x9b31m")
    capsys.readouterr()

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    monkeypatch.setattr(sys, "stdout", screen)
    monkeypatch.setenv("NO_COLOR", "1")
    assert main(["audit", "tail"]) == 0
    read, intent, outcome, refused = screen.getvalue().splitlines()
    assert "success" in read and "kubectl get pods" in read and "dev" in read
    assert "about to run" in intent and "admin" in outcome
    assert "VALIDATION_ERROR" in refused and "\\u001b]0;own\\u0007 \\u009b31m" in refused
    assert "\x1b" not in screen.getvalue()


def test_what_ran_no_command_is_told_in_a_line(
    tmp_path: Path, audit: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was asked and by which method; why somebody was denied, from where and how often."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    asked = {"event": "answer", "method": "tools/call", "tool": "policy", "command": "delete ns shop"}
    denied = {"event": "denied", "http_status": 401, "times": 12, "address": "10.0.0.9", "reason": "no token"}

    async def keep() -> None:
        sink = FileAudit(str(audit))
        await sink.record({**asked, "status": "success"}, False)
        await sink.record(denied, False)
        await sink.record({**denied, "address": ""}, False)
        await sink.aclose()

    asyncio.run(keep())
    assert main(["audit", "tail"]) == 0
    first, second, third = capsys.readouterr().out.splitlines()
    assert "success" in first and first.endswith("tools/call policy delete ns shop")
    assert "denied 401" in second and second.endswith("12x from 10.0.0.9: no token")
    assert third.endswith("12x from many addresses: no token")


def test_newest_reads_over_old_files_and_follows(tmp_path: Path) -> None:
    """Records to come are given when they come, also those after a rotation."""
    import asyncio

    file = tmp_path / "followed.jsonl"
    sink = FileAudit(str(file), rotate_bytes=600)

    async def write(*numbers: int) -> None:
        for number in numbers:
            await sink.record({"n": number})
        await sink.aclose()

    asyncio.run(write(*range(6)))
    assert [one["n"] for one in reading.newest(str(file), 5)] == [1, 2, 3, 4, 5]
    waits = iter([(6,), (7, 8)])
    found = reading.newest(str(file), 1, lambda: asyncio.run(write(*next(waits))))
    assert [next(found)["n"] for _ in range(4)] == [5, 6, 7, 8]


def test_follow_ends_with_the_keyboard(audit: Path) -> None:
    """``tail -f`` goes on until Ctrl-C, and ends with 0."""
    import signal

    _run("kubectl get pods")
    process = subprocess.Popen(
        [sys.executable, "-m", "kubeport", "audit", "tail", "-f"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(SRC)},
    )  # fmt: skip
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["command"] == "kubectl get pods"
    _run("kubectl get nodes")
    assert json.loads(process.stdout.readline())["command"] == "kubectl get nodes"
    process.send_signal(signal.SIGINT)
    assert (process.wait(10), process.communicate()[1]) == (0, b"\n")


def test_show(audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every record of one call, by the id that its result has; exit code 1 where there is none."""
    main(["run", "--level", "admin", "--json", "kubectl delete pod web"])
    request_id = json.loads(capsys.readouterr().out)["request_id"]
    _run("kubectl get pods")
    capsys.readouterr()
    assert main(["audit", "show", request_id]) == 0
    told = capsys.readouterr().out
    assert told.count(request_id) == 2 and '"intent"' in told
    assert main(["audit", "show", "none"]) == 1


@pytest.mark.parametrize("words", [["verify"], ["tail"], ["show", "x"]])
def test_without_an_audit(
    words: list[str], audit: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file yet, or none set: exit code 2 and what to do."""
    assert main(["audit", *words]) == 2
    assert "cannot be read: No such file" in capsys.readouterr().err
    monkeypatch.delenv("KUBEPORT_AUDIT_FILE")
    assert main(["audit", *words]) == 2
    assert "No audit file is set" in capsys.readouterr().err


def test_the_doctor_asks_the_audit(audit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A line that says whether records can be kept."""
    main(["doctor", "--json", "--set", "security.pipes="])
    found = {one["subject"]: one["state"] for one in json.loads(capsys.readouterr().out)}
    assert found["audit"] == "ok"


def test_stdout_is_for_a_server_over_http(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Over stdio it is the protocol's, of a command it is its output's; doctor does without."""
    monkeypatch.setenv("KUBEPORT_AUDIT_STDOUT", "true")
    assert main(["serve"]) == 2
    assert "over stdio stdout is the protocol's" in capsys.readouterr().err
    assert main(["run", "kubectl get pods"]) == 0
    assert "request_id" not in capsys.readouterr().out
    monkeypatch.delenv("KUBEPORT_AUDIT_FILE")
    assert main(["run", "kubectl get pods"]) == 2
    assert "set audit.file, too" in capsys.readouterr().err
    main(["doctor", "--json", "--set", "security.pipes="])
    assert json.loads(capsys.readouterr().out)


def test_the_choice_of_destinations(tmp_path: Path) -> None:
    """None, the file alone, stdout alone, both."""
    http = ServerSettings(transport="http")
    file = str(tmp_path / "a.jsonl")
    kinds = [
        type(Container(settings=Settings(server=http, audit=audit)).audit()).__name__
        for audit in (
            AuditSettings(),
            AuditSettings(file=file),
            AuditSettings(stdout=True),
            AuditSettings(file=file, stdout=True),
            AuditSettings(otlp_endpoint="http://127.0.0.1:9/v1/logs"),
        )
    ]
    assert kinds == ["NoneType", "FileAudit", "CopiedAudit", "CopiedAudit", "CopiedAudit"]
    both = Container(settings=Settings(server=http, audit=AuditSettings(file=file, stdout=True))).audit()
    assert isinstance(both, CopiedAudit) and isinstance(both.chain, FileAudit)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("required", "some"),
        ("fsync", "often"),
        ("rotate_bytes", "-1"),
        ("keep", "-1"),
        ("stdout", "yes"),
        ("otlp_endpoint", "collector:4318"),
    ],
)
def test_settings_that_are_wrong(name: str, text: str) -> None:
    """The key and what was expected."""
    with pytest.raises(CommandError, match=f"audit.{name}|expected"):
        configure(None, {f"audit.{name}": text}, {"HOME": "/nonexistent"})


def test_a_key_without_a_place_is_wrong(tmp_path: Path) -> None:
    """It would do nothing; and a key must be long enough to be one."""
    with pytest.raises(CommandError, match=r"audit\.key_file: expected together with"):
        configure(None, {"audit.key_file": "/k"}, {"HOME": "/nonexistent"})
    short = tmp_path / "key"
    short.write_text("short")
    short.chmod(0o600)
    settings = AuditSettings(file=str(tmp_path / "a.jsonl"), key_file=str(short))
    with pytest.raises(KubeportError, match="at least 32 characters"):
        Container(settings=Settings(audit=settings)).audit()
