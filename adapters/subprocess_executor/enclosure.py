"""Walls around a text utility where Linux has them: no files but those of its reach, no network.

Walls belong to a thread and to what it starts, and they stay. So each filter is started by a thread
of its own, which puts them up, starts the filter and ends: the filter is the server's child as any
other, no program stands between, and no Python code runs between fork and exec.
"""

import gc
import os
import threading
from collections.abc import Callable, Generator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from typing import TypeVar

import attrs

from .reach import Reach

T = TypeVar("T")

_TCP_SINCE, _SIGNALS_SINCE = 4, 6
_one_at_a_time = threading.Lock()


@attrs.frozen
class Enclosure:
    """What this machine can put around a filter.

    *landlock* is the version of Landlock, 0 for none, *no_landlock* why; *seccomp* tells whether
    system calls can be refused, *no_seccomp* why not.
    """

    landlock: int = 0
    seccomp: bool = False
    no_landlock: str = ""
    no_seccomp: str = ""

    @property
    def held(self) -> Mapping[str, str]:
        """What a filter cannot reach, and what keeps it from there."""
        landlock = f"Landlock {self.landlock}"
        walls = {
            "files": landlock if self.landlock else "",
            "network": "seccomp" if self.seccomp else "",
            "signals": landlock if self.landlock >= _SIGNALS_SINCE else "",
        }
        return {what: wall for what, wall in walls.items() if wall}

    @property
    def open(self) -> Mapping[str, str]:
        """What a filter can reach, and why."""
        landlock = f"no Landlock: {self.no_landlock}"
        older = f"Landlock {self.landlock} does not cover them, that of Linux 6.12 does"
        tcp = f"; Landlock {self.landlock} holds TCP alone" if self.landlock >= _TCP_SINCE else ""
        gaps = {
            "files": landlock,
            "network": f"no seccomp: {self.no_seccomp}{tcp}",
            "signals": older if self.landlock else landlock,
        }
        return {what: why for what, why in gaps.items() if what not in self.held}

    def start(self, reach: Reach, begin: Callable[[], T]) -> T:
        """Call *begin*, which starts a process, such that the process can open its *reach* only.

        Raises:
            OSError: the walls cannot be put up, and nothing was started; or what *begin* raises.
        """
        walls = list[Callable[[], None]]()
        rules = self._rules(reach, walls)
        if self.seccomp:
            from .walls import seccomp

            walls.append(seccomp.restrict)
        try:
            return _in_a_thread(walls, begin) if walls else begin()
        finally:
            if rules >= 0:
                os.close(rules)

    def _rules(self, reach: Reach, walls: list[Callable[[], None]]) -> int:
        if not self.landlock:
            return -1
        from .walls import landlock

        reading = landlock.READ_FILE | landlock.READ_DIRECTORY | landlock.EXECUTE
        rights = dict.fromkeys(reach.read, reading)
        rights |= dict.fromkeys(reach.listed, landlock.READ_DIRECTORY)
        rights |= dict.fromkeys(reach.written, landlock.READ_FILE | landlock.WRITE_FILE)
        rules = landlock.ruleset(self.landlock, rights)
        walls.append(lambda: landlock.restrict(rules))
        return rules


def _in_a_thread(walls: list[Callable[[], None]], begin: Callable[[], T]) -> T:
    outcome = Future[T]()

    def run() -> None:
        try:
            for put_up in walls:
                put_up()
            outcome.set_result(begin())
        except BaseException as error:
            outcome.set_exception(error)

    with _one_at_a_time, _no_collection():
        thread = threading.Thread(target=run, name="enclosed start")
        thread.start()
        thread.join()
    return outcome.result()


@contextmanager
def _no_collection() -> Generator[None]:
    """Collect no garbage in the thread with the walls, where others' finalizers would fail.

    Python's own subprocess does the same around a fork that runs Python code.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
