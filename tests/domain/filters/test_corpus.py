"""Every stage after the first in the corpora: benign ones pass, lines with a hostile one do not."""

import json
from pathlib import Path

import pytest

from kubeport.domain.errors import CommandError
from kubeport.domain.filters import parse_filter
from kubeport.domain.reading import read

CORPUS = Path(__file__).parents[2] / "corpus"


def lines(file: str) -> list[dict[str, str]]:
    """The lines of one corpus."""
    return [json.loads(line) for line in (CORPUS / file).read_text().splitlines()]


BENIGN = [line for line in lines("benign.jsonl") if "|" in line["command"]]
HOSTILE = [
    line for line in lines("attacks.jsonl") if line["category"].startswith(("util-", "pipe-"))
]


def judge_stages(command: str) -> int:
    """Judge every stage after the first; how many there are."""
    pipeline = read(command)
    for stage in pipeline.stages[1:]:
        parse_filter(stage, pipeline.source)
    return len(pipeline.stages) - 1


def test_the_corpus_has_stages_to_judge() -> None:
    """Neither table is empty, so the tests below look at something."""
    assert len(BENIGN) > 100
    assert len(HOSTILE) > 200


@pytest.mark.parametrize("line", BENIGN, ids=lambda line: line["id"])
def test_no_benign_stage_is_refused(line: dict[str, str]) -> None:
    """A bar inside quotes makes no stage."""
    assert judge_stages(line["command"]) == line["command"].count(" | ") - inside_quotes(line)


def inside_quotes(line: dict[str, str]) -> int:
    """How many bars between blanks belong to a word."""
    stages = read(line["command"]).stages
    return sum(word.text.count(" | ") for stage in stages for word in stage.words)


@pytest.mark.parametrize("line", HOSTILE, ids=lambda line: line["id"])
def test_every_line_with_a_hostile_stage_is_refused(line: dict[str, str]) -> None:
    """By the reader, or by the grammar of one of its stages."""
    with pytest.raises(CommandError):
        judge_stages(line["command"])
