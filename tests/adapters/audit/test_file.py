"""The audit file: private, whole lines, one chain over restarts, crashes, rotations and processes."""

import asyncio
import json
import os
import resource
import stat
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from kubeport.adapters.audit import FileAudit, Seal
from kubeport.adapters.audit.place import locked
from kubeport.adapters.audit.rotation import all_files
from kubeport.adapters.audit.verifying import Verdict, lines_of, verify
from kubeport.adapters.fake_cluster import FakeCluster
from kubeport.application.settings import SecuritySettings, Settings
from kubeport.containers import in_memory
from kubeport.domain.effect import Level
from kubeport.domain.errors import ExecutionFailed

pytestmark = pytest.mark.anyio
SRC = Path(__file__).parents[3] / "src"
KEY = Seal(b"k" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the audit goes."""
    return tmp_path / "audit.jsonl"


async def _written(path: Path, *numbers: int, **options: Any) -> FileAudit:
    sink = FileAudit(str(path), **options)
    for number in numbers:
        await sink.record({"n": number})
    await sink.aclose()
    return sink


def _records(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line.text) for line in lines_of(all_files(str(path)))]


def _verified(path: Path, seal: Seal = Seal()) -> Verdict:
    found = verify(lines_of(all_files(str(path))), seal)
    assert found.fault is None, found.fault
    return found


async def test_files_are_private(path: Path) -> None:
    """Nobody but the owner may read what was asked; the lock is no exception."""
    await _written(path, 1)
    for file in (path, path.with_name("audit.jsonl.lock")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


async def test_a_restart_continues_the_chain(path: Path) -> None:
    """The next record is joined to the last one in the file, and the mode that an operator chose stays."""
    await _written(path, 1, 2)
    path.chmod(0o640)
    await _written(path, 3)
    one, two, three = _records(path)
    assert (one["seq"], two["seq"], three["seq"]) == (1, 2, 3)
    assert one["prev"] == "" and three["prev"] == two["hash"] and three["chain"] == one["chain"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    _verified(path)


async def test_a_file_that_was_moved_away_begins_a_new_chain(path: Path) -> None:
    """logrotate may move it: the next record starts a new file and says by its chain that it does."""
    sink = await _written(path, 1)
    path.rename(path.with_suffix(".old"))
    await sink.record({"n": 2})
    await sink.aclose()
    (record,) = _records(path)
    assert (record["n"], record["seq"], record["prev"]) == (2, 1, "")


async def test_two_sinks_share_a_file(path: Path) -> None:
    """Each reads what the other wrote before it appends."""
    one, other = FileAudit(str(path)), FileAudit(str(path))
    for sink, number in ((one, 1), (other, 2), (one, 3), (one, 4), (other, 5)):
        await sink.record({"n": number})
    await one.aclose()
    await other.aclose()
    assert [record["n"] for record in _records(path)] == [1, 2, 3, 4, 5]
    _verified(path)


_WRITER = """
import asyncio, sys
from kubeport.adapters.audit import FileAudit
async def main():
    sink = FileAudit(sys.argv[1], rotate_bytes=int(sys.argv[2]), fsync="never")
    await asyncio.gather(*(sink.record({"n": n, "pid": sys.argv[3]}) for n in range(200)))
    await sink.aclose()
asyncio.run(main())
"""


@pytest.mark.parametrize("rotate_bytes", [0, 20_000])
def test_two_processes_share_a_file(path: Path, rotate_bytes: int) -> None:
    """400 records, none lost, none twice, in one chain, also over rotations."""
    environ = {"PYTHONPATH": str(SRC), "PATH": "/usr/bin:/bin"}
    writers = [
        subprocess.Popen([sys.executable, "-c", _WRITER, str(path), str(rotate_bytes), name], env=environ)
        for name in "ab"
    ]
    assert [writer.wait(timeout=60) for writer in writers] == [0, 0]
    found = _verified(path)
    assert (found.records, len(found.chains)) == (400, 1)
    assert sorted((record["pid"], record["n"]) for record in _records(path)) == [
        (name, n) for name in "ab" for n in range(200)
    ]
    assert bool(rotate_bytes) == (len(all_files(str(path))) > 2)


async def test_no_file_stays_open(path: Path) -> None:
    """Recording leaves no descriptor behind."""
    sink, before = FileAudit(str(path), rotate_bytes=300), len(os.listdir("/dev/fd"))
    for number in range(5):
        await sink.record({"n": number})
    assert len(os.listdir("/dev/fd")) == before
    await sink.aclose()


@pytest.mark.parametrize("cut", [1, 5, 40, 1000])
async def test_a_torn_line_is_kept_and_noted(path: Path, cut: int) -> None:
    """After a crash in mid-write the chain goes on behind a note of what was cut off."""
    await _written(path, 1, 2)
    text = path.read_bytes()
    path.write_bytes(text + text.splitlines()[0][:cut] if cut < 1000 else text[:-1])
    await _written(path, 3)
    found = _verified(path)
    noted = [one for one in (line.text for line in lines_of([str(path)])) if b'"event":"torn"' in one]
    if cut == 1000:  # nothing but the line end was cut off: the record is whole
        assert (found.records, found.notes, noted) == (3, [], [])
    else:
        assert (found.records, len(noted)) == (4, 1)
        assert json.loads(noted[0])["bytes"] == cut and f"{cut} bytes" in found.notes[0]


async def test_a_torn_note_is_noted_again(path: Path) -> None:
    """Also a crash in the middle of noting one loses nothing."""
    await _written(path, 1)
    path.write_bytes(path.read_bytes() + b'{"half')
    await _written(path, 2)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:2]) + lines[2][:9])
    await _written(path, 3)
    assert _verified(path).records == 3


async def test_a_crash_in_the_first_line(path: Path) -> None:
    """A file that has only the beginning of a record is continued, too."""
    path.write_bytes(b'{"allowed":tr')
    await _written(path, 1)
    assert _verified(path).records == 2


async def test_rotation_by_size_and_count(path: Path) -> None:
    """Old files carry the number of their last record, the chain goes on over them, the oldest go."""
    await _written(path, *range(20), rotate_bytes=600, keep=3)
    files = [Path(file) for file in all_files(str(path))]
    assert len(files) == 4 and files[-1] == path
    for file in files[:-1]:
        assert int(file.suffix[1:]) == json.loads(file.read_bytes().splitlines()[-1])["seq"]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600 and file.stat().st_size <= 600
    (chain,) = _verified(path).chains.values()
    assert chain.first.seq > 1 and chain.last.seq == 20


async def test_all_old_files_stay_unless_told_otherwise(path: Path) -> None:
    """Evidence is removed only where a setting says so."""
    await _written(path, *range(20), rotate_bytes=600)
    assert [record["n"] for record in _records(path)] == list(range(20))


async def test_a_crash_between_rotation_and_the_next_record(path: Path) -> None:
    """Without a present file the chain goes on behind the newest old one."""
    await _written(path, *range(5), rotate_bytes=600)
    path.rename(f"{path}.{5:012d}")
    await _written(path, 5, rotate_bytes=600)
    assert len(_verified(path).chains) == 1


async def test_vanished_records_are_noticed(path: Path) -> None:
    """A server that finds less than it wrote notes that, and verifying stops there."""
    sink = FileAudit(str(path))
    for number in (1, 2, 3):
        await sink.record({"n": number})
    path.write_bytes(path.read_bytes().splitlines(keepends=True)[0])
    await sink.record({"n": 4})
    await sink.aclose()
    found = verify(lines_of([str(path)]), Seal())
    assert found.fault is not None and "{'from': 2, 'to': 3}" in found.fault.why and found.fault.line == 2


async def test_a_changed_newest_record_is_not_built_upon(path: Path) -> None:
    """Nothing is appended to what somebody changed."""
    sink = await _written(path, 1)
    path.write_bytes(path.read_bytes().replace(b'"n":1', b'"n":10'))
    with pytest.raises(ExecutionFailed, match="was changed"):
        await sink.record({"n": 2})
    with pytest.raises(ExecutionFailed, match="was changed"):
        FileAudit(str(path))
    await sink.aclose()


@pytest.mark.parametrize(("first", "then"), [(Seal(), KEY), (KEY, Seal()), (KEY, Seal(b"other" * 9))])
async def test_another_key_begins_no_chain_in_the_same_file(path: Path, first: Seal, then: Seal) -> None:
    """A file is made with one key or with none; the way out is told."""
    await _written(path, 1, seal=first)
    with pytest.raises(ExecutionFailed, match="another key or without one") as caught:
        FileAudit(str(path), then)
    assert "move the file away" in caught.value.hint


@pytest.mark.parametrize("text", [b"PATH=/bin\n", b'{"old":1}\n', b"x", b"\n", b"[]\n" * 50_000])
async def test_a_file_of_something_else_is_left_alone(path: Path, text: bytes) -> None:
    """A mistaken path must not append records to a file that is not an audit."""
    path.write_bytes(text)
    with pytest.raises(ExecutionFailed, match="does not end as an audit file does"):
        FileAudit(str(path))
    assert path.read_bytes() == text


@pytest.mark.parametrize("name", ["no/such/a.jsonl", "", "\0"], ids=["missing", "dir", "nul"])
def test_a_wrong_path_shows_at_the_start(tmp_path: Path, name: str) -> None:
    """A file that cannot be opened is an error before the first call."""
    with pytest.raises(ExecutionFailed, match="audit record could not be written") as caught:
        FileAudit(os.path.join(tmp_path, name))
    assert caught.value.reason == "audit"


def test_its_folder_is_made_for_its_owner(tmp_path: Path) -> None:
    """Also where everybody may write above it, as in an emptyDir of Kubernetes; only the last one is made."""
    tmp_path.chmod(0o777)
    path = tmp_path / "pod" / "audit.jsonl"
    for _ in range(2):
        FileAudit(str(path))
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with pytest.raises(ExecutionFailed, match="No such file"):
        FileAudit(str(tmp_path / "no" / "such" / "audit.jsonl"))


def test_what_others_could_have_put_there_is_refused(path: Path, tmp_path: Path) -> None:
    """Links, files and folders that everybody may write to, and what is no file."""
    other = tmp_path / "other"
    other.write_text("")
    path.symlink_to(other)
    with pytest.raises(ExecutionFailed, match="symbolic link"):
        FileAudit(str(path))
    path.unlink()
    path.write_text("")
    path.chmod(0o666)
    with pytest.raises(ExecutionFailed, match="everybody may write to"):
        FileAudit(str(path))
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(ExecutionFailed, match="is not a file"):
        FileAudit(str(path))
    path.unlink()
    tmp_path.chmod(0o777)
    with pytest.raises(ExecutionFailed, match="to the folder"):
        FileAudit(str(path))
    tmp_path.chmod(0o700)


def test_another_users_file_in_a_shared_folder_is_refused(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In /tmp anybody may have made it."""
    tmp_path.chmod(0o1777)
    FileAudit(str(path))
    os.chown(path, 65534, -1) if os.geteuid() == 0 else monkeypatch.setattr(os, "geteuid", lambda: 65534)
    with pytest.raises(ExecutionFailed, match="belongs to another user"):
        FileAudit(str(path))
    tmp_path.chmod(0o700)


async def test_a_lock_that_is_never_given_back(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process that hangs with the lock costs the record, not the server."""
    sink = FileAudit(str(path))
    monkeypatch.setattr("kubeport.adapters.audit.place._LOCK_SECONDS", 0.02)
    with locked(str(path)), pytest.raises(ExecutionFailed, match="held by another process"):
        await sink.record({"n": 1})
    await sink.record({"n": 2})
    await sink.aclose()
    assert [record.get("event") for record in _records(path)] == ["resumed", None]


@contextmanager
def _room(size: int) -> Generator[None]:
    """No file may grow beyond *size*: what a full disk looks like to a writer."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_is_told_and_leaves_whole_lines(path: Path) -> None:
    """Nothing of the record stays; afterwards the file says how many are missing."""
    sink = await _written(path, 1)
    before = path.read_bytes()
    with _room(len(before) + 20):
        for number in (2, 3):
            with pytest.raises(ExecutionFailed, match="File too large"):
                await sink.record({"n": number})
        with pytest.raises(ExecutionFailed, match="File too large"):
            await sink.check()
    assert path.read_bytes() == before
    await sink.check()
    await sink.record({"n": 4})
    await sink.aclose()
    told = [(one.get("event"), one.get("lost"), one.get("n")) for one in _records(path)]
    assert told == [(None, None, 1), ("resumed", 2, None), (None, None, 4)]
    assert "2 records" in _verified(path).notes[0]


@pytest.mark.parametrize(
    ("fsync", "durable", "expected"),
    [("always", False, 1), ("writes", False, 0), ("writes", True, 1), ("never", True, 0)],
)
async def test_what_is_written_through(
    path: Path, monkeypatch: pytest.MonkeyPatch, fsync: str, durable: bool, expected: int
) -> None:
    """The policy decides which records outlive a loss of power."""
    sink = await _written(path, 1, fsync=fsync)
    calls = list[int]()
    monkeypatch.setattr(os, "fsync", calls.append)
    await sink.record({"n": 2}, durable)
    await sink.aclose()
    assert len(calls) == expected


def _slowly(_: int) -> None:
    time.sleep(0.1)


async def test_the_loop_is_not_held_up(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that takes its time holds up the record, not other calls."""
    sink, turns = FileAudit(str(path), fsync="always"), 0
    monkeypatch.setattr(os, "fsync", _slowly)
    task = asyncio.create_task(sink.record({"n": 1}))
    while not task.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 5
    await sink.aclose()


async def test_a_full_disk_stops_changes_and_not_reads(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The whole way, from the call to the file: nothing runs unrecorded, reads say what is missing."""
    settings = Settings(security=SecuritySettings(level=Level.ADMIN))
    cluster = FakeCluster()
    kubeport = in_memory(cluster, settings, audit=FileAudit(str(path)))
    assert (await kubeport.command("kubectl create configmap a --from-literal=k=v")).error is None
    with _room(path.stat().st_size + 20):
        refused = await kubeport.command("kubectl create configmap b --from-literal=k=v")
        read = await kubeport.command("kubectl get configmaps -o name")
    assert refused.error is not None and refused.error.reason == "audit_unavailable"
    assert read.error is None and read.output == "configmap/a\n"
    assert "missing from the audit" in read.warnings[0]
    assert caplog.text.count("File too large") == 3
    assert (await kubeport.command("kubectl create configmap c --from-literal=k=v")).error is None
    await kubeport.aclose()
    found = _verified(path)
    assert found.records == 5 and "3 records" in found.notes[0]
