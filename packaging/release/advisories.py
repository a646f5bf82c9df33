"""Hold pinned dependencies against a copy of an advisory database, where no service can be asked.

    python packaging/release/advisories.py DATABASE LOCK…

DATABASE is a folder or a zip archive with records in OSV's form (ossf.github.io/osv-schema), YAML or JSON,
such as a checkout of github.com/pypa/advisory-database or OSV's export of PyPI. Ends with 1 if a pin is bad.
"""

import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

Record = dict[str, Any]
_PIN = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)
_NAME = re.compile(r'\bname"?: *"?([\w.-]+)')


class Pin(NamedTuple):
    """A distribution in the one version that a lock allows."""

    name: str
    version: Version
    lock: str


class Unreadable(Exception):
    """What is there cannot be judged; silence would look like safety."""


def pins(lock: Path) -> list[Pin]:
    """What a lock pins, on whatever platform."""
    pinned = _PIN.findall(lock.read_text())
    if not pinned:
        raise Unreadable(f"{lock} pins nothing; it should have lines such as NAME==VERSION")
    return [Pin(canonicalize_name(name), Version(version), lock.name) for name, version in pinned]


def records(database: Path, names: set[str]) -> Iterator[Record]:
    """The records that speak of any of *names*."""
    for name, text in _texts(database):
        if names.isdisjoint(map(canonicalize_name, _NAME.findall(text))):
            continue
        try:
            record = json.loads(text) if name.endswith(".json") else yaml.load(text, yaml.CSafeLoader)
        except (ValueError, yaml.YAMLError) as fault:
            raise Unreadable(f"{name} in {database} cannot be read: {fault}") from None
        if isinstance(record, dict) and "id" in record:
            yield record


def _texts(database: Path) -> Iterator[tuple[str, str]]:
    """Each file of the database, with its text."""
    if database.is_dir():
        for path in sorted(database.rglob("*")):
            if path.suffix in {".yaml", ".yml", ".json"}:
                yield str(path.relative_to(database)), path.read_text()
    elif zipfile.is_zipfile(database):
        with zipfile.ZipFile(database) as archive:
            for name in archive.namelist():
                yield name, archive.read(name).decode()
    else:
        raise Unreadable(f"{database} is neither a folder nor a zip archive")


def affects(record: Record, pin: Pin) -> bool:
    """Whether an advisory that still holds speaks of this version."""
    entries = [
        one for one in record.get("affected", ())
        if one["package"]["ecosystem"] == "PyPI" and canonicalize_name(one["package"]["name"]) == pin.name
    ]  # fmt: skip
    try:
        return not record.get("withdrawn") and any(_in(one, pin.version) for one in entries)
    except InvalidVersion as fault:
        raise Unreadable(f"{record['id']} cannot be held against {pin.name} {pin.version}: {fault}") from None


def _in(entry: Record, version: Version) -> bool:
    """By the list of versions, or by a range."""
    if any(_same(one, version) for one in entry.get("versions", ())):
        return True
    ranges = [one["events"] for one in entry.get("ranges", ()) if one["type"] == "ECOSYSTEM"]
    return any(_within(events, version) for events in ranges)


def _same(listed: object, version: Version) -> bool:
    """Whether they are one version; old lists have some that no longer are versions."""
    try:
        return Version(str(listed)) == version
    except InvalidVersion:
        return False


def _within(events: Iterable[dict[str, object]], version: Version) -> bool:
    """Whether the last event up to *version* leaves it affected."""
    affected = False
    steps = sorted((Version(str(at)), kind) for event in events for kind, at in event.items())
    for at, kind in steps:
        if kind == "last_affected":
            affected = affected and version <= at
        elif version >= at:
            affected = kind == "introduced"
    return affected


def _fixes(record: Record, pin: Pin) -> str:
    """The versions that an advisory calls fixed."""
    ranges = [
        one for entry in record["affected"] if canonicalize_name(entry["package"]["name"]) == pin.name
        for one in entry.get("ranges", ()) if one["type"] == "ECOSYSTEM"
    ]  # fmt: skip
    fixed = [str(event["fixed"]) for one in ranges for event in one["events"] if "fixed" in event]
    return ", ".join(fixed) or "none"


def audit(database: Path, locks: Iterable[Path]) -> tuple[list[str], str]:
    """Each pin that is affected, in a line; and what was looked at."""
    pinned = [pin for lock in locks for pin in pins(lock)]
    found = list(records(database, {pin.name for pin in pinned}))
    bad = [
        f"{pin.name} {pin.version} ({pin.lock}): {record['id']} {' '.join(record.get('aliases', ()))}; "
        f"fixed in: {_fixes(record, pin)}"
        for pin in pinned for record in found if affects(record, pin)
    ]  # fmt: skip
    if not found:
        raise Unreadable(f"{database} has no advisory about any of {len(pinned)} pins; is it the right one?")
    newest = max(str(record.get("modified", "")) for record in found)[:10]
    return bad, f"{len(pinned)} pins, {len(found)} advisories about them, the newest of {newest}"


def main(database: str, *locks: str) -> int:
    """Say what was found."""
    try:
        bad, looked = audit(Path(database), map(Path, locks))
    except (Unreadable, OSError) as fault:
        print(f"advisories: {fault}", file=sys.stderr)
        return 2
    print(*bad, looked, sep="\n")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
