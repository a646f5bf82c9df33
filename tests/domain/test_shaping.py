"""Long outputs come in parts: nothing is lost, lines stay whole, logs keep their end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.domain.shaping import BYTES_PER_TOKEN, first_part, fold

LINES = "".join(f"line {number:04d}\n" for number in range(1000))


def test_what_fits_is_left_alone() -> None:
    """No marker, no rest."""
    part = first_part("a\nb\n", 10)
    assert (part.shown, part.rest, part.marker) == ("a\nb\n", "", "")


def test_the_beginning_is_shown_up_to_a_line_end() -> None:
    """The rest begins with a whole line, and the marker says how much it is."""
    part = first_part(LINES, 100)
    assert part.shown == LINES[:400] and part.shown + part.rest == LINES
    assert part.marker == "[960 lines, 9600 bytes left]"


def test_logs_keep_both_ends() -> None:
    """The middle is what is left out, with a marker in its place."""
    part = first_part(LINES, 100, logs=True)
    head, _, tail = part.shown.partition(part.marker + "\n")
    assert head == LINES[:100] and tail == LINES[-300:]
    assert head + part.rest + tail == LINES


def test_a_line_longer_than_the_budget_is_cut_inside() -> None:
    """There is no line end to cut at, and a character is never cut in two."""
    part = first_part("ü" * 1000, 100)
    assert part.shown + part.rest == "ü" * 1000
    assert len(part.shown.encode()) <= 400


@given(st.text(alphabet="ab\nü", max_size=400), st.integers(1, 50), st.booleans())
def test_nothing_is_lost(text: str, tokens: int, logs: bool) -> None:
    """Shown and rest are the text, and what is shown fits the budget."""
    part = first_part(text, tokens, logs=logs)
    shown = part.shown
    if part.rest and logs:
        head, _, tail = shown.partition(part.marker + "\n")
        assert head + part.rest + tail == text
        shown = head + tail
    else:
        assert shown + part.rest == text
    assert len(shown.encode()) <= max(tokens * BYTES_PER_TOKEN, 4)


@given(st.text(alphabet="ab\nü", min_size=1, max_size=2000), st.integers(2, 50))
def test_parts_come_to_an_end(text: str, tokens: int) -> None:
    """Asking for the rest again and again gives the whole text."""
    found, rest = "", text
    while rest:
        part = first_part(rest, tokens)
        assert part.shown
        found, rest = found + part.shown, part.rest
    assert found == text


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("", ""),
        ("a\nb\n", "a\nb\n"),
        ("12:00 GET /a 200\n12:01 GET /a 200\n", "12:00 GET /a 200\n12:01 GET /a 200\n"),
        (
            "t=1 retry\nt=2 retry\nt=3 retry\nt=4 retry\ndone\n",
            "t=1 retry\n[2 more like it]\nt=4 retry\ndone\n",
        ),
        ("x\nx\nx", "x\n[1 more like it]\nx"),
    ],
)
def test_runs_of_alike_lines_are_folded(text: str, folded: str) -> None:
    """Lines that differ in numbers only are alike; first, count and last are kept."""
    assert fold(text) == folded
