"""``make bench``: everything measured in one run, printed as a table; it ends whatever happens."""

import asyncio
import os
import signal
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NoReturn, cast

import attrs

from . import auditing, calling, cancelling, crowd, judging, listing, load, memory, starting, watching
from .bench import Bench, prepare
from .cluster import populated
from .report import LeftOut, Report

_ALL_SECONDS = 1200


@attrs.frozen
class Section:
    """A part of the table: its *name*, what measures it, and how long that may take."""

    name: str
    measure: Callable[[Bench, Report], Awaitable[None]]
    seconds: float = 120


SECTIONS = (
    Section("Command line", starting.command_line),
    Section("Grammar tables", starting.tables),
    Section("Reading and judging", judging.judging),
    Section("Audit", auditing.auditing),
    Section("List of tools", listing.listing),
    Section("Start of the server", starting.server),
    Section("Cancellation", cancelling.cancelling),
    Section("Start of kubectl alone", calling.starting_alone),
    Section("Get pods", calling.getting_pods),
    Section("Twenty at once", load.at_once),
    Section("Leaks, fake kubectl", memory.leaks, 240),
    Section("Leaks, real kubectl", memory.leaks_of_kubectl),
    Section("Floods", memory.floods, 240),
    Section("Crowd", crowd.crowd, 180),
    Section("Crowd, a program for each call", crowd.crowd_of_programs, 120),
    Section("Watching", watching.subscriptions, 240),
)


def main(wanted: list[str]) -> int:
    """All sections, or those whose names begin with one of *wanted*; 1 where an answer was wrong."""
    for number in (signal.SIGALRM, signal.SIGTERM):
        signal.signal(number, _stop)
    signal.setitimer(signal.ITIMER_REAL, _ALL_SECONDS, 60)
    report = Report()
    print(f"Python {sys.version.split()[0]}, {os.cpu_count()} processors, load {_load()}")
    with tempfile.TemporaryDirectory() as folder, populated(prepare(Path(folder))) as bench:
        for section in SECTIONS:
            if not wanted or section.name.lower().startswith(tuple(wanted)):
                _measure(section, bench, report)
    report.close()
    print(f"\nload {_load()}")
    return 1 if report.faults else 0


def _measure(section: Section, bench: Bench, report: Report) -> None:
    report.section(section.name)
    try:
        asyncio.run(_within(section, bench, report))
    except LeftOut as reason:
        report.left_out(section.name, str(reason))
    except Exception as fault:
        report.left_out(section.name, _told(fault, section))
        report.faults.append(f"{section.name}: {_told(fault, section)}")
    except BaseExceptionGroup as stop:  # ours, in the midst of the SDK's task groups
        raise SystemExit(str(_first(stop))) from None


async def _within(section: Section, bench: Bench, report: Report) -> None:
    async with asyncio.timeout(section.seconds):
        await section.measure(bench, report)


def _told(fault: BaseException, section: Section) -> str:
    """What went wrong in a section, in one line."""
    fault = _first(fault)
    if isinstance(fault, TimeoutError):
        return f"not finished in time (at most {section.seconds:g} s)"
    return f"failed: {type(fault).__name__}: {fault}"


def _first(fault: BaseException) -> BaseException:
    """*fault*, or what a group holds, the first of several."""
    while isinstance(fault, BaseExceptionGroup):
        group = cast("BaseExceptionGroup[BaseException]", fault)
        fault = group.exceptions[0]
    return fault


def _stop(number: int, _: object) -> NoReturn:
    """An exception, so that every ``with`` ends what it started."""
    late = number == signal.SIGALRM
    raise SystemExit(f"bench: {f'not finished after {_ALL_SECONDS} s' if late else 'terminated'}")


def _load() -> str:
    return " ".join(f"{one:.2f}" for one in os.getloadavg())


if __name__ == "__main__":
    sys.exit(main([word.lower() for word in sys.argv[1:]]))
