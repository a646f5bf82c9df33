"""Every audit sink keeps the contract; streams are flushed, and their failures told."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.audit_contract import ENTRY, AuditContract, unsealed

from kubeport.adapters.audit import CopiedAudit, FileAudit, MemoryAudit, Seal, StreamAudit
from kubeport.adapters.audit.copies import ProcessChain
from kubeport.adapters.audit.verifying import Line, verify
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


class TestFileAudit(AuditContract):
    """Records in a file."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "audit.jsonl"

    def sink(self) -> AuditSink:
        """A sink that appends to a file."""
        return FileAudit(str(self.path))

    def records(self) -> list[dict[str, Any]]:
        """The lines of the file, each read by itself."""
        lines = self.path.read_bytes().split(b"\n")[:-1]
        return [record for line in lines if "event" not in (record := unsealed(json.loads(line)))]


class TestStreamAudit(AuditContract):
    """Records on an open stream."""

    def sink(self) -> AuditSink:
        """A sink that writes to a text stream."""
        self.stream = io.StringIO()
        return StreamAudit(self.stream)

    def records(self) -> list[dict[str, Any]]:
        """The lines of the stream, each read by itself."""
        return [json.loads(line) for line in self.stream.getvalue().split("\n")[:-1]]


class TestCopiedAudit(AuditContract):
    """Records in a chain and in two more places."""

    def sink(self) -> AuditSink:
        """A chain of this process, a stream and a list."""
        self.memory, self.stream = MemoryAudit(), io.StringIO()
        return CopiedAudit(ProcessChain(Seal()), (StreamAudit(self.stream), self.memory))

    def records(self) -> list[dict[str, Any]]:
        """What the list has; the stream has the same."""
        lines = [json.loads(line) for line in self.stream.getvalue().split("\n")[:-1]]
        assert lines == self.memory.records
        return [unsealed(record) for record in lines]


class _Buffered(io.StringIO):
    flushed = ""

    def flush(self) -> None:
        self.flushed = self.getvalue()


@pytest.mark.anyio
async def test_every_record_is_flushed() -> None:
    """A crash right after a call loses no record."""
    stream = _Buffered()
    sink = StreamAudit(stream)
    await sink.record({"n": 1})
    assert stream.flushed == '{"n":1}\n'
    await sink.aclose()


@pytest.mark.anyio
async def test_a_closed_stream_is_told() -> None:
    """A stream that was closed meanwhile is an error, not silence; also for who asks whether it works."""
    stream = io.StringIO()
    sink = StreamAudit(stream)
    stream.close()
    with pytest.raises(ExecutionFailed, match="stream is closed"):
        await sink.record(ENTRY)
    with pytest.raises(ExecutionFailed, match="stream is closed"):
        await sink.check()
    await sink.aclose()


@pytest.mark.anyio
async def test_the_error_does_not_repeat_the_entry() -> None:
    """An entry that cannot be written is not quoted."""
    with pytest.raises(ExecutionFailed) as caught:
        await MemoryAudit().record({"secret-name": object()})
    assert "secret-name" not in str(caught.value)


@pytest.mark.anyio
async def test_a_destination_that_fails_keeps_it_from_no_other(tmp_path: Path) -> None:
    """The record reaches the file and the list, and still counts as not kept."""
    broken, memory = StreamAudit(io.StringIO()), MemoryAudit()
    broken.stream.close()
    file = tmp_path / "audit.jsonl"
    sink = CopiedAudit(FileAudit(str(file)), (broken, memory))
    with pytest.raises(ExecutionFailed, match="stream is closed"):
        await sink.record(ENTRY)
    with pytest.raises(ExecutionFailed, match="stream is closed"):
        await sink.check()
    await sink.aclose()
    assert [json.loads(line) for line in file.read_text().splitlines()] == memory.records
    assert unsealed(memory.records[0]) == ENTRY and memory.records[0]["seq"] == 1


@pytest.mark.anyio
async def test_a_chain_that_fails_leaves_the_copies(tmp_path: Path) -> None:
    """Where the file cannot be written the others get the record without a place in the chain."""
    memory, file = MemoryAudit(), tmp_path / "audit.jsonl"
    sink = CopiedAudit(FileAudit(str(file)), (memory,))
    file.unlink()
    file.mkdir()
    with pytest.raises(ExecutionFailed, match="Is a directory"):
        await sink.record(ENTRY)
    await sink.aclose()
    assert memory.records == [ENTRY]


@pytest.mark.anyio
async def test_what_a_stream_gets_can_be_verified() -> None:
    """A collector that kept stdout of two servers can hold each chain against itself."""
    stream = io.StringIO()
    for _ in range(2):
        sink = CopiedAudit(ProcessChain(Seal()), (StreamAudit(stream),))
        await sink.record({"n": 1})
        await sink.record({"n": 2})
        await sink.record({"n": 3})
        await sink.aclose()
    lines = [Line("stdout", n, text.encode()) for n, text in enumerate(stream.getvalue().splitlines(), 1)]
    found = verify(lines, Seal())
    assert found.fault is None and (found.records, len(found.chains)) == (6, 2)
    assert verify(lines[:1] + lines[2:], Seal()).fault is not None


@pytest.mark.anyio
async def test_memory_is_bounded() -> None:
    """A demonstration that runs for long keeps the newest records."""
    audit = MemoryAudit(most=3)
    for number in range(5):
        await audit.record({"number": number})
    assert [one["number"] for one in audit.records] == [2, 3, 4]
