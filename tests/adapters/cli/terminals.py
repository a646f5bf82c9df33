"""A terminal with a person before it, and ``kubeport`` run in it."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager

import attrs
from tests.adapters.mcp.processes import environment

CTRL_C = "\x03"
_IN_IT = (  # a session's leader takes the terminal for its own: without that Ctrl-C is a letter
    "import fcntl, os, sys, termios\n"
    "fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
    "os.execv(sys.executable, [sys.executable, '-m', 'kubeport', *sys.argv[1:]])\n"
)


@attrs.define
class Terminal:
    """A terminal: *person* is the end that types and reads."""

    person: int
    program: int

    def types(self, text: str) -> None:
        """Keys are pressed."""
        os.write(self.person, text.encode())

    def shows(self, wanted: str, seconds: float = 20) -> str:
        """What it shows, once *wanted* is there."""
        seen, until = "", time.monotonic() + seconds
        while wanted not in seen:
            assert time.monotonic() < until, f"never showed {wanted!r}: {seen}"
            seen += self.more(0.2)
        return seen.replace("\r\n", "\n")

    def more(self, seconds: float = 0) -> str:
        """What else it shows within *seconds*."""
        if not select.select([self.person], [], [], seconds)[0]:
            return ""
        return os.read(self.person, 65536).decode()

    def start(self, *words: str, **changes: str) -> "subprocess.Popen[bytes]":
        """``kubeport`` with *words*, the terminal its own; *changes* are of the environment."""
        return subprocess.Popen(
            [sys.executable, "-IS", "-c", _IN_IT, *words],
            stdin=self.program,
            stdout=self.program,
            stderr=self.program,
            env=environment(TERM="xterm", **changes),
            start_new_session=True,
        )

    def run(self, *words: str, **changes: str) -> tuple[int, str]:
        """The exit code of ``kubeport`` with *words*, and all that it shows."""
        process, seen = self.start(*words, **changes), ""
        until = time.monotonic() + 30
        while process.poll() is None:
            assert time.monotonic() < until, seen
            seen += self.more(0.05)
        return process.returncode, (seen + self.more()).replace("\r\n", "\n")


@contextmanager
def opened() -> Generator[Terminal]:
    """A new terminal, closed in the end."""
    person, program = os.openpty()
    try:
        yield Terminal(person, program)
    finally:
        os.close(person)
        os.close(program)
