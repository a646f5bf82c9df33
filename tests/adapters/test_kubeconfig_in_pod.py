"""Inside a pod the service account stands in, by kubectl's own rules."""

from pathlib import Path

import pytest
from tests.adapters.kubeconfig_files import SECRET, written
from tests.adapters.reachable import texts_kept_by

from kubeport.adapters.kubeconfig import YamlKubeconfig
from kubeport.domain.context import IN_CLUSTER, ContextRef, Kubeconfig


class TestInPod:
    """Inside a pod the service account stands in."""

    @pytest.fixture
    def account(self, tmp_path: Path) -> Path:
        """A service account's folder."""
        folder = tmp_path / "serviceaccount"
        folder.mkdir()
        (folder / "token").write_text(SECRET)
        (folder / "namespace").write_text("agents\n")
        return folder

    def pod(self, account: Path, **environ: str) -> YamlKubeconfig:
        """A reader in a pod with that account."""
        outside = {"HOME": str(account)}
        kubelet = {"KUBERNETES_SERVICE_HOST": "10.96.0.1", "KUBERNETES_SERVICE_PORT": "443"}
        return YamlKubeconfig(None, outside | kubelet | environ, str(account))

    def test_without_kubeconfig_it_is_the_context(self, account: Path) -> None:
        """One context with the pod's namespace, and it is current."""
        own = ContextRef(IN_CLUSTER, "agents", in_cluster=True)
        assert self.pod(account).read() == Kubeconfig((own,), IN_CLUSTER)

    def test_the_token_is_not_read(self, account: Path) -> None:
        """That there is a token is enough."""
        config_reader = self.pod(account)
        config = config_reader.read()
        assert not [text for text in texts_kept_by(config_reader, config) if SECRET in text]

    def test_a_selected_context_goes_first(self, account: Path, tmp_path: Path) -> None:
        """A kubeconfig that selects a context is obeyed, as KUBECONFIG says."""
        path = written(tmp_path / "config", (ContextRef("x", "n"),), "x")
        config = self.pod(account, KUBECONFIG=str(path)).read()
        assert config == Kubeconfig((ContextRef("x", "n"),), "x")

    def test_a_context_without_namespace_has_the_pods(self, account: Path, tmp_path: Path) -> None:
        """kubectl takes the pod's own namespace where the context names none."""
        path = written(tmp_path / "config", (ContextRef("x"),), "x")
        config = self.pod(account, KUBECONFIG=str(path)).read()
        assert config.contexts == (ContextRef("x", "agents"),)

    def test_unselected_contexts_stand_beside_it(self, account: Path, tmp_path: Path) -> None:
        """Where no context is selected, kubectl falls back to the service account."""
        path = written(tmp_path / "config", (ContextRef("x", "n"),))
        config = self.pod(account, KUBECONFIG=str(path)).read()
        assert (config.names, config.current) == (("x", IN_CLUSTER), IN_CLUSTER)

    def test_a_context_of_its_name_is_left_alone(self, account: Path, tmp_path: Path) -> None:
        """A kubeconfig's own context called so is not replaced, and nothing is selected."""
        path = written(tmp_path / "config", (ContextRef(IN_CLUSTER, "n"),))
        config = self.pod(account, KUBECONFIG=str(path)).read()
        assert config == Kubeconfig((ContextRef(IN_CLUSTER, "n"),))

    def test_pod_namespace_goes_first(self, account: Path) -> None:
        """POD_NAMESPACE wins over the account's file, as for kubectl."""
        assert self.pod(account, POD_NAMESPACE="other").read().contexts[0].namespace == "other"

    @pytest.mark.parametrize("content", [None, b"", b"\n", b"\xff"])
    def test_a_missing_namespace_is_default(self, account: Path, content: bytes | None) -> None:
        """Without a usable namespace file it is ``default``."""
        (account / "namespace").unlink()
        if content is not None:
            (account / "namespace").write_bytes(content)
        assert self.pod(account).read().contexts[0].namespace == "default"

    @pytest.mark.parametrize("missing", ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"])
    def test_both_variables_are_needed(self, account: Path, missing: str) -> None:
        """Half of what the kubelet sets is not a pod."""
        assert self.pod(account, **{missing: ""}).read() == Kubeconfig()

    def test_the_token_is_needed(self, account: Path) -> None:
        """A pod without a mounted account has no cluster."""
        (account / "token").unlink()
        assert self.pod(account).read() == Kubeconfig()
