"""``kubeport doctor`` with the real kubectl and helm, against a real API server."""

import json
from pathlib import Path

import pytest
from tests.cluster.conftest import Kubectl

from kubeport.__main__ import main


def test_versions_times_and_rights(
    admin: Kubectl,
    helm4: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Both contexts are reached, under a policy that allows nothing; kubectl tells the server's time."""
    monkeypatch.setenv("KUBECONFIG", admin.environ["KUBECONFIG"])
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "policy.toml").write_text('access = "none"\napproval = "all"\n')
    paths = ("--set", f"tools.paths.kubectl={admin.program}", "--set", f"tools.paths.helm={helm4}")
    code = main(["doctor", "--json", *paths, "--set", f"security.policy_file={tmp_path / 'policy.toml'}"])
    found = {one["subject"]: one for one in json.loads(capsys.readouterr().out)}
    assert code == 0, [one for one in found.values() if one["state"] == "problem"]
    assert found["kubectl"]["version"].startswith("v1.37.")
    for context in ("admin", "viewer"):
        reached = found[f"context {context}"]
        assert reached["version"].startswith("v1.") and reached["access"] == "none"
        assert 0 <= reached["latency_ms"] < reached["command_ms"]
        assert found[f"skew {context}"]["tool"] == "helm"
    assert (found["rights admin"]["rights"], found["rights admin"]["secrets"]) == ("everything", True)
    assert (found["rights viewer"]["rights"], found["rights viewer"]["secrets"]) == ("only reads", False)
