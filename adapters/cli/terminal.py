"""How answers are printed: JSON for a program; colour, and progress that wipes itself away, for a person."""

import json
import os
import sys
from typing import Any, TextIO

from ...application.ports import Progress

_CODES = {"good": "32", "doubt": "33", "bad": "31", "dim": "2", "strong": "1"}
_PATIENCE = 1.0
_WIDTH = 100


def print_json(value: Any) -> None:
    """Print *value*, of JSON values, for a program and a person alike."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def coloured(stream: TextIO) -> bool:
    """Whether *stream* takes colour: a terminal that is not dumb, and NO_COLOR is not set (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, style: str, stream: TextIO | None = None) -> str:
    """*text* in a *style* (good, doubt, bad, dim, strong) where *stream*, by default stdout, takes colour."""
    if not coloured(stream or sys.stdout):
        return text
    return f"\x1b[{_CODES[style]}m{text}\x1b[0m"


class ProgressLine:
    """One line on stderr that tells how far a command is, once it takes more than a second."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._shown = stream, False

    def __call__(self, step: Progress) -> None:
        """Show *step* in place of the one before."""
        self.show(step.elapsed, f"{step.stdout_bytes} bytes {step.last_stderr}")

    def show(self, elapsed: float, said: str) -> None:
        """Show what is *said* after *elapsed* seconds."""
        if elapsed < _PATIENCE:
            return
        printable = "".join(c for c in said if c.isprintable())
        self._stream.write(f"\r\x1b[K{f'{elapsed:.0f} s, {printable}'[:_WIDTH]}")
        self._stream.flush()
        self._shown = True

    def wipe(self) -> None:
        """Leave nothing of it."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False


def progress_line() -> ProgressLine | None:
    """A line of progress where a person looks at stderr; None elsewhere."""
    return ProgressLine(sys.stderr) if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else None


def tell_who_types(transport: str) -> None:
    """Say on stderr what a server over stdio waits for, where a person is at its stdin."""
    if transport == "stdio" and sys.stdin is not None and sys.stdin.isatty():
        told = "kubeport: serving MCP over stdio to a host that starts it (`kubeport setup HOST`)."
        print(f"{told} Ctrl-C ends it; `kubeport demo` shows what it does.", file=sys.stderr)
