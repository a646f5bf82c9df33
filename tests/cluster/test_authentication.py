"""TokenReview in a Pod: the API server around us says whose a token is, asked by the Pod's own account."""

import os
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.cluster.conftest import Kubectl

from kubeport.adapters.authentication import TokenReviewAuthenticator
from kubeport.adapters.clock import MonotonicClock
from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.application.authentication import CannotAuthenticate, TokenRefused

pytestmark = pytest.mark.anyio
AUDIENCE = "https://kubeport.tools.svc/mcp"
ROLE = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: NAME}
rules: [{apiGroups: [authentication.k8s.io], resources: [tokenreviews], verbs: [create]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: NAME}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: NAME}
subjects: [{kind: ServiceAccount, name: server, namespace: NAME}]
"""


async def test_the_pods_own_account_reviews(
    admin: Kubectl, scratch_namespace: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the right to it nobody is refused, with it a caller is known; a kubeconfig does not matter."""
    for account in ("server", "caller"):
        admin.output("create", "serviceaccount", account, "-n", scratch_namespace)
    _mount(admin, scratch_namespace, tmp_path, monkeypatch)
    executor = SubprocessExecutor({"kubectl": admin.program}, service_account=str(tmp_path))
    asking = TokenReviewAuthenticator(executor, MonotonicClock(), "in-cluster", AUDIENCE, ("kubeport:read",))
    good = _token(admin, scratch_namespace, "caller", AUDIENCE)
    try:
        with pytest.raises(CannotAuthenticate):
            await asking.authenticate(good)
        with pytest.raises(CannotAuthenticate):
            await asking.check()
        admin.output("apply", "-f", "-", stdin=ROLE.replace("NAME", scratch_namespace))
        found = await asking.authenticate(good)
        assert found.name == f"system:serviceaccount:{scratch_namespace}:caller"
        assert f"system:serviceaccounts:{scratch_namespace}" in found.groups
        assert found.fresh_until <= time.time() + 60 < found.expires <= time.time() + 3700
        await asking.check()
        with pytest.raises(TokenRefused):
            await asking.authenticate(_token(admin, scratch_namespace, "caller", "https://other.example"))
    finally:
        await executor.aclose()
        for kind in ("clusterrole", "clusterrolebinding"):
            admin.output("delete", kind, scratch_namespace, "--ignore-not-found")


def _token(admin: Kubectl, namespace: str, account: str, *audience: str) -> str:
    flags = [f"--audience={one}" for one in audience]
    return admin.output("create", "token", account, "-n", namespace, *flags).strip()


def _mount(admin: Kubectl, namespace: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a Pod of the account ``server`` finds: its token, the authority, the API server's address."""
    config: Any = yaml.safe_load(Path(admin.environ["KUBECONFIG"]).read_text())
    cluster = config["clusters"][0]["cluster"]
    (folder / "token").write_text(_token(admin, namespace, "server"))
    (folder / "ca.crt").write_bytes(Path(cluster["certificate-authority"]).read_bytes())
    (folder / "namespace").write_text(namespace)
    host, port = cluster["server"].removeprefix("https://").split(":")
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", port)
    monkeypatch.setenv("KUBECONFIG", os.fspath(folder / "none"))
