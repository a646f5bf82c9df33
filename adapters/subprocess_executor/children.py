"""One stage as a process: started in its own session, watched without a thread, always reaped."""

import asyncio
import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Mapping
from functools import partial

import attrs

from ...domain.errors import ExecutionFailed
from .enclosure import Enclosure
from .plumbing import Ends
from .reach import Reach


@attrs.frozen
class Start:
    """How to start one stage: its file, words, environment and folder; and the walls around it.

    Without *enclosure* it can reach what the server can.
    """

    program: str
    argv: tuple[str, ...]
    environment: Mapping[str, str]
    folder: str
    enclosure: Enclosure | None = None
    reach: Reach = Reach()


@attrs.define(eq=False)
class Child:
    """A running process and the group of processes that it leads."""

    process: subprocess.Popen[bytes]
    forget: Callable[[], None] = lambda: None

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self.process.returncode

    def signal(self, number: int) -> None:
        """Send a signal to the whole group, unless the leader is gone."""
        if self.process.returncode is None:
            _signal_group(self.process.pid, number)

    def watch(self, loop: asyncio.AbstractEventLoop, ended: Callable[[], None]) -> None:
        """Call *ended* on *loop* when the leader has ended and waits to be reaped."""
        self.forget = _watch_by_descriptor(self.process.pid, loop, ended) or _watch_by_thread(
            self.process, loop, ended
        )

    def reap(self) -> None:
        """Collect the ended leader, after killing what it left behind in its group.

        In that order: until it is reaped, nobody else can have its number.
        """
        self.forget()
        _signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def destroy(self) -> None:
        """Kill and reap at once, without the event loop."""
        if self.process.returncode is None:
            self.signal(signal.SIGKILL)
            self.process.wait()


def start(how: Start, ends: Ends) -> Child:
    """Start a process.

    Raises:
        ExecutionFailed: the system refuses.
    """
    begin = partial(_begin, how, ends)
    try:
        return Child(how.enclosure.start(how.reach, begin) if how.enclosure else begin())
    except OSError as error:
        name = os.path.basename(how.program)
        raise ExecutionFailed(
            f"The program {name} could not be started: {error.strerror}.", reason="not_started"
        ) from error


def _begin(how: Start, ends: Ends) -> "subprocess.Popen[bytes]":
    # no preexec_fn: with it Python would fork instead of vfork. A session of its own: a
    # program that asks for a password finds no terminal instead of stopping the server's.
    return subprocess.Popen(
        how.argv,
        executable=how.program,
        env=how.environment,
        cwd=how.folder,
        stdin=ends.stdin,
        stdout=ends.stdout,
        stderr=ends.stderr,
        start_new_session=True,
    )


def _signal_group(leader: int, number: int) -> None:
    # macOS answers EPERM for a group in which only ended processes are left
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _watch_by_descriptor(
    pid: int, loop: asyncio.AbstractEventLoop, ended: Callable[[], None]
) -> Callable[[], None] | None:
    """Watch on Linux, at no cost; None where the system has no process descriptors."""
    try:
        fd: int = getattr(os, "pidfd_open")(pid)  # noqa: B009 - absent from typeshed's other systems
    except (AttributeError, OSError):
        return None
    loop.add_reader(fd, ended)

    def forget() -> None:
        loop.remove_reader(fd)
        os.close(fd)

    return forget


def _watch_by_thread(
    process: "subprocess.Popen[bytes]", loop: asyncio.AbstractEventLoop, ended: Callable[[], None]
) -> Callable[[], None]:
    """Watch anywhere else, with a thread that does nothing but wait."""

    def wait() -> None:
        if hasattr(os, "waitid"):
            with contextlib.suppress(ChildProcessError):
                os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        else:
            process.wait()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(ended)

    threading.Thread(target=wait, name=f"wait-{process.pid}", daemon=True).start()
    return lambda: None
