"""The argument list that runs holds what was judged, and nothing else, for any command line."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeport.domain.command import Token
from kubeport.domain.context import Target
from kubeport.domain.errors import CommandError, KubeportError, Span
from kubeport.domain.judging import judge
from kubeport.domain.policy import BUILT_IN
from kubeport.domain.safeguards import Safeguards
from kubeport.domain.tools.grammar import Meaning
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.parsing import parse
from kubeport.domain.understanding import Understood, understand

CORPUS = Path(__file__).parents[1] / "corpus"
PLACED = (Meaning.CONTEXT, Meaning.NAMESPACE)


def rows(name: str) -> list[dict[str, str]]:
    """The lines of one corpus file."""
    return [json.loads(line) for line in (CORPUS / name).read_text(encoding="utf-8").splitlines()]


BENIGN, ATTACKS = rows("benign.jsonl"), rows("attacks.jsonl")


def parsed_again(call: Invocation) -> Invocation:
    """The invocation that the grammar finds in the argument list that would run."""
    words = tuple(Token(word, Span(0, 1)) for word in call.argv()[1:])
    return parse(call.grammar, words, " ")


def meaning(call: Invocation) -> tuple[object, ...]:
    """What a call is, without the places of its words and without what the target places."""
    flags = sorted((use.flag.name, use.value) for use in call.flags if use.flag.meaning not in PLACED)
    return (
        call.verb.path,
        () if call.help else tuple(flags),
        () if call.help else tuple(token.text for token in call.operands),
        () if call.help else tuple(token.text for token in call.rest),
        call.help,
    )


def check(understood: Understood) -> None:
    """The argv reads back as the same call, and its words come from the line or the grammar."""
    call = understood.call
    assert meaning(parsed_again(call)) == meaning(call)
    known = {call.tool, *call.verb.path, "--help", "--"}
    known |= {f"--{use.flag.name}={use.value}" for use in call.flags}
    known |= {token.text for token in (*call.operands, *call.rest)}
    assert set(call.argv()) <= known


@pytest.mark.parametrize("row", BENIGN, ids=[row["id"] for row in BENIGN])
def test_everyday_commands(row: dict[str, str]) -> None:
    """Every benign line of the corpus."""
    check(understand(row["command"], row["tool"]))


def test_attacks_that_can_be_read() -> None:
    """Those attack lines whose refusal comes from the judge read back the same, too."""
    count = 0
    for row in ATTACKS:
        try:
            understood = understand(row["command"], row["tool"])
        except CommandError:
            continue
        if not any(demand.effect.word == "never" for demand in understood.call.demands):
            check(understood)
            count += 1
    assert count > 50


_ROWS = st.sampled_from((*BENIGN, *ATTACKS))
_WORDS = st.sampled_from(
    sorted({word for row in (*BENIGN, *ATTACKS) for word in row["command"].split(" ") if word})
)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, str]:
    """A corpus line with words dropped, doubled, swapped or taken from other lines."""
    row = draw(_ROWS)
    words = row["command"].split(" ")
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(words)))
        action = draw(st.sampled_from(("insert", "delete", "replace", "double", "text")))
        if action == "insert":
            words.insert(place, draw(_WORDS))
        elif action == "text":
            words.insert(place, draw(st.text(max_size=6)))
        elif place < len(words) and action == "delete":
            del words[place]
        elif place < len(words):
            words[place] = draw(_WORDS) if action == "replace" else f"{words[place]} {words[place]}"
    return row["tool"], " ".join(words)


@given(mutated())
@settings(max_examples=400, deadline=None)
def test_mutations(given_row: tuple[str, str]) -> None:
    """Any line is refused with our own error, or what runs is what was judged."""
    tool, line = given_row
    try:
        understood = understand(line, tool)
        decision = judge(understood, BUILT_IN["admin"], Target(), safeguards=Safeguards(repositories=()))
    except KubeportError as error:
        assert str(error)
        return
    assert decision.allowed or str(decision.error(understood.source))
    if decision.allowed:
        check(understood)
