"""Whether audit files hold what was written: the chain is followed line by line to the first fault.

What it cannot see: that the newest records were removed, unless the hash of one was noted elsewhere; and,
without a key, that someone wrote the whole chain anew.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

import attrs

from ...domain.errors import CommandError
from .canonical import canonical
from .seal import Link, Seal, link_of, parsed


@attrs.frozen
class Line:
    """One line as it stands in a file; *whole* tells that its end is there, too."""

    file: str
    number: int
    text: bytes
    whole: bool = True


@attrs.frozen
class Fault:
    """The first line that is wrong, and why."""

    file: str
    line: int
    why: str


@attrs.define
class Followed:
    """What was seen of one chain: its *first* and *last* record, and when they were written."""

    first: Link
    last: Link
    begun: str
    ended: str


@attrs.define
class Verdict:
    """What was found: *fault* is None where nothing is wrong; *notes* is what records tell of gaps."""

    records: int = 0
    chains: dict[str, Followed] = attrs.field(factory=dict[str, Followed])
    notes: list[str] = attrs.field(factory=list[str])
    fault: Fault | None = None

    def as_dict(self) -> dict[str, Any]:
        """All of it for JSON."""
        chains = [
            {"chain": name, "first": one.first.seq, "last": one.last.seq, "head": one.last.hash}
            | {"begun": one.begun, "ended": one.ended}
            for name, one in self.chains.items()
        ]
        fault = attrs.asdict(self.fault) if self.fault else None
        whole = {"ok": self.fault is None, "records": self.records, "chains": chains}
        return {**whole, "notes": self.notes, "fault": fault}


def verify(lines: Iterable[Line], seal: Seal, head: str = "", *, complete: bool = False) -> Verdict:
    """Follow the chains in *lines*, in the order of writing; *head* is a hash that must be there.

    Old files may have been removed by rotation; with *complete* each chain must begin with its record 1.
    """
    check = _Check(seal, head, complete)
    for line in lines:
        if (fault := check.line(line)) is not None:
            check.verdict.fault = fault
            return check.verdict
    check.verdict.fault = check.end()
    return check.verdict


def lines_of(files: Iterable[str]) -> Iterator[Line]:
    """The lines of *files*, one file after the other.

    Raises:
        CommandError: a file cannot be read.
    """
    try:
        for name in files:
            with open(name, "rb") as file:
                for number, text in enumerate(file, 1):
                    whole = text.endswith(b"\n")
                    yield Line(name, number, text[:-1] if whole else text, whole)
    except OSError as error:
        raise CommandError(f"{error.filename}: cannot be read: {error.strerror}.") from error


@attrs.define
class _Check:
    """The state between two lines: the chains so far, and lines that the next record must explain."""

    seal: Seal
    head: str
    complete: bool
    verdict: Verdict = attrs.field(factory=Verdict)
    torn: list[Line] = attrs.field(factory=list[Line])

    def line(self, line: Line) -> Fault | None:
        """What is wrong with *line* or with those before it that it had to explain."""
        record = parsed(line.text)
        if record is None or not line.whole:
            self.torn.append(line)
            return None
        if (why := self._alone(line, record)) is not None:
            return _fault(line, why)
        torn, self.torn = self.torn, []
        if (why := self._explained(torn, record)) is not None:
            return _fault(torn[0] if torn else line, why)
        self.head = "" if record["hash"] == self.head else self.head
        why = self._joined(record) or self._told(record)
        return _fault(line, why) if why else None

    def end(self) -> Fault | None:
        """What is wrong behind the last line."""
        if self.torn:
            return _fault(self.torn[0], "this is no whole record: a crash cut it off, or it was changed")
        if self.head:
            return Fault("", 0, f"no record has the hash {self.head}: the newest records were removed")
        return None

    def _alone(self, line: Line, record: dict[str, Any]) -> str | None:
        """What is wrong with the record by itself."""
        method = str(record["hash"]).partition(":")[0]
        if method != self.seal.method:
            expected = "with a key" if self.seal.key else "without one; audit.key_file names the key"
            return f"its hash is of the method {method}, and {self.seal.method} was expected ({expected})"
        if canonical(record) != line.text or not self.seal.holds(record):
            return "the record was changed" + (", or made with another key" if self.seal.key else "")
        return None

    def _explained(self, torn: list[Line], record: dict[str, Any]) -> str | None:
        """Whether the lines before *record* that are no records are just those that it tells of."""
        text = b"\n".join(line.text for line in torn)
        if record.get("event") == "torn":
            if (record.get("bytes"), record.get("sha256")) != (len(text), hashlib.sha256(text).hexdigest()):
                return "the next record tells of bytes that a crash cut off here, and these are others"
            self._note(record, f"{len(text)} bytes of a record were cut off by a crash")
        elif torn:
            return "this is no record, and the next one does not tell of it"
        return None

    def _joined(self, record: dict[str, Any]) -> str | None:
        """Whether the record follows the one before it, and if so that it is now the last one."""
        link, chains = link_of(record), self.verdict.chains
        time = str(record.get("time", ""))
        known = chains.get(link.chain)
        if known is None:
            if (link.seq == 1) != (record["prev"] == ""):
                return "the record does not begin its chain as records do"
            if self.complete and link.seq != 1:
                return f"the records before {link.seq} are not here"
            chains[link.chain] = Followed(link, link, time, time)
        elif (why := _misplaced(record, known.last)) is not None:
            return why
        else:
            known.last, known.ended = link, time
        self.verdict.records += 1
        return None

    def _told(self, record: dict[str, Any]) -> str | None:
        """What the record itself tells of the audit."""
        if record.get("event") == "resumed":
            self._note(record, f"{record.get('lost')} records before it could not be written")
        if record.get("event") == "shortened":
            return f"the server noticed here that its newest records had vanished: {record.get('gone')}"
        return None

    def _note(self, record: dict[str, Any], told: str) -> None:
        self.verdict.notes.append(f"{record.get('time')}: {told}")


def _fault(line: Line, why: str) -> Fault:
    return Fault(line.file, line.number, why)


def _misplaced(record: dict[str, Any], last: Link) -> str | None:
    seq = record["seq"]
    if record["hash"] == last.hash:
        return f"record {seq} stands here twice"
    if seq > last.seq + 1:
        return f"records {last.seq + 1} to {seq - 1} are missing before this one, or stand elsewhere"
    if seq <= last.seq:
        return f"record {seq} stands behind record {last.seq}: it was moved or written a second time"
    if record["prev"] != last.hash:
        return f"it was not written after the record {last.seq} that stands before it"
    return None
