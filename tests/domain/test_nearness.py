"""What a mistyped word may have been meant for."""

import pytest

from kubeport.domain.nearness import did_you_mean


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("gte", ("get", "set", "delete"), "get"),
        ("gerp", ("grep", "egrep", "head"), "grep"),
        ("ded", ("prod", "dev"), "dev"),
        ("timeuot", ("timeout", "min_timeout"), "timeout"),
        ("CLAUDE-desktop", ("claude-desktop", "claude-code"), "claude-desktop"),
        ("DEV", ("Dev",), "Dev"),
    ],
)
def test_the_nearest_is_meant(word: str, known: tuple[str, ...], meant: str) -> None:
    """A slip in a short word, letters that changed places, capital letters."""
    assert did_you_mean(word, known) == f"Did you mean {meant}?"


@pytest.mark.parametrize("word", ["krew", "rm", "xyzzy", ""])
def test_what_is_near_none_is_not_guessed(word: str) -> None:
    """A guess would only mislead."""
    assert did_you_mean(word, ("get", "create", "delete", "logs")) == ""


def test_the_answer_is_spelled_in_full() -> None:
    """With the dashes of a flag."""
    assert did_you_mean("outptu", ("output",), prefix="--") == "Did you mean --output?"
