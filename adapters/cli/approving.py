"""Asking the person at the terminal; who presses Enter has said no."""

import asyncio
import os
import sys
from typing import TextIO

import attrs

from ...domain.approval import Answer, Question
from .terminal import styled

_YES = frozenset({b"y", b"yes"})


@attrs.frozen(eq=False)
class TerminalApprover:
    """An ``Approver`` that shows the question on *screen* and reads a line of *keyboard*: a terminal."""

    keyboard: TextIO
    screen: TextIO

    async def ask(self, question: Question) -> Answer:
        """Yes for ``y`` or ``yes`` typed after the question is there; see ``Approver``."""
        from termios import TCIFLUSH, tcflush

        self.screen.write(f"{question.text}\n\n")
        self.screen.flush()
        tcflush(self.keyboard, TCIFLUSH)  # what was typed before this was there to be read is no answer
        self.screen.write(f"{styled('Run it? [y/N]', 'strong', self.screen)} ")
        self.screen.flush()
        typed = await self._line()
        return Answer.APPROVED if typed.strip().lower() in _YES else Answer.DECLINED

    async def _line(self) -> bytes:
        """The next line; none where the keyboard is closed. Waiting for it can be cancelled."""
        loop, keys = asyncio.get_running_loop(), self.keyboard.fileno()
        ready = asyncio.Event()
        loop.add_reader(keys, ready.set)
        try:
            await ready.wait()
            return os.read(keys, 4096)
        except OSError:
            return b""
        finally:
            loop.remove_reader(keys)
            if not ready.is_set():
                self.screen.write("\n")


def terminal_approver() -> TerminalApprover | None:
    """One where a person is at both keyboard and screen; None elsewhere."""
    at_terminal = sys.stdin.isatty() and sys.stderr.isatty()
    return TerminalApprover(sys.stdin, sys.stderr) if at_terminal else None
