"""Colour and progress: for a person at a terminal, and for nobody else."""

import io
import subprocess
import sys

import pytest
from tests.adapters.mcp.processes import environment

from kubeport.adapters.cli.terminal import ProgressLine, coloured, progress_line, styled
from kubeport.application.ports import Progress

from .terminals import CTRL_C, opened


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_a_terminal_gets_colour_and_a_pipe_none() -> None:
    """The text is the same either way."""
    assert styled("ok", "good", Terminal()) == "\x1b[32mok\x1b[0m"
    assert styled("ok", "good", io.StringIO()) == "ok"


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_colour_gets_none(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR and a dumb terminal are honoured."""
    monkeypatch.setenv(name, value)
    assert not coloured(Terminal())


def test_progress_waits_and_wipes_itself_away() -> None:
    """A quick command shows nothing; a slow one a line without control characters, and in the end none."""
    stream = Terminal()
    line = ProgressLine(stream)
    line(Progress(0.4, 10))
    line.wipe()
    assert stream.getvalue() == ""
    line(Progress(2.2, 2048, "waiting\x1b[2J"))
    line.wipe()
    line.wipe()
    assert stream.getvalue() == "\r\x1b[K2 s, 2048 bytes waiting[2J\r\x1b[K"


def test_there_is_no_progress_without_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log file is not filled with it."""
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert progress_line() is None
    monkeypatch.setattr("sys.stderr", Terminal())
    assert progress_line() is not None


def test_a_server_that_is_typed_at_says_what_it_waits_for() -> None:
    """One line: it is not stuck. A host, which has a pipe there, gets none."""
    with opened() as terminal:
        process = terminal.start("serve", "--demo")
        seen = terminal.shows("shows what it does.")
        assert seen.startswith("kubeport: serving MCP over stdio")
        terminal.types(CTRL_C)
        assert process.wait(20) == 130
    quiet = subprocess.run(
        [sys.executable, "-m", "kubeport", "serve", "--demo"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, env=environment(), check=False,
    )
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_the_demo_has_colour_at_a_terminal() -> None:
    """Questions, commands and the refusal stand out."""
    with opened() as terminal:
        code, seen = terminal.run("demo")
    assert code == 0
    assert "\x1b[1m── What is running?\x1b[0m" in seen
    assert "\x1b[32mkubectl: get pods\x1b[0m" in seen
    assert "\x1b[31m   POLICY_DENIED" in seen
