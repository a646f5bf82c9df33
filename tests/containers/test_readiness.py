"""Whether a server says that it can serve calls."""

from pathlib import Path

import pytest

from kubeport.application.caller_settings import IdentitySettings
from kubeport.application.settings import Settings
from kubeport.containers import live
from kubeport.containers.readiness import operations
from kubeport.domain.errors import ExecutionFailed

pytestmark = pytest.mark.anyio


async def test_without_the_kubeconfigs_of_callers_it_is_not_ready(tmp_path: Path) -> None:
    """With them it is, though nobody unnamed has a context; what is wrong names the folder."""
    folder = tmp_path / "callers"
    settings = Settings(identity=IdentitySettings("kubeconfig", kubeconfigs=str(folder)))
    check = operations(live(settings)).checks["kubeconfig"]
    with pytest.raises(ExecutionFailed, match=str(folder)):
        await check()
    folder.mkdir()
    await check()
