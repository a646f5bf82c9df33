"""Policies as TOML files: strict, linted, reloaded, and the last good one is kept."""

import os
from pathlib import Path

import pytest

from kubeport.adapters.cli.policies import as_toml
from kubeport.adapters.config import PolicyFile, read_policy
from kubeport.domain.effect import Level
from kubeport.domain.errors import CommandError
from kubeport.domain.policy import BUILT_IN, Rule
from kubeport.domain.policy_lint import lint
from kubeport.domain.tools.grammar import Sensitivity

STAGING = """
access = "read-only"
sensitive = ["logs"]
[[rules]]
name = "staging"
reason = "staging may be changed"
access = "write"
contexts = ["staging"]
kinds = ["deploy", "StatefulSet", "virtualservices.networking.istio.io"]
"""


def write(path: Path, text: str) -> Path:
    """A policy file with *text*, with a modification time that differs from the last one."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))
    return path


def test_a_policy_is_read(tmp_path: Path) -> None:
    """Rules in order; kinds in any spelling become the judge's own; the name is the file's."""
    policy = read_policy(write(tmp_path / "team.toml", STAGING))
    assert (policy.name, policy.access) == ("team", Level.READ_ONLY)
    assert policy.sensitive == (Sensitivity.LOGS,)
    assert policy.rules == (
        Rule(
            "staging",
            "staging may be changed",
            Level.WRITE,
            contexts=("staging",),
            kinds=("deployments", "statefulsets", "virtualservices.networking.istio.io"),
        ),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("acess = 'write'", "no key 'acess'"),
        ("access = 'root'", "access"),
        ("sensitive = ['passwords']", "sensitive"),
        ("sensitive = 'logs'", "sensitive"),
        ("[[rules]]\nname = 'a'\naccess = 'write'", "reason is missing"),
        ("[[rules]]\nreason = 'a'\naccess = 'write'", "name is missing"),
        ("[[rules]]\nname = 'a'\nreason = 'b'", "decides nothing"),
        ("[[rules]]\nname = 'a'\nreason = 'b'\naccess = 'write'\nkind = ['pods']", "no key 'kind'"),
        ("[[rules]]\nname = 'a'\nreason = 'b'\naccess = 'write'\nkinds = 'pods'", "kinds"),
        ("rules = 1", "rules"),
        (
            "[[rules]]\nname='a'\nreason='b'\naccess='write'\n[[rules]]\nname='a'\nreason='b'\naccess='write'",
            "two rules",
        ),
        ("[", "not TOML"),
    ],
)
def test_a_wrong_policy_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """It fails closed: nothing is guessed, and file and key are named."""
    file = write(tmp_path / "p.toml", text)
    with pytest.raises(CommandError, match=told) as caught:
        read_policy(file)
    assert str(file) in str(caught.value)


def test_it_is_read_again_when_it_changes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A good change is taken; a bad one is logged and the last good policy stays."""
    file = write(tmp_path / "p.toml", "access = 'read-only'")
    policy = PolicyFile(file)
    assert policy().access is Level.READ_ONLY
    write(file, "access = 'admin'")
    assert policy().access is Level.ADMIN
    write(file, "access = 'root'")
    assert policy().access is Level.ADMIN
    assert "last good one" in caplog.text
    file.unlink()
    assert policy().access is Level.ADMIN
    write(file, "access = 'write'")
    assert policy().access is Level.WRITE


def test_a_missing_policy_refuses_to_start(tmp_path: Path) -> None:
    """There is no default behind a policy file that is not there."""
    with pytest.raises(CommandError, match=r"cannot be read"):
        PolicyFile(tmp_path / "none.toml")


def test_a_printed_policy_reads_back(tmp_path: Path) -> None:
    """``policy show`` prints the language that policy files are written in."""
    for policy in (*BUILT_IN.values(), read_policy(write(tmp_path / "team.toml", STAGING))):
        assert read_policy(write(tmp_path / "again.toml", as_toml(policy))) == policy


@pytest.mark.parametrize(
    ("rules", "finding"),
    [
        (
            "[[rules]]\nname='a'\nreason='r'\naccess='none'\n"
            "[[rules]]\nname='b'\nreason='r'\naccess='write'\nkinds=['pods']",
            "never reached",
        ),
        (
            "[[rules]]\nname='a'\nreason='r'\naccess='none'\ncommands=['kubectl gte']",
            "matches no command",
        ),
        ("[[rules]]\nname='a'\nreason='r'\naccess='none'\nkinds=['pdos']", "not a built-in kind"),
    ],
)
def test_lint(tmp_path: Path, rules: str, finding: str) -> None:
    """Unreachable rules, unknown commands and unknown kinds are found."""
    findings = lint(read_policy(write(tmp_path / "p.toml", rules)))
    assert len(findings) == 1 and finding in findings[0]


def test_the_examples_of_the_documentation_are_clean(tmp_path: Path) -> None:
    """Every policy in docs/policy.md reads and lints without a finding."""
    text = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()
    examples = [part.split("```")[0] for part in text.split("```toml\n")[1:]]
    assert len(examples) == 6
    for example in examples:
        assert lint(read_policy(write(tmp_path / "p.toml", example))) == ()
