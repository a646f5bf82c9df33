"""What our tables say of a command, and which commands a word may have been meant for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.domain.documentation import sections, trimmed
from kubeport.domain.errors import TOOLS
from kubeport.domain.tools import grammar_of
from kubeport.domain.tools.documenting import described, find, nearest, standing
from kubeport.domain.tools.grammar import Verb


def verb(tool: str, words: str) -> Verb:
    """The verb that *words* name, all of them."""
    found = find(grammar_of(tool), tuple(words.split()))
    assert not found.rest
    return found.verb


def test_every_command_is_described() -> None:
    """Each text says how the command is used, and names each flag that is not always refused."""
    for tool in TOOLS:
        grammar = grammar_of(tool)
        for one in (Verb((), group=True), *grammar.verbs):
            text = described(grammar, one)
            assert f"  {' '.join((tool, *one.path))} " in trimmed(text, "usage")
            allowed = [flag.name for flag in one.flags if flag.effect < 3]
            assert all(f"--{name}" in trimmed(text, "flags") for name in allowed)
            below = grammar.children(one.path)
            assert not below or all(f"  {word} " in trimmed(text, "commands") for word in below)


def test_the_text_of_a_command() -> None:
    """Cobra's layout, with the types of values."""
    text = described(grammar_of("istioctl"), verb("istioctl", "waypoint apply"))
    assert [part.name for part in sections(text)] == ["about", "usage", "flags", "global"]
    assert "--waypoint-timeout  a duration above 0 such as 30s" in text
    assert "--for               one of service, workload, all, none" in text


@pytest.mark.parametrize(
    ("tool", "words", "told"),
    [
        ("kubectl", "get", "Refused here: --filename, --kustomize, --recursive, --watch, --watch-only"),
        ("kubectl", "scale", "It needs the level write. Level admin: --all. Refused here: --filename"),
        ("kubectl", "drain", "It needs the level admin."),
        ("kubectl", "edit", "Kubeport never runs it."),
        ("istioctl", "proxy-config log", "Level admin: --level, --reset."),
        ("kubectl", "api-versions", ""),
    ],
)
def test_levels_are_told(tool: str, words: str, told: str) -> None:
    """The level a command needs, that of its flags, and what is refused at every level."""
    assert standing(verb(tool, words)).startswith(told)
    assert bool(standing(verb(tool, words))) == bool(told)


@pytest.mark.parametrize(
    ("tool", "words", "found"),
    [
        ("kubectl", "restart", "rollout restart"),
        ("kubectl", "rolout status", "rollout status"),
        ("kubectl", "rollout statsu", "rollout status"),
        ("kubectl", "node", "top node"),
        ("helm", "upgrad", "upgrade"),
        ("argocd", "sync", "app sync"),
        ("istioctl", "proxy-stats", "proxy-status"),
    ],
)
def test_the_nearest_comes_first(tool: str, words: str, found: str) -> None:
    """A command that ends so, one that is written nearly so, or one whose last word is."""
    assert nearest(grammar_of(tool), tuple(words.split()))[0] == found


@given(st.sampled_from(TOOLS), st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=4))
def test_any_words_are_found_or_left(tool: str, words: list[str]) -> None:
    """What is named and what is left over are the words; suggestions are commands, three at most."""
    grammar = grammar_of(tool)
    found = find(grammar, tuple(words))
    assert len(found.verb.path) + len(found.rest) == len(words)
    near = nearest(grammar, tuple(words))
    assert len(near) <= 3 and all(grammar.verb(tuple(name.split())) for name in near)
