"""``kubeport audit``: verify, tail and show."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import attrs

from ...domain.errors import CommandError
from .arguments import EXIT_FAILED
from .terminal import print_json, styled

Record = dict[str, Any]


@attrs.frozen
class Log:
    """The audit at *path*, and how it is read: *parts* are a file and its old ones, as far as they exist.

    *newest* gives that many records, and where the flag is set those to come.
    """

    path: str
    parts: Callable[[str], list[str]]
    read: Callable[[Iterable[str]], Iterator[Record]]
    newest: Callable[[str, int, bool], Iterator[Record]]

    def files(self, *named: str) -> list[str]:
        """The files *named*, else those of the settings, each behind its old ones.

        Raises:
            CommandError: there are none.
        """
        found = [part for name in named or (self.own(),) for part in self.parts(name) or (name,)]
        return list(dict.fromkeys(found))

    def own(self) -> str:
        """The file of the settings."""
        if not self.path:
            raise CommandError(
                "No audit file is set.", hint="Name one: --set audit.file=FILE, or KUBEPORT_AUDIT_FILE."
            )
        return self.path


def verdict(found: dict[str, Any], arguments: argparse.Namespace) -> int:
    """Print what verifying *found*; exit code 1 where a line is wrong."""
    if arguments.json:
        print_json(found)
    else:
        for line in _told(found):
            print(_visible(line))
    return 0 if found["ok"] else EXIT_FAILED


def _told(found: dict[str, Any]) -> Iterator[str]:
    for one in found["chains"]:
        span = f"records {one['first']} to {one['last']}, {one['begun']} to {one['ended']}"
        yield f"chain {one['chain']}: {span}"
        if one["first"] > 1:
            yield "  older records are not here"
        yield f"  head {one['head']}"
    yield from found["notes"]
    fault = found["fault"]
    if fault is None:
        yield f"ok: {found['records']} records"
        return
    where = f"{fault['file']}, line {fault['line']}: " if fault["file"] else ""
    yield f"WRONG: {where}{fault['why']}"


def tail(log: Log, arguments: argparse.Namespace) -> int:
    """Print the newest records, and with -f those to come, until the user ends it."""
    write = _row if sys.stdout.isatty() else _json_line
    try:
        for record in log.newest(log.own(), arguments.count, arguments.follow):
            write(record)
    except KeyboardInterrupt:
        print(file=sys.stderr)
    return 0


def show(log: Log, arguments: argparse.Namespace) -> int:
    """Print every record of one call as JSON; exit code 1 where there is none."""
    wanted = arguments.request_id
    found = [one for one in log.read(log.files()) if one.get("request_id") == wanted]
    for record in found:
        print(json.dumps(record, indent=2))  # in ASCII: a terminal shows what somebody else wrote
    if not found:
        print(f"There is no record of {wanted}; old files may have been removed.", file=sys.stderr)
    return 0 if found else EXIT_FAILED


def _json_line(record: Record) -> None:
    print(json.dumps(record, ensure_ascii=False, separators=(",", ":")), flush=True)


def _row(record: Record) -> None:
    """One line for a person: when, who, what came of it, where, how long it took, and the command."""
    event, took = record.get("event"), record.get("duration")
    who = str(record.get("caller") or record.get("client") or "-")[:20]
    style = "dim" if event == "intent" else "good" if record.get("status") == "success" else "bad"
    where = f"{'' if took is None else f'{took:.3f} s':>9}  {record.get('context', '')}"
    print(
        _visible(f"{record.get('time', '')}  {who:<20}  {record.get('effect', ''):<5}"),
        styled(_visible(f"{_came_of(record)!s:<20}"), style),
        _visible(f"{where}  {_about(record)}"),
        flush=True,
    )


def _came_of(record: Record) -> object:
    if record.get("event") == "intent":
        return "about to run"
    if record.get("event") == "denied":
        return f"denied {record.get('http_status')}"
    return record.get("code") or record.get("status") or record.get("event")


def _about(record: Record) -> str:
    """The command; of an answer also what was asked, of a refusal why, and how many there were."""
    if record.get("event") == "denied":
        where = record.get("address") or "many addresses"
        return f"{record.get('times')}x from {where}: {record.get('reason')}"
    if record.get("event") == "answer":
        parts = (record.get(name) for name in ("method", "tool", "command", "uri"))
        return " ".join(str(part) for part in parts if part)
    return str(record.get("command") or {name: record[name] for name in _OF_THE_FILE if name in record})


_OF_THE_FILE = ("bytes", "lost", "gone")


def _visible(text: str) -> str:
    """*text* without what a terminal would obey."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
