"""What it costs to read a command line and to judge it."""

import json
from pathlib import Path

from kubeport.domain.errors import KubeportError
from kubeport.domain.judging import judge
from kubeport.domain.policy import BUILT_IN
from kubeport.domain.understanding import understand

from .bench import Bench
from .measure import timed
from .report import Report

_EVERYDAY = "kubectl get pods -n web -o wide | grep x"
_CORPUS = Path(__file__).parents[1] / "tests" / "corpus"


async def judging(_: Bench, report: Report) -> None:
    """The everyday line and the longest of the corpora, one call at a time, in this process."""
    longest = max(_lines("attacks.jsonl") + _lines("benign.jsonl"), key=len)
    for name, line, most in (("everyday", _EVERYDAY, 150), ("longest corpus", longest, 1000)):
        found = timed(lambda line=line: _judged(line), 2000)  # type: ignore[misc]
        micros = found.median * 1000
        told = f"{len(line)} characters; p95 {found.percentile(95) * 1000:.0f} µs"
        report.target(f"read and judge, {name} line, p50", micros, "µs", most, told)


def _judged(line: str) -> object:
    """The decision about *line*, or the refusal to read it."""
    try:
        return judge(understand(line), BUILT_IN["read-only"])
    except KubeportError as error:
        return error


def _lines(name: str) -> list[str]:
    records = (_CORPUS / name).read_text(encoding="utf-8").splitlines()
    return [str(json.loads(record)["command"]) for record in records]
