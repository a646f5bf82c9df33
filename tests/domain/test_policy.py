"""A policy gives a call the least that anything about it gets; the first rule that covers decides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.domain.effect import Effect, Level
from kubeport.domain.policy import BUILT_IN, Caller, Facet, Match, Policy, Rule, Scope
from kubeport.domain.tools.grammar import Sensitivity


def facet(**changes: object) -> Facet:
    """A call of ``kubectl get pods web -n shop`` in the context dev, with *changes*."""
    known: dict[str, object] = {
        "command": "kubectl get",
        "context": "dev",
        "namespace": "shop",
        "kind": "pods",
        "name": "web",
    }
    return Facet(**{**known, **changes})  # type: ignore[arg-type]


def rule(**changes: object) -> Rule:
    """A rule that raises to write, with *changes*."""
    known: dict[str, object] = {"name": "r", "reason": "because", "access": Level.WRITE}
    return Rule(**{**known, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "about", "expected"),
    [
        ({}, {}, Match.ALL),
        ({"contexts": ("dev",)}, {}, Match.ALL),
        ({"contexts": ("prod*",)}, {}, Match.NO),
        ({"namespaces": ("shop", "x")}, {}, Match.ALL),
        ({"namespaces": ("sh*",)}, {}, Match.ALL),
        ({"namespaces": ("other",)}, {}, Match.NO),
        ({"namespaces": ("shop",)}, {"namespace": Scope.ALL}, Match.SOME),
        ({"namespaces": ("shop",)}, {"namespace": Scope.CLUSTER}, Match.NO),
        ({"namespaces": ("shop",)}, {"uncertain": True}, Match.SOME),
        ({"namespaces": ("other",)}, {"uncertain": True}, Match.NO),
        ({"namespaces": ("*",)}, {"namespace": Scope.ALL}, Match.ALL),
        ({"kinds": ("pods",)}, {}, Match.ALL),
        ({"kinds": ("secrets",)}, {}, Match.NO),
        ({"kinds": ("pods",)}, {"kind": ""}, Match.SOME),
        ({"names": ("web-*",)}, {"name": "web-1"}, Match.ALL),
        ({"names": ("web-*",)}, {"name": ""}, Match.SOME),
        ({"commands": ("kubectl rollout *",)}, {"command": "kubectl rollout restart"}, Match.ALL),
        ({"commands": ("kubectl rollout *",)}, {}, Match.NO),
        ({"callers": ("ann",)}, {"caller": Caller("ann")}, Match.ALL),
        ({"callers": ("group:ops",)}, {"caller": Caller("ann", ("ops",))}, Match.ALL),
        ({"callers": ("group:ops",)}, {"caller": Caller("ops")}, Match.NO),
    ],
)
def test_what_a_rule_covers(
    changes: dict[str, object], about: dict[str, object], expected: Match
) -> None:
    """Each field covers all, some or none of a call."""
    assert rule(**changes).match(facet(**about)) is expected


def test_the_first_rule_that_covers_all_decides() -> None:
    """Later rules do not matter behind it, whichever way they point."""
    down = rule(name="down", access=Level.NONE, kinds=("pods",))
    up = rule(name="up", access=Level.ADMIN)
    assert Policy("p", rules=(down, up)).access_of(facet()) == (Level.NONE, down)
    assert Policy("p", rules=(up, down)).access_of(facet()) == (Level.ADMIN, up)


def test_a_rule_that_lowers_a_part_lowers_the_whole() -> None:
    """``-A`` reaches into the namespace that is closed."""
    closed = rule(access=Level.NONE, namespaces=("kube-system",))
    policy = Policy("p", access=Level.ADMIN, rules=(closed,))
    assert policy.access_of(facet(namespace=Scope.ALL)) == (Level.NONE, closed)
    assert policy.access_of(facet()) == (Level.ADMIN, None)


def test_a_rule_that_raises_a_part_raises_nothing_else() -> None:
    """The write rights in one namespace do not help ``-A`` or a cluster-wide kind."""
    policy = Policy("p", rules=(rule(namespaces=("shop",)),))
    assert policy.access_of(facet())[0] is Level.WRITE
    assert policy.access_of(facet(namespace=Scope.ALL)) == (Level.READ_ONLY, None)
    assert policy.access_of(facet(namespace=Scope.CLUSTER)) == (Level.READ_ONLY, None)


def test_sensitivity_is_an_axis_of_its_own() -> None:
    """A rule may withhold logs without touching what may be done."""
    quiet = Rule("quiet", "logs hold personal data", sensitive=(), namespaces=("shop",))
    policy = Policy("p", access=Level.WRITE, rules=(quiet,))
    assert policy.access_of(facet()) == (Level.WRITE, None)
    assert policy.withholds(facet(), Sensitivity.LOGS) == (True, quiet)
    assert policy.withholds(facet(namespace="x"), Sensitivity.LOGS) == (False, None)
    assert policy.withholds(facet(namespace=Scope.ALL), Sensitivity.LOGS) == (True, quiet)


@pytest.mark.parametrize(
    ("level", "permitted"),
    [
        (Level.NONE, set[Effect]()),
        (Level.READ_ONLY, {Effect.READ}),
        (Level.WRITE, {Effect.READ, Effect.WRITE}),
        (Level.ADMIN, {Effect.READ, Effect.WRITE, Effect.ADMIN}),
    ],
)
def test_levels(level: Level, permitted: set[Effect]) -> None:
    """Each level permits the effects up to its own, and never is beyond all."""
    assert {effect for effect in Effect if level.permits(effect)} == permitted


def test_built_in_policies() -> None:
    """Three, one for each level, without rules."""
    assert {name: (p.access, p.rules) for name, p in BUILT_IN.items()} == {
        "read-only": (Level.READ_ONLY, ()),
        "write": (Level.WRITE, ()),
        "admin": (Level.ADMIN, ()),
    }


_NAMESPACES = ("a", "b", "kube-system")
_GLOBS = st.lists(st.sampled_from(("*", "a", "b", "kube-*")), min_size=1, max_size=2).map(tuple)
_RULES = st.lists(
    st.tuples(st.sampled_from(list(Level)), _GLOBS).map(
        lambda given: rule(access=given[0], namespaces=given[1])
    ),
    max_size=5,
).map(tuple)


@given(_RULES, st.sampled_from(list(Level)))
def test_all_namespaces_get_no_more_than_each(rules: tuple[Rule, ...], default: Level) -> None:
    """Whatever the rules, a call about every namespace gets at most what each single one gets."""
    policy = Policy("p", access=default, rules=rules)
    order = list(Level)
    everywhere = order.index(policy.access_of(facet(namespace=Scope.ALL))[0])
    for namespace in _NAMESPACES:
        assert everywhere <= order.index(policy.access_of(facet(namespace=namespace))[0])


_PATTERNS = st.lists(
    st.sampled_from(["*", "dev", "d*", "prod", "shop", "pods", "kubectl get"]), min_size=1
).map(tuple)
_ANY_RULE = st.builds(
    Rule,
    name=st.just("r"),
    reason=st.just("because"),
    access=st.none() | st.sampled_from(Level),
    contexts=_PATTERNS,
    namespaces=_PATTERNS,
    commands=_PATTERNS,
    kinds=_PATTERNS,
    names=_PATTERNS,
    callers=st.sampled_from([("*",), ("ann",), ("group:blue",), ("bob",)]),
)


@given(
    st.lists(_ANY_RULE, max_size=4).map(tuple),
    st.sampled_from(Level),
    st.sampled_from(["dev", "prod"]),
    st.sampled_from(["shop", "other", Scope.ALL, Scope.CLUSTER]),
    st.sampled_from(["pods", "secrets", ""]),
)
def test_nothing_gets_more_than_the_most(
    rules: tuple[Rule, ...], default: Level, context: str, namespace: str | Scope, kind: str
) -> None:
    """A context that is hidden is one in which every call would be refused."""
    ann, policy = Caller("ann", ("blue",)), Policy("p", default, rules=rules)
    one = facet(context=context, namespace=namespace, kind=kind, caller=ann)
    assert policy.access_of(one)[0].rank <= policy.most(ann, context).rank <= policy.most(ann).rank


@pytest.mark.parametrize("granted", Level)
def test_the_most_is_never_more_than_the_credential(granted: Level) -> None:
    """Whatever the policy gives."""
    assert Policy("p", Level.ADMIN).most(Caller("ann", granted=granted)) is granted
