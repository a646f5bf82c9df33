"""Which kubeconfig tools see: the server's own, a caller's, or one for the account of our Pod."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.subprocess_executor.conftest import REPORT
from tests.adapters.subprocess_executor.fake_programs import complete, write_program

from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.adapters.subprocess_executor.own_account import OwnAccount
from kubeport.application.ports import Job, Stage
from kubeport.domain.errors import ExecutionFailed

POD = {"KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"}


@pytest.fixture
def pod(monkeypatch: pytest.MonkeyPatch) -> None:
    """The variables by which tools find the account of a Pod."""
    for name, value in POD.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KUBECONFIG", "/servers/own")


Seen = Callable[..., dict[str, str]]


@pytest.fixture
def seen(tmp_path: Path) -> Seen:
    """The environment that a tool has for a job; the account of the Pod is in *tmp_path*."""
    path = write_program(tmp_path / "reporter", REPORT)

    def run(**job: Any) -> dict[str, str]:
        named = ("KUBERNETES_SERVICE_HOST",)
        executor = SubprocessExecutor({"kubectl": path}, named, service_account=str(tmp_path))
        done = complete(executor, Job((Stage(("kubectl",)),), **job))
        assert done.stages[0].exit_code == 0, done.stages[0].stderr
        found: dict[str, str] = json.loads(done.stdout)["environment"]
        return found

    return run


@pytest.mark.usefixtures("pod")
def test_a_callers_kubeconfig_is_the_only_one(seen: Seen) -> None:
    """And the Pod's own account does not stand in where it leads nowhere, whatever the operator names."""
    environment = seen(kubeconfig="/callers/ann.yaml")
    assert environment["KUBECONFIG"] == "/callers/ann.yaml"
    assert not POD.keys() & environment.keys()
    assert seen()["KUBECONFIG"] == "/servers/own" and POD.keys() <= seen().keys()


@pytest.mark.usefixtures("pod")
def test_a_job_in_the_pods_name_has_a_kubeconfig_which_goes_with_the_executor(seen: Seen) -> None:
    """In place of the server's own, and of the account that tools find by themselves."""
    environment = seen(in_cluster=True)
    file = Path(environment["KUBECONFIG"])
    assert file.parent.name.startswith("kubeport-account-") and not file.parent.exists()
    assert not POD.keys() & environment.keys()


@pytest.mark.usefixtures("pod")
def test_the_pods_account_as_a_kubeconfig(tmp_path: Path) -> None:
    """It names the files of the account, holds no secret, is nobody else's to read, and is kept."""
    (tmp_path / "token").write_text("s3cr3t")
    account = OwnAccount(str(tmp_path))
    file = Path(account.path())
    assert account.path() == str(file)
    config = json.loads(file.read_text())
    assert config["clusters"][0]["cluster"] == {
        "server": "https://10.0.0.1:443",
        "certificate-authority": str(tmp_path / "ca.crt"),
    }
    assert config["users"][0]["user"] == {"tokenFile": str(tmp_path / "token")}
    assert config["current-context"] == config["contexts"][0]["name"] == "in-cluster"
    assert "s3cr3t" not in file.read_text()
    assert file.parent.stat().st_mode & 0o077 == 0
    file.unlink()
    again = Path(account.path())
    assert again.exists() and not file.parent.exists()
    account.clear()
    assert not again.parent.exists()


def test_an_address_of_six(monkeypatch: pytest.MonkeyPatch) -> None:
    """An IPv6 address stands in brackets."""
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "fd00::1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    account = OwnAccount()
    config = json.loads(Path(account.path()).read_text())
    assert config["clusters"][0]["cluster"]["server"] == "https://[fd00::1]:443"
    account.clear()


def test_outside_a_pod_there_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It says so, and leaves nothing behind."""
    for name in POD:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ExecutionFailed, match="no Pod"):
        OwnAccount().path()
    assert os.listdir(tmp_path) == []
