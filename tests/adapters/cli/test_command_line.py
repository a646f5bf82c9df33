"""The command ``kubeport``: what it prints, and its exit codes."""

import json
from pathlib import Path

import pytest

from kubeport.__main__ import main
from kubeport.adapters.cli.arguments import LEVELS
from kubeport.domain.policy import BUILT_IN

from .machine import PRINTS_ARGUMENTS, furnish

CORPUS = Path(__file__).parents[2] / "corpus"
FIXTURE = ("--contexts", "kind-dev,staging", "--helm-repos", "bitnami")


@pytest.fixture(autouse=True)
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with a kubeconfig of one context and a kubectl that prints its arguments."""
    furnish(
        tmp_path, monkeypatch, f'{PRINTS_ARGUMENTS}case "$*" in *missing*) echo gone >&2; exit 4;; esac\n'
    )
    return tmp_path


def test_the_words_know_every_level() -> None:
    """The command line's levels are the built-in policies."""
    assert tuple(BUILT_IN) == LEVELS


def test_run_prints_the_output(capsys: pytest.CaptureFixture[str]) -> None:
    """The output of the command on stdout, exit code 0."""
    assert main(["run", "kubectl get pods"]) == 0
    assert capsys.readouterr().out == "get --context=dev --namespace=shop pods\n"


