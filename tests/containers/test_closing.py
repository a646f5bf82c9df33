"""The end of a live Kubeport in the middle of calls: no child outlives it, and all of them are on record."""

import asyncio
import json
import time
from pathlib import Path

import pytest

from kubeport.application.settings import AuditSettings, SecuritySettings, Settings, ToolSettings
from kubeport.containers import live
from kubeport.domain.effect import Level

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("command", "events"),
    [("kubectl get pods", ["outcome"]), ("kubectl scale deploy/web --replicas=2", ["intent", "outcome"])],
)
async def test_calls_that_are_cut_off_are_on_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, events: list[str]
) -> None:
    """The audit closes after them: each has its outcome, and its caller an answer."""
    note, program, config = tmp_path / "note", tmp_path / "bin" / "kubectl", tmp_path / "config"
    program.parent.mkdir(mode=0o755)
    program.write_text(f"#!/bin/sh\ntrap '' TERM\necho x >> {note}\nsleep 100\nsleep 100\n")
    program.chmod(0o755)
    config.write_text("contexts: [{name: a, context: {}}]\ncurrent-context: a\n")
    monkeypatch.setenv("KUBECONFIG", str(config))
    settings = Settings(
        tools=ToolSettings(paths={"kubectl": str(program)}),
        audit=AuditSettings(file=str(tmp_path / "audit.jsonl")),
        security=SecuritySettings(level=Level.ADMIN),
    )
    kubeport = live(settings)
    calls = [asyncio.create_task(kubeport.command(command)) for _ in range(3)]
    async with asyncio.timeout(20):
        while not (note.exists() and len(note.read_text().splitlines()) == 3):
            await asyncio.sleep(0.02)
    began = time.monotonic()
    await kubeport.aclose()
    assert time.monotonic() - began < 3
    for result in await asyncio.gather(*calls):
        assert result.error is not None and result.error.reason == "closed"
    records = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    assert sorted(record["event"] for record in records) == sorted(events * 3)
    assert {record["reason"] for record in records if record["event"] == "outcome"} == {"closed"}
