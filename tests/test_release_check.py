"""How `make release-check` judges what its tools tell it."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]


def _script() -> Any:
    """packaging/release/check.py, which is no package of ours."""
    spec = importlib.util.spec_from_file_location("release", ROOT / "packaging" / "release" / "check.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


CHECK = _script()


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("Apache-2.0 AND BSD-3-Clause", True),
        ("Mozilla Public License 2.0 (MPL 2.0)", True),
        ("GPL-3.0-only", False),
        ("GNU Lesser General Public License v3", False),
        ("", False),
    ],
)
def test_licences(licence: str, allowed: bool) -> None:
    """Known permissive ones pass; the GPL in any form and silence do not."""
    assert CHECK.permissive(licence) is allowed


def test_a_vulnerability_fails_the_audit() -> None:
    """Its distribution is named."""
    with pytest.raises(CHECK.Failed, match="vulnerabilities in: mcp"):
        CHECK.audited([{"name": "mcp", "vulns": [{"id": "X"}]}, {"name": "attrs", "vulns": []}])


def test_what_was_not_audited_is_said() -> None:
    """Silence of the service is not taken for safety."""
    assert CHECK.audited([{"name": "mcp", "skip_reason": "unknown"}]).startswith("NOT RUN for 1 of 1")
    assert CHECK.audited([{"name": "mcp", "vulns": []}]) == "1 distributions, none known to be vulnerable"


def test_versions_are_compared_by_their_numbers() -> None:
    """2.3 is 2.3.0, and 4.9 is not 4.10."""
    assert CHECK.pieces("2.3") == CHECK.pieces("2.3.0")
    assert CHECK.pieces("4.9") != CHECK.pieces("4.10")


def test_each_dependency_has_a_lower_bound() -> None:
    """So that the run with the lowest versions means something; those of the extras, too."""
    bounds = CHECK.lower_bounds()
    assert bounds["anyio"] == "4.10" and bounds["redis"] == "6" and all(bounds.values())


def test_what_is_tested_uses_each_dependency() -> None:
    """The rooms of ours, and those whose tests need a dependency or an extra."""
    places = [ROOT / place for place in CHECK.TESTED]
    assert all(place.exists() for place in places)
    assert {"tests/adapters/mcp", "tests/containers", "tests/adapters/shared_state"} <= set(CHECK.TESTED)


@pytest.mark.parametrize(
    ("said", "strict", "code"),
    [("12 passed", True, 0), ("NOT RUN: no Python", False, 0), ("NOT RUN: no Python", True, 1)],
)
def test_what_did_not_run_fails_a_strict_check(
    said: str, strict: bool, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A release is not made on silence."""
    monkeypatch.setattr(CHECK, "CACHE", tmp_path)

    def step() -> str:
        return said

    assert CHECK.main((step,), strict=strict) == code


def test_a_step_that_fails_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of what forbids a release is told at once."""
    monkeypatch.setattr(CHECK, "CACHE", tmp_path)

    def broken() -> str:
        raise CHECK.Failed("it is broken")

    def sound() -> str:
        return "fine"

    assert CHECK.main((broken, sound)) == 1
    assert "broken     FAILED: it is broken\nsound      fine" in capsys.readouterr().out


def test_steps_can_be_chosen() -> None:
    """By name, in their own order, with those that they need; one that does not exist is an error."""
    found = [step.__name__ for step in CHECK.chosen(["sbom", "wheel"])]
    assert found == ["tools", "wheel", "shipped", "sbom"]
    assert CHECK.chosen([]) == CHECK.STEPS
    with pytest.raises(SystemExit, match="There is no step wheels; there are audit"):
        CHECK.chosen(["wheels"])
