"""What every row of the tables of istioctl and argocd has to keep."""

import pytest

from kubeport.domain.effect import Effect
from kubeport.domain.tools import grammar_of
from kubeport.domain.tools.grammar import Grammar

TOOLS = pytest.mark.parametrize(
    "grammar", [grammar_of("istioctl"), grammar_of("argocd")], ids=["istioctl", "argocd"]
)


@TOOLS
def test_paths_and_aliases_are_unique(grammar: Grammar) -> None:
    """No two commands with the same parent answer to the same word."""
    names = [(*v.path[:-1], name) for v in grammar.verbs for name in (v.path[-1], *v.aliases)]
    assert len(set(names)) == len(names)


@TOOLS
def test_flags_of_a_verb_are_unique(grammar: Grammar) -> None:
    """No flag or letter of a verb hides another one, common flags included."""
    for verb in grammar.verbs:
        flags = (*grammar.common, *verb.flags)
        letters = [flag.short for flag in flags if flag.short]
        assert len({flag.name for flag in flags}) == len(flags), verb.words
        assert len(set(letters)) == len(letters), verb.words


@TOOLS
def test_every_verb_explains_itself(grammar: Grammar) -> None:
    """A verb that is never run has a reason, every other one a summary, every parent an entry."""
    for verb in grammar.verbs:
        assert verb.why if verb.effect is Effect.NEVER else verb.summary, verb.words
        assert len(verb.path) == 1 or grammar.verb(verb.path[:-1]), verb.words


@TOOLS
def test_every_flag_above_reading_says_why(grammar: Grammar) -> None:
    """A flag that raises the level of a call is quoted in the refusal, so it has a reason."""
    raising = [f for v in grammar.verbs for f in (*grammar.common, *v.flags) if f.effect]
    assert raising
    assert all(flag.why for flag in raising)


@TOOLS
def test_early_flags_are_common_ones(grammar: Grammar) -> None:
    """What may stand before the verb is known to every verb."""
    assert grammar.early <= {flag.name for flag in grammar.common}
