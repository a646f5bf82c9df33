"""``kubeport doctor`` tells what keeps text utilities from files, network and other processes."""

import argparse
import json
from collections.abc import Mapping

import pytest
from attrs import evolve

from kubeport import FakeCluster, Settings, in_memory
from kubeport.adapters.cli.doctor import Machine, doctor
from kubeport.application.settings import SecuritySettings

ALL = {"files": "Landlock 7", "network": "seccomp", "signals": "Landlock 7"}

pytestmark = pytest.mark.anyio


async def _found(
    capsys: pytest.CaptureFixture[str], settings: Settings, walls: Mapping[str, str], gaps: Mapping[str, str]
) -> dict[str, str] | None:
    machine = Machine(lambda _: "/dev/null", walls=walls, gaps=gaps)
    await doctor(in_memory(FakeCluster(), settings), machine, argparse.Namespace(json=True, names=[]))
    lines = json.loads(capsys.readouterr().out)
    return next((one for one in lines if one["subject"] == "confinement"), None)


async def test_everything_is_held(capsys: pytest.CaptureFixture[str]) -> None:
    """Each thing that is out of reach is named with what keeps it so."""
    found = await _found(capsys, Settings(), ALL, {})
    assert found is not None
    assert (found["state"], found["remedy"]) == ("ok", "")
    assert found["detail"] == (
        "text utilities: limits on resources, no files (Landlock 7), no network (seccomp), "
        "no signals (Landlock 7)"
    )


async def test_gaps_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    """What is not held is told with its reason, and what to do."""
    found = await _found(capsys, Settings(), {"network": "seccomp"}, {"files": "no Landlock: why"})
    assert found is not None
    assert found["state"] == "missing"
    assert "no network (seccomp), files not held back (no Landlock: why)" in found["detail"]
    assert "security.pipes" in found["remedy"]


async def test_without_text_utilities_it_does_not_matter(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is said where none is allowed."""
    settings = evolve(Settings(), security=SecuritySettings(pipes=()))
    assert await _found(capsys, settings, {}, {"files": "why"}) is None
