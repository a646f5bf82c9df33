"""The runner against the exhaustion corpus: every line is refused, or ends within the limits."""

import json
import resource
import shutil
from pathlib import Path

import pytest
from tests.enabling import enabled_or_skip

from kubeport.adapters.subprocess_executor import SubprocessExecutor
from kubeport.application.ports import Job, Limits, Stage
from kubeport.domain.errors import KubeportError
from kubeport.domain.understanding import understand

pytestmark = pytest.mark.anyio
CORPUS = Path(__file__).parents[1] / "corpus" / "exhaustion.jsonl"
ROWS = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
SECONDS = 3.0
GROWTH_KIB = 64 * 1024


def printing(folder: Path) -> str:
    """A kubectl that prints a few objects, as JSON where that is asked for."""
    item: dict[str, object] = {"metadata": {"name": "a" * 40}, "status": {"phase": "Running"}}
    answers = folder / "answers"
    answers.mkdir()
    (answers / "json").write_text(json.dumps({"items": [item] * 40}))
    (answers / "text").write_text("NAME READY\n" + "aaaaaaaaaaaaaaaaaaaaaaaaaaaa 1/1\n" * 40)
    program = folder / "bin" / "kubectl"
    program.parent.mkdir(mode=0o755)
    program.write_text(
        f'#!/bin/sh\ncase "$*" in *json*) cat {answers}/json;; *) cat {answers}/text;; esac\n'
    )
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
async def test_nothing_outlives_its_limits(row: dict[str, str], tmp_path: Path) -> None:
    """Refused, or over in time with a clear ending, and our own memory stays where it was."""
    try:
        understood = understand(row["command"], row["tool"])
    except KubeportError as error:
        assert str(error)
        return
    never = any(demand.effect.word == "never" for demand in understood.call.demands)
    if never:
        return
    for used in understood.filters:
        if shutil.which(used.program) is None:
            enabled_or_skip(f"There is no {used.program} here.", "Install it with the package manager.")
    executor = SubprocessExecutor({"kubectl": printing(tmp_path)})
    argv = (understood.call.argv(), *(used.argv for used in understood.filters))
    stages = tuple(Stage(one, filter=place > 0) for place, one in enumerate(argv))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = await executor.run(Job(stages, Limits(timeout=SECONDS, output_bytes=100_000)))
    await executor.aclose()
    assert len(done.stdout.encode()) <= 100_000
    if not (done.timed_out or done.overflow):
        assert all(stage.exit_code in (0, 1) or stage.stderr for stage in done.stages)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KIB
