"""A watch by the kubeconfig that is kept for a caller: that file alone, and nothing of the server's."""

import gc
from pathlib import Path

import pytest

from kubeport.adapters.watching.access import Kubeconfigs
from kubeport.adapters.watching.contexts import Contexts
from kubeport.adapters.watching.timing import Timing
from kubeport.domain.errors import ContextNotFound

pytestmark = pytest.mark.anyio
ONE = """\
clusters: [{name: c, cluster: {server: "https://%s"}}]
users: [{name: u, user: {token: t}}]
contexts: [{name: %s, context: {cluster: c, user: u}}]
"""


@pytest.fixture
def contexts(tmp_path: Path) -> Contexts:
    """A server in a Pod with the context ``shared``; Ann's file has it, too, and ``mine``."""
    (tmp_path / "servers").write_text(ONE % ("servers", "shared"))
    (tmp_path / "ann").write_text(ONE % ("anns", "shared"))
    account = {"KUBERNETES_SERVICE_HOST": "h", "KUBERNETES_SERVICE_PORT": "1"}
    environment = {"KUBECONFIG": str(tmp_path / "servers"), **account}
    return Contexts(lambda: environment, Timing())


async def test_the_same_name_in_two_files_is_two_connections(contexts: Contexts, tmp_path: Path) -> None:
    """Each with its own server and credentials."""
    ours, _ = contexts.reach("shared")
    anns, _ = contexts.reach("shared", str(tmp_path / "ann"))
    assert anns is not ours and contexts.reach("shared", str(tmp_path / "ann"))[0] is anns
    assert anns.kubeconfigs.access("shared").cluster.server == "https://anns"
    assert ours.kubeconfigs.access("shared").cluster.server == "https://servers"
    assert not any(name.startswith("KUBERNETES_SERVICE_") for name in anns.environment())
    await contexts.leave("shared", str(tmp_path / "ann"))
    assert contexts.reach("shared", str(tmp_path / "ann"))[0] is not anns
    assert contexts.reach("shared")[0] is ours


@pytest.mark.parametrize("name", ["servers-only", "in-cluster"])
def test_nothing_of_the_server_stands_in(contexts: Contexts, tmp_path: Path, name: str) -> None:
    """Neither its contexts nor its Pod's account; and what is told is the caller's own."""
    (tmp_path / "servers").write_text(ONE % ("servers", name))
    with pytest.raises(ContextNotFound, match=r"\[shared\]"):
        contexts.reach(name, str(tmp_path / "ann"))


def test_a_file_without_the_context_is_not_remembered(contexts: Contexts, tmp_path: Path) -> None:
    """Callers come and go; one who only asked for what is not there leaves nothing behind."""
    for caller in ("ann", "nobody"):
        with pytest.raises(ContextNotFound):
            contexts.reach("other", str(tmp_path / caller))
    gc.collect()
    held = (one for one in gc.get_objects() if isinstance(one, Kubeconfigs))
    assert not [one for one in held if one.environment().get("KUBECONFIG", "").startswith(str(tmp_path))]
