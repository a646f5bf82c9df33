"""``kubeport run`` asks the person at the terminal; anywhere else it refuses."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.adapters.mcp.processes import environment

from kubeport.__main__ import main
from kubeport.adapters.cli.approving import TerminalApprover
from kubeport.adapters.config import read_policy
from kubeport.domain.approval import Answer, Question
from kubeport.domain.context import Target
from kubeport.domain.effect import Effect
from kubeport.domain.policy import Caller
from kubeport.domain.policy_lint import lint

from .machine import ONE_CONTEXT, PRINTS_ARGUMENTS, put
from .terminals import Terminal, opened

WORDS = ("kubectl", "scale", "--replicas=0", "deploy/web")
QUESTION = Question((WORDS,), Target("dev", "shop"), Effect.WRITE, "team", "because", (), Caller(), "0" * 64)
POLICY = "access = 'write'\napproval = 'changes'\n"
SCALE = "kubectl scale deploy/web --replicas=0"


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    """A new one."""
    with opened() as one:
        yield one


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("y\n", Answer.APPROVED),
        (" YES \n", Answer.APPROVED),
        ("\n", Answer.DECLINED),
        ("n\n", Answer.DECLINED),
        ("yeah\n", Answer.DECLINED),
        ("y y\n", Answer.DECLINED),
        ("\x04", Answer.DECLINED),  # end of input
    ],
)
async def test_only_a_yes_is_one(terminal: Terminal, typed: str, answer: Answer) -> None:
    """Enter alone, a closed keyboard and all else is a no; the question is there before the answer."""
    with open(terminal.program, closefd=False) as keys, open(terminal.program, "w", closefd=False) as screen:
        asking = asyncio.create_task(TerminalApprover(keys, screen).ask(QUESTION))
        await asyncio.sleep(0.05)
        assert QUESTION.text in terminal.shows("[y/N]")
        terminal.types(typed)
        assert await asking is answer


@pytest.mark.anyio
async def test_what_was_typed_before_is_no_answer(terminal: Terminal) -> None:
    """A ``y`` that waited in the keyboard; then the wait is cancelled, and nothing hangs."""
    terminal.types("y\n")
    with (
        open(terminal.program, closefd=False) as keys,
        open(terminal.program, "w", closefd=False) as screen,
        pytest.raises(TimeoutError),
    ):
        async with asyncio.timeout(0.3):
            await TerminalApprover(keys, screen).ask(QUESTION)


@pytest.fixture
def machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a kubectl that prints its arguments, under a policy that wants changes approved."""
    config, policy = tmp_path / "config", tmp_path / "team.toml"
    config.write_text(ONE_CONTEXT)
    policy.write_text(POLICY)
    return {
        "KUBECONFIG": str(config),
        "KUBEPORT_TOOLS_PATHS_KUBECTL": str(put(tmp_path, "kubectl", PRINTS_ARGUMENTS)),
        "KUBEPORT_SECURITY_POLICY_FILE": str(policy),
    }


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("\n", 3)])
def test_run_at_a_terminal(terminal: Terminal, machine: dict[str, str], typed: str, code: int) -> None:
    """The question is on the terminal, the output alone on stdout; no is exit code 3."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kubeport", "run", SCALE],
        stdin=terminal.program,
        stdout=subprocess.PIPE,
        stderr=terminal.program,
        env=environment(**machine, NO_COLOR="1"),
    )
    shown = terminal.shows("[y/N]")
    assert "command    kubectl scale --context=dev --namespace=shop --replicas=0 deploy/web" in shown
    terminal.types(typed)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == code
    assert out.decode() == ("" if code else "scale --context=dev --namespace=shop --replicas=0 deploy/web\n")
    if code:
        assert "APPROVAL_REQUIRED" in terminal.shows("around it")


def test_run_elsewhere_is_refused(machine: dict[str, str]) -> None:
    """In a pipe nobody can be asked, whatever the pipe says; the refusal has the exact command."""
    done = subprocess.run(
        [sys.executable, "-m", "kubeport", "run", SCALE],
        input="y\n" * 10,
        capture_output=True,
        text=True,
        env=environment(**machine),
        timeout=30,
        check=False,
    )
    assert (done.returncode, done.stdout) == (3, "")
    assert "APPROVAL_REQUIRED" in done.stderr
    assert "kubectl scale --context=dev --namespace=shop --replicas=0 deploy/web" in done.stderr


def test_the_policy_is_asked_beforehand(
    machine: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``check`` and ``explain`` say that it needs an approval, and by which rule; exit code 3."""
    for name, value in machine.items():
        monkeypatch.setenv(name, value)
    for question in ("check", "explain"):
        assert main(["policy", question, SCALE]) == 3
        assert "needs approval: write, by team" in capsys.readouterr().out
    assert main(["policy", "check", "kubectl get pods"]) == 0
    assert main(["policy", "show"]) == 0
    assert 'approval = "changes"' in capsys.readouterr().out


PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "approvals.md"


def test_the_page_tells_what_happens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its policy is clean, ``policy check`` prints that line, and the form is the one that is shown."""
    page = PAGE.read_text()
    file = tmp_path / "team.toml"
    file.write_text(page.split("```toml\n")[1].split("```")[0])
    assert lint(read_policy(file)) == ()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    words = ["--context", "prod-eu", "--set", "security.policy_file=team.toml"]
    assert main(["policy", "check", SCALE, *words]) == 3
    assert f"    {capsys.readouterr().out}" in page
    argv = ("kubectl", "scale", "--context=prod-eu", "--namespace=shop", "--replicas=0", "deploy/web")
    rule, why = "team/production", "changes in production need a person's yes"
    target, about = Target("prod-eu", "shop"), ("deployments/web",)
    form = Question((argv,), target, Effect.WRITE, rule, why, about, Caller(), "").text
    assert "\n".join(f"    {line}" if line else "" for line in form.split("\n")) in page


def test_the_page_knows_every_reason() -> None:
    """Each answer but a yes, and what is refused before anybody is asked."""
    told = set(re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)) - {"reason"}
    assert told == {answer.value for answer in Answer} - {"approved"} | {"too_long", "busy"}