def test_run_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    """The whole result."""
    assert main(["run", "--json", "--namespace", "web", "kubectl get pods"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "success" and told["target"]["namespace"] == "web"


def test_run_passes_the_exit_code_on(capsys: pytest.CaptureFixture[str]) -> None:
    """A failing command's own exit code, and what it said on stderr."""
    assert main(["run", "kubectl get pods missing"]) == 4
    assert "gone" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "printed"),
    [
        (["kubectl", "get", "pods", "-n", "web"], "get --context=dev --namespace=web pods"),
        (["--namespace", "web", "kubectl", "get", "pods", "-o", "wide"],
         "get --context=dev --namespace=web --output=wide pods"),
        (["kubectl get pods", "--namespace", "web"], "get --context=dev --namespace=web pods"),
        (["--", "kubectl", "get", "pods"], "get --context=dev --namespace=shop pods"),
        (["kubectl", "get", "pods", "-l", "app in (a, b)"],
         "get --context=dev --namespace=shop --selector=app in (a, b) pods"),
    ],
)
def test_a_command_needs_no_quotes(
    words: list[str], printed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The words behind a tool's name are the command's, as the shell split them; a line in quotes is read."""
    assert main(["run", *words]) == 0
    assert capsys.readouterr().out == f"{printed}\n"
    assert main(["policy", "check", *words]) == 0


def test_a_word_is_no_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    """What a shell has split is not split again: the refusal shows the word as it came."""
    assert main(["run", "kubectl", "get", "pods", "| grep -c x"]) == 3
    assert "kubectl get pods '| grep -c x'" in capsys.readouterr().err


def test_half_a_command_in_quotes_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The rest would otherwise be taken for ours, or be lost."""
    with pytest.raises(SystemExit) as left:
        main(["run", "kubectl get pods", "-n", "web"])
    assert left.value.code == 2
    assert "Quote the whole command, or nothing of it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["kubectl gte pods"], "get"),
        (["kubectl get pods --outptu=json"], "--output"),
        (["kubectl get pods | gerp x"], "grep"),
        (["kubectl get pods | grep --ignore-csae x"], "--ignore-case"),
        (["--context", "ded", "kubectl get pods"], "dev"),
        (["kubctl get pods"], "kubectl"),
    ],
)
def test_a_mistyped_command_is_answered_with_the_nearest(
    words: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Verbs, flags, filters and their options, contexts, tools."""
    assert main(["run", *words]) == 3
    assert f"Did you mean {meant}?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        ["run", "kubectl delete pod web"],
        ["run", "kubectl get pods; id"],
        ["run", "rm -rf /"],
        ["run", "--context", "prod", "kubectl get pods"],
        ["policy", "check", "kubectl delete pod web"],
        ["policy", "explain", "kubectl delete pod web"],
    ],
)
def test_a_refusal_is_exit_code_3(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Refused by the policy, the reader or the target: 3, and the reason is printed."""
    assert main(words) == 3
    told = capsys.readouterr()
    assert told.out + told.err


def test_check_at_a_level(capsys: pytest.CaptureFixture[str]) -> None:
    """The level decides; a refusal names the level that would allow it."""
    assert main(["policy", "check", "--level", "admin", "kubectl delete pod web"]) == 0
    assert "allowed: admin" in capsys.readouterr().out
    assert main(["policy", "check", "--level", "write", "kubectl delete pod web"]) == 3
    assert "at the level admin" in capsys.readouterr().out
    assert main(["policy", "check", "--json", "kubectl delete pod web"]) == 3
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "POLICY_DENIED"


def test_explain(capsys: pytest.CaptureFixture[str]) -> None:
    """Stages, effect, subjects, flags and argv."""
    assert main(["policy", "explain", "kubectl get deploy/web -o yaml | grep image"]) == 0
    told = capsys.readouterr().out
    for part in ("stage 1: kubectl get", "deployments/web", "--output=yaml", "stage 2: grep"):
        assert part in told


@pytest.mark.parametrize("name", ["attacks", "benign"])
def test_the_corpora_pass_whole(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every attack is refused at its level, every everyday line is allowed at its level."""
    file = CORPUS / f"{name}.jsonl"
    code = main(["policy", "test", *FIXTURE, str(file)])
    told = capsys.readouterr().out
    lines = len(file.read_text(encoding="utf-8").strip().split("\n"))
    assert (code, told) == (0, f"{lines} as expected, 0 mismatched\n")


def test_a_mismatch_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The line, the verdict, the closing count, exit code 1."""
    rows = [
        {
            "id": "1",
            "tool": "kubectl",
            "command": "kubectl get pods",
            "level": "read-only",
            "expect": "allow",
        },
        {
            "id": "2",
            "tool": "kubectl",
            "command": "kubectl delete pod a",
            "level": "write",
            "expect": "allow",
        },
        {"id": "3", "tool": "kubectl", "command": "get pods", "level": "admin", "expect": "refuse"},
        {
            "id": "4",
            "tool": "kubectl",
            "command": "apply -f -",
            "level": "write",
            "expect": "allow",
        },
    ]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(json.dumps(row) for row in rows))
    assert main(["policy", "test", str(file)]) == 1
    told = capsys.readouterr().out
    assert "2: expected allow at write" in told and "3: expected refuse at admin" in told
    assert told.endswith("2 as expected, 2 mismatched\n")


def test_rows_are_judged_by_the_policy_in_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where they name no level; one that needs a person's yes is neither allowed nor refused."""
    policy, file = tmp_path / "own.toml", tmp_path / "rows.jsonl"
    policy.write_text(
        'access = "write"\n[[rules]]\nname = "p"\nreason = "r"\napproval = "all"\ncontexts = ["prod"]\n'
    )
    rows = [
        {"command": "kubectl get pods", "context": "dev", "expect": "allow"},
        {"command": "kubectl get pods", "context": "prod", "expect": "ask"},
        {"command": "kubectl get pods", "context": "prod", "expect": "refuse"},
        {"command": "kubectl drain n", "context": "dev", "expect": "refuse"},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    words = ["policy", "test", str(file), "--set", f"security.policy_file={policy}"]
    assert main([*words, "--contexts", "dev,prod"]) == 1
    told = capsys.readouterr().out
    assert f"{file}:3: expected refuse: kubectl get pods\n    needs approval" in told
    assert told.endswith("3 as expected, 1 mismatched\n")
    assert main([*words, "--contexts", "dev"]) == 2
    assert f"{file}:2: there is no context prod" in capsys.readouterr().err


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "1",
        '{"id": "1"}',
        '{"id":"1","tool":"kubectl","command":"x","level":"root","expect":"allow"}',
    ],
)
def test_a_wrong_row_is_told(line: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """File and line number, and what a row looks like."""
    file = tmp_path / "rows.jsonl"
    file.write_text(line)
    assert main(["policy", "test", str(file)]) == 2
    assert f"{file}:1" in capsys.readouterr().err


def test_contexts(capsys: pytest.CaptureFixture[str]) -> None:
    """The current one is marked."""
    assert main(["contexts"]) == 0
    assert capsys.readouterr().out == "  CONTEXT  NAMESPACE\n* dev      shop\n"
    assert main(["contexts", "--names"]) == 0
    assert capsys.readouterr().out == "dev\n"
    assert main(["contexts", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": "dev", "namespace": "shop", "current": True}
    ]


def test_config_show(capsys: pytest.CaptureFixture[str]) -> None:
    """Every setting with its origin."""
    assert main(["config", "show", "--level", "write"]) == 0
    told = capsys.readouterr().out
    assert 'security.level = "write"  # command line' in told
    assert "limits.timeout = 30.0  # default" in told
    assert "tools.paths" in told and "# environment" in told


def test_policy_show_and_grammar(capsys: pytest.CaptureFixture[str]) -> None:
    """Policies print as TOML; the grammar names versions and commands."""
    assert main(["policy", "show", "admin"]) == 0
    assert 'access = "admin"' in capsys.readouterr().out
    assert main(["policy", "grammar"]) == 0
    told = capsys.readouterr().out
    assert "kubectl 1.37" in told and "  never  proxy" in told
    assert main(["policy", "grammar", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["kubectl"]["commands"]["get"] == "read"


def test_policy_lint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Findings are printed with the file, and the exit code is 1."""
    file = tmp_path / "p.toml"
    file.write_text("[[rules]]\nname = 'a'\nreason = 'r'\naccess = 'none'\nkinds = ['pdos']\n")
    assert main(["policy", "lint", str(file)]) == 1
    assert "pdos" in capsys.readouterr().out


def test_configuration_mistakes_are_exit_code_2(capsys: pytest.CaptureFixture[str]) -> None:
    """A setting that is not understood starts nothing."""
    assert main(["config", "show", "--set", "limits.nonsense=1"]) == 2
    assert "limits.nonsense" in capsys.readouterr().err
    assert main(["config", "show", "--set", "limits.timeuot=1"]) == 2
    assert "Did you mean timeout?" in capsys.readouterr().err
    assert main(["config", "show", "--set", "limit.timeout=1"]) == 2
    assert "Did you mean limits?" in capsys.readouterr().err
    assert main(["config", "show", "--set", "nonsense"]) == 2
    assert "SECTION.KEY=VALUE" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["serve"], ["run", "kubectl get pods"]])
def test_windows_is_told_the_way(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Process groups and file modes are POSIX: the container or WSL is the way."""
    monkeypatch.setattr("sys.platform", "win32")
    assert main(words) == 2
    assert "WSL" in capsys.readouterr().err
