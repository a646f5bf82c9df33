"""One token floods the server with slow calls, and another one is served as if it were alone; as shipped."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from tests.adapters.authentication.provider import provider

from .conftest import ERAS
from .http_servers import ended, started
from .test_authentication import Guarded, client, flags

pytestmark = pytest.mark.anyio
SLOW = """\
#!/bin/sh
case "$*" in *slow*) sleep 20;; esac
echo done
"""


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """A live server whose kubectl takes its time where it is told to."""
    kubectl, kubeconfig = tmp_path / "kubectl", tmp_path / "config"
    kubectl.write_text(SLOW)
    kubectl.chmod(0o755)
    kubeconfig.write_text("contexts: [{name: a, context: {}}]\ncurrent-context: a\n")
    with provider() as idp:
        words = flags(idp, tmp_path, tools__paths_kubectl=str(kubectl))
        process, port = started(*words, KUBECONFIG=str(kubeconfig))
        yield Guarded(process, port, idp, tmp_path / "audit.jsonl")
        ended(process)


@pytest.mark.parametrize("era", ERAS)
async def test_a_flood_of_one_caller_delays_no_other(guarded: Guarded, era: str) -> None:
    """In the same context; those calls of the flood that do not fit are told when to come again."""
    busy = list[dict[str, Any]]()

    async def flood() -> None:
        answer = await ann.call_tool("kubectl", {"command": "get pods slow"})
        if answer.is_error and answer.structured_content is not None:
            busy.append(answer.structured_content["error"])

    async with (
        client(guarded.port, guarded.token(), era) as ann,
        client(guarded.port, guarded.token(sub="ole"), era) as ole,
        anyio.create_task_group() as group,
    ):
        for _ in range(80):
            group.start_soon(flood)
        with anyio.fail_after(15):
            while len(busy) < 80 - 4 - 64:
                await anyio.sleep(0.05)
        began = time.monotonic()
        for _ in range(3):
            answer = await ole.call_tool("kubectl", {"command": "get pods quick"})
            assert answer.structured_content is not None and answer.structured_content["output"] == "done\n"
        assert time.monotonic() - began < 10
        assert {error["reason"] for error in busy} == {"busy"}
        assert all(1 <= error["retry_after"] <= 60 for error in busy)
        group.cancel_scope.cancel()
