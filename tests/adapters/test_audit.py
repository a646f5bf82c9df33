"""The audit sinks keep the contract; the file is private, whole lines, and failures are told."""

import io
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.audit_contract import ENTRY, AuditContract

from kubeport.adapters.audit import JsonLinesAudit, MemoryAudit
from kubeport.application.ports import AuditSink
from kubeport.domain.errors import ExecutionFailed


class TestMemoryAudit(AuditContract):
    """Records in a list."""

    def sink(self) -> AuditSink:
        """A sink in memory."""
        self.memory = MemoryAudit()
        return self.memory

    def records(self) -> list[dict[str, Any]]:
        """Its list."""
        return self.memory.records


class TestJsonLinesAuditFile(AuditContract):
    """Records in a file."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "audit.jsonl"

    def sink(self) -> AuditSink:
        """A sink that appends to a file."""
        return JsonLinesAudit(str(self.path))

    def records(self) -> list[dict[str, Any]]:
        """The lines of the file, each read by itself."""
        return [json.loads(line) for line in self.path.read_bytes().split(b"\n")[:-1]]

    def test_a_new_file_is_private(self) -> None:
        """Nobody but the owner may read what was asked."""
        self.sink().record(ENTRY)
        assert stat.S_IMODE(self.path.stat().st_mode) == 0o600

    def test_an_existing_file_is_continued(self) -> None:
        """A restarted server appends, and leaves the mode that an operator chose."""
        self.path.write_text('{"old":1}\n')
        self.path.chmod(0o640)
        self.sink().record({"new": 2})
        assert self.records() == [{"old": 1}, {"new": 2}]
        assert stat.S_IMODE(self.path.stat().st_mode) == 0o640

    def test_a_rotated_file_is_made_anew(self) -> None:
        """After a log was moved away the next record starts a new file."""
        sink = self.sink()
        sink.record({"n": 1})
        self.path.rename(self.path.with_suffix(".1"))
        sink.record({"n": 2})
        assert self.records() == [{"n": 2}]

    def test_two_servers_share_a_file(self) -> None:
        """Records of two sinks stand in one file, none lost."""
        one, other = self.sink(), self.sink()
        one.record({"n": 1})
        other.record({"n": 2})
        one.record({"n": 3})
        assert [record["n"] for record in self.records()] == [1, 2, 3]

    def test_no_file_stays_open(self) -> None:
        """Recording leaves no descriptor behind."""
        sink, before = self.sink(), len(os.listdir("/dev/fd"))
        for _ in range(5):
            sink.record(ENTRY)
        assert len(os.listdir("/dev/fd")) == before


class TestJsonLinesAuditStream(AuditContract):
    """Records on an open stream."""

    def sink(self) -> AuditSink:
        """A sink that writes to a text stream."""
        self.stream = io.StringIO()
        return JsonLinesAudit(self.stream)

    def records(self) -> list[dict[str, Any]]:
        """The lines of the stream, each read by itself."""
        return [json.loads(line) for line in self.stream.getvalue().split("\n")[:-1]]


class _Buffered(io.StringIO):
    flushed = ""

    def flush(self) -> None:
        self.flushed = self.getvalue()


def test_every_record_is_flushed() -> None:
    """A crash right after a call loses no record."""
    stream = _Buffered()
    JsonLinesAudit(stream).record({"n": 1})
    assert stream.flushed == '{"n":1}\n'


@pytest.mark.parametrize("name", ["no/such/a.jsonl", "", "\0"], ids=["missing", "dir", "nul"])
def test_a_wrong_path_shows_at_the_start(tmp_path: Path, name: str) -> None:
    """A file that cannot be opened is an error before the first call."""
    with pytest.raises(ExecutionFailed, match="audit record could not be written") as caught:
        JsonLinesAudit(os.path.join(tmp_path, name))
    assert caught.value.reason == "audit"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is Linux's")
def test_a_full_disk_is_told() -> None:
    """Where there is no room the caller learns it, with the system's reason."""
    with pytest.raises(ExecutionFailed, match="No space left") as caught:
        JsonLinesAudit("/dev/full").record(ENTRY)
    assert caught.value.reason == "audit"


def test_a_closed_stream_is_told() -> None:
    """A stream that was closed meanwhile is an error, not silence."""
    stream = io.StringIO()
    sink = JsonLinesAudit(stream)
    stream.close()
    with pytest.raises(ExecutionFailed, match="stream is closed"):
        sink.record(ENTRY)


def test_the_error_does_not_repeat_the_entry() -> None:
    """An entry that cannot be written is not quoted."""
    with pytest.raises(ExecutionFailed) as caught:
        MemoryAudit().record({"secret-name": object()})
    assert "secret-name" not in str(caught.value)
