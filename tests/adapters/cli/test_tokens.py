"""``kubeport auth token``: what it prints is taken by a server, and a slip makes no token that never ends."""

import json
import time
from pathlib import Path

import pytest

from kubeport.__main__ import main
from kubeport.adapters.authentication import hashed
from kubeport.adapters.config.token_file import read_tokens


def test_what_it_prints_goes_into_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The output as it is, comments and all; of the token itself only the comment tells."""
    words = ["--group", "team-a", "--group", "Domain Admins", "--scope", "write", "--days", "90"]
    assert main(["auth", "token", 'Ann "the" Ünit', *words]) == 0
    printed = capsys.readouterr().out
    token = next(word for word in printed.split() if word.startswith("kubeport_"))
    file = tmp_path / "tokens.toml"
    file.write_text(printed)
    file.chmod(0o600)
    (found,) = read_tokens(file)
    assert (found.name, found.groups, found.scopes) == (
        'Ann "the" Ünit', ("team-a", "Domain Admins"), ("kubeport:write",),
    )  # fmt: skip
    assert found.sha256 == hashed(token)
    assert abs(found.expires - time.time() - 90 * 86_400) < 60


def test_without_days_it_never_ends(capsys: pytest.CaptureFixture[str]) -> None:
    """For reading, of no group, as JSON."""
    assert main(["auth", "token", "ann", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert made["row"] == {
        "name": "ann", "sha256": hashed(made["token"]), "groups": [], "scopes": ["kubeport:read"],
    }  # fmt: skip


@pytest.mark.parametrize("days", ["0", "-5", "3651", "99999999999", "000011", "1.5", "ten", "", "٣"])
def test_days_are_days(days: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is made of anything else."""
    with pytest.raises(SystemExit) as caught:
        main(["auth", "token", "ann", f"--days={days}"])
    told = capsys.readouterr()
    assert caught.value.code == 2 and "expected 1 to 3650 days" in told.err and told.out == ""
