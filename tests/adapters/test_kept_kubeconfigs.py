"""The kubeconfigs that are kept for callers."""

from pathlib import Path

import pytest

from kubeport.adapters import kubeconfig
from kubeport.adapters.kubeconfig import KeptKubeconfigs
from kubeport.domain.context import Kubeconfig
from kubeport.domain.errors import ExecutionFailed

OWN = "contexts: [{name: mine, context: {namespace: shop}}]\n"


def test_a_file_is_read_as_it_is_now(tmp_path: Path) -> None:
    """It may come later, change and go."""
    kept, file = KeptKubeconfigs(), tmp_path / "ann.yaml"
    assert kept(str(file)).read() == Kubeconfig()
    file.write_text(OWN)
    assert kept(str(file)).read().names == ("mine",)
    file.write_text(OWN.replace("mine", "other"))
    assert kept(str(file)).read().names == ("other",)
    file.unlink()
    assert kept(str(file)).read() == Kubeconfig()


def test_nothing_of_the_server_stands_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither its own kubeconfig nor the account of its Pod."""
    (tmp_path / "servers").write_text(OWN)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "servers"))
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "token").write_text("t")
    (tmp_path / "empty.yaml").write_text("contexts: []\n")
    kept = KeptKubeconfigs()
    assert kept(str(tmp_path / "empty.yaml")).read() == Kubeconfig()
    assert kept(str(tmp_path / "absent.yaml")).read() == Kubeconfig()


def test_one_that_is_wrong_says_so(tmp_path: Path) -> None:
    """Where, and never a content."""
    (tmp_path / "ann.yaml").write_text("contexts: s3cr3t\n")
    with pytest.raises(ExecutionFailed) as caught:
        KeptKubeconfigs()(str(tmp_path / "ann.yaml")).read()
    assert "s3cr3t" not in str(caught.value)


def test_callers_do_not_fill_the_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was used longest ago is forgotten first."""
    monkeypatch.setattr(kubeconfig, "MOST_KEPT", 2)
    kept = KeptKubeconfigs()
    first = kept(str(tmp_path / "1"))
    second = kept(str(tmp_path / "2"))
    assert kept(str(tmp_path / "1")) is first
    kept(str(tmp_path / "3"))
    assert kept(str(tmp_path / "1")) is first
    assert kept(str(tmp_path / "2")) is not second
