"""Pinned dependencies are held against advisories that are made up here."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "packaging" / "release" / "advisories.py"
LOCK = "made-up==1.4.2 ; python_version >= '3.11' \\\n    --hash=sha256:00\nother==2.0\n"
RANGE = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.5"}]}


def advisory(**changes: Any) -> dict[str, Any]:
    """One about made-up before 1.5, with *changes* to what it says of it."""
    affected = {"package": {"ecosystem": "PyPI", "name": "Made_Up"}, "ranges": [RANGE]} | changes
    return {
        "id": "MADE-UP-1",
        "modified": "2026-01-02T00:00:00Z",
        "aliases": ["CVE-1"],
        "affected": [affected],
    }


def judged(tmp_path: Path, *found: dict[str, Any], lock: str = LOCK) -> tuple[int, str]:
    """The exit code and what is said about *lock*."""
    for number, record in enumerate(found):
        (tmp_path / f"{number}.yaml").write_text(yaml.safe_dump(record))
    return said(tmp_path, tmp_path, lock)


def said(tmp_path: Path, database: Path, lock: str = LOCK) -> tuple[int, str]:
    """The same of a database."""
    (tmp_path / "some.lock").write_text(lock)
    done = subprocess.run(
        [sys.executable, SCRIPT, database, tmp_path / "some.lock"], capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout + done.stderr


def test_an_affected_version(tmp_path: Path) -> None:
    """It is named with the advisory, the fix and the lock; case and underscores of the name do not matter."""
    code, text = judged(tmp_path, advisory())
    assert code == 1
    assert "made-up 1.4.2 (some.lock): MADE-UP-1 CVE-1; fixed in: 1.5\n" in text
    assert text.endswith("2 pins, 1 advisories about them, the newest of 2026-01-02\n")


EVENTS = [
    ([{"introduced": "0"}, {"fixed": "1.4.2"}], False),
    ([{"introduced": "0"}, {"fixed": "1.10"}], True),
    ([{"introduced": "1.4.2"}], True),
    ([{"introduced": "1.4.3"}], False),
    ([{"introduced": "0"}, {"last_affected": "1.4.2"}], True),
    ([{"introduced": "0"}, {"last_affected": "1.4.1"}], False),
    ([{"introduced": "0"}, {"fixed": "1.0"}, {"introduced": "1.4"}, {"fixed": "1.5"}], True),
    ([{"introduced": "0"}, {"fixed": "1.4"}, {"introduced": "1.6"}], False),
]


@pytest.mark.parametrize(("events", "affected"), EVENTS)
def test_ranges(tmp_path: Path, events: list[dict[str, str]], affected: bool) -> None:
    """What is fixed, or came later, is not affected; versions are compared as such."""
    record = advisory(ranges=[{"type": "ECOSYSTEM", "events": events}])
    assert judged(tmp_path, record)[0] == int(affected)


@pytest.mark.parametrize(
    ("versions", "affected"), [(["1.4.2"], True), (["1.4.2.0"], True), (["1.4", "2004d"], False)]
)
def test_lists_of_versions(tmp_path: Path, versions: list[str], affected: bool) -> None:
    """An advisory may name each one; what is no version is none of ours."""
    assert judged(tmp_path, advisory(ranges=[], versions=versions))[0] == int(affected)


def test_what_was_withdrawn(tmp_path: Path) -> None:
    """It does not count."""
    assert judged(tmp_path, advisory() | {"withdrawn": "2026-01-03T00:00:00Z"})[0] == 0


def test_other_ecosystems_and_commits(tmp_path: Path) -> None:
    """A package of the same name elsewhere is another one, and commits are no versions."""
    elsewhere = advisory(package={"ecosystem": "npm", "name": "made-up"})
    commits = advisory(ranges=[{"type": "GIT", "events": [{"introduced": "0"}]}])
    assert judged(tmp_path, elsewhere, commits)[0] == 0


def test_an_export_as_an_archive(tmp_path: Path) -> None:
    """A zip archive of JSON, as OSV exports it."""
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("MADE-UP-1.json", json.dumps(advisory()))
    assert said(tmp_path, tmp_path / "all.zip")[0] == 1


def test_silence_is_not_safety(tmp_path: Path) -> None:
    """A database that is none, that knows nothing of ours or cannot be read, and a lock without pins fail."""
    record = advisory(ranges=[{"type": "ECOSYSTEM", "events": [{"introduced": "?"}]}])
    assert said(tmp_path, tmp_path / "none") == (
        2,
        f"advisories: {tmp_path}/none is neither a folder nor a zip archive\n",
    )
    assert "is it the right one?" in judged(tmp_path)[1]
    assert "MADE-UP-1 cannot be held against made-up 1.4.2" in judged(tmp_path, record)[1]
    assert "pins nothing" in judged(tmp_path, advisory(), lock="made-up>=1\n")[1]
    (tmp_path / "0.yaml").write_text("name: made-up\n  id: [")
    code, text = said(tmp_path, tmp_path)
    assert code == 2 and "0.yaml" in text and "Traceback" not in text
