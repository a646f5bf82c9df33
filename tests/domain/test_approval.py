"""The third axis of a policy, and what a person is shown: nothing in it can be forged or hidden."""

from pathlib import Path

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.adapters.cli.policies import as_toml
from kubeport.adapters.config import read_policy
from kubeport.domain.approval import Question, digest_of, visible
from kubeport.domain.context import Target
from kubeport.domain.effect import Approval, Effect, Level
from kubeport.domain.errors import ApprovalRequired, CommandError
from kubeport.domain.judging import Decision, judge
from kubeport.domain.manifest import ManifestObject
from kubeport.domain.policy import BUILT_IN, Caller, Policy, Rule
from kubeport.domain.policy_lint import lint
from kubeport.domain.safeguards import Safeguards
from kubeport.domain.understanding import understand

PROD = Rule("production", "changes need a yes", approval=Approval.CHANGES, contexts=("prod-*",))
ADMIN = Policy("team", access=Level.ADMIN, rules=(PROD,))


def decide(
    command: str, policy: Policy, target: Target = Target("prod-eu", "shop"), *manifest: ManifestObject
) -> Decision:
    """The decision on *command* at *target*."""
    return judge(understand(command), policy, target, Caller(), Safeguards(), manifest)


@pytest.mark.parametrize(
    ("approval", "asked"),
    [
        (Approval.NONE, []),
        (Approval.ADMIN, [Effect.ADMIN]),
        (Approval.CHANGES, [Effect.WRITE, Effect.ADMIN]),
        (Approval.ALL, [Effect.READ, Effect.WRITE, Effect.ADMIN]),
    ],
)
def test_what_each_word_asks_about(approval: Approval, asked: list[Effect]) -> None:
    """Each word asks about all that the ones before it ask about; reads only with ``all``."""
    assert [effect for effect in Effect if effect is not Effect.NEVER and approval.asks(effect)] == asked
    assert approval.rank == len(asked)


def test_a_change_in_production_needs_a_yes_and_a_read_does_not() -> None:
    """The decision says what asks and why, and is not allowed for anybody who looks no further."""
    found = decide("kubectl scale deploy/web --replicas=0", ADMIN)
    assert (found.allowed, found.refused, found.approval) == (False, False, "team/production")
    error = found.error("")
    assert isinstance(error, ApprovalRequired) and error.code == "APPROVAL_REQUIRED"
    assert "changes need a yes" in error.message
    assert decide("kubectl get pods", ADMIN).allowed
    assert decide("kubectl scale deploy/web --replicas=0", ADMIN, Target("dev", "shop")).allowed


def test_a_refusal_stays_a_refusal() -> None:
    """What the policy does not allow is not asked about, nor is what no policy allows."""
    reading = Policy("team", access=Level.READ_ONLY, approval=Approval.ALL)
    for command in ("kubectl scale deploy/web --replicas=0", "kubectl proxy"):
        assert decide(command, reading).refused, command
    assert decide("kubectl proxy", ADMIN).refused


def test_all_asks_about_reads_too_but_not_about_documentation() -> None:
    """A tool's own help tells nothing of a cluster."""
    policy = Policy("team", approval=Approval.ALL)
    assert decide("kubectl get pods", policy).approval == "team"
    assert decide("kubectl get --help", policy).allowed


def test_one_facet_that_needs_an_approval_is_enough() -> None:
    """All namespaces hold the one that is asked about, and so does one object of a manifest."""
    rule = Rule("shop", "r", approval=Approval.CHANGES, namespaces=("shop",))
    policy = Policy("team", access=Level.ADMIN, rules=(rule,))
    everywhere = decide("kubectl label pods -l a=b -A x=y", policy, Target("dev", "", all_namespaces=True))
    assert everywhere.approval == "team/shop"
    inside = ManifestObject("ConfigMap", "a", "web", "v1"), ManifestObject("ConfigMap", "b", "shop", "v1")
    for objects, approval in ((inside, "team/shop"), (inside[:1], "")):
        assert decide("kubectl apply -f -", policy, Target("dev", "web"), *objects).approval == approval


def test_an_exception_for_a_part_does_not_lift_it_from_the_whole() -> None:
    """A rule that asks nothing about one name leaves the other names to the next rule."""
    free = Rule("web", "r", approval=Approval.NONE, kinds=("deployments",), names=("web",))
    policy = Policy("team", access=Level.ADMIN, rules=(free, PROD))
    assert decide("kubectl rollout restart deploy/web", policy).allowed
    assert decide("kubectl rollout restart deploy/cart", policy).approval
    assert decide("kubectl rollout restart deploy -l a=b", policy).approval


@given(
    st.lists(st.tuples(st.sampled_from(Approval), st.sampled_from(["web", "cart", "*"])), max_size=4),
    st.sampled_from(Approval),
)
def test_a_whole_needs_what_any_of_its_parts_needs(
    rows: list[tuple[Approval, str]], default: Approval
) -> None:
    """Whatever the rules: with no name given, at least what the strictest name gets."""
    rules = tuple(Rule(f"r{at}", "r", approval=one, names=(name,)) for at, (one, name) in enumerate(rows))
    policy = Policy("team", access=Level.ADMIN, approval=default, rules=rules)
    whole = decide("kubectl delete pods -l a=b", policy)
    for name in ("web", "cart", "other"):
        if decide(f"kubectl delete pod {name}", policy).approval:
            assert whole.approval


def test_the_built_in_policies_ask_nobody() -> None:
    """Approvals are the operator's choice."""
    assert all(policy.approval is Approval.NONE for policy in BUILT_IN.values())


TEXT = """
access = "write"
approval = "admin"
[[rules]]
name = "production"
reason = "changes in production need a yes"
approval = "changes"
contexts = ["prod-*"]
"""


def test_a_policy_file_speaks_of_it_and_is_printed_again(tmp_path: Path) -> None:
    """A default and rules, which may speak of nothing else; what is printed reads back."""
    file = tmp_path / "team.toml"
    file.write_text(TEXT)
    policy = read_policy(file)
    assert policy.approval is Approval.ADMIN and policy.rules[0].approval is Approval.CHANGES
    file.write_text(as_toml(policy))
    assert read_policy(file) == policy
    assert lint(policy) == ()


@pytest.mark.parametrize("value", ["true", "'yes'", "['changes']", "1", "''"])
def test_a_wrong_value_is_refused(tmp_path: Path, value: str) -> None:
    """The message says which words there are."""
    file = tmp_path / "team.toml"
    for text in (f"approval = {value}", f"[[rules]]\nname='a'\nreason='b'\napproval = {value}"):
        file.write_text(text)
        with pytest.raises(CommandError, match="approval: expected one of none, admin, changes, all"):
            read_policy(file)


def test_lint_finds_a_rule_whose_question_is_never_asked() -> None:
    """An earlier rule that speaks on the same axis covers it; one on another axis does not."""
    later = Rule("later", "r", approval=Approval.ALL, contexts=("prod-eu",))
    found = lint(Policy("team", rules=(PROD, later)))
    assert len(found) == 1 and "production comes before it" in found[0]
    other = Rule("other", "r", access=Level.NONE)
    assert lint(Policy("team", rules=(other, later))) == ()


def question(*words: str, objects: tuple[str, ...] = (), target: Target = Target("prod", "shop")) -> Question:
    """A question about the command *words*."""
    argv = (words,)
    digest = digest_of(Caller(), target, argv, None)
    return Question(argv, target, Effect.WRITE, "team/prod", "because", objects, Caller(), digest)


def test_what_a_person_sees() -> None:
    """Command, place, effect, who asks and what it is about, between two sentences of ours."""
    shown = question("kubectl", "scale", "deploy/web", objects=("deployments/web", "Service shop/web")).text
    assert shown.splitlines()[2:-2] == [
        "    command    kubectl scale deploy/web",
        "    context    prod",
        "    namespace  shop",
        "    effect     write",
        "    asked by   team/prod: because",
        "    objects    deployments/web",
        "               Service shop/web",
    ]


def test_by_hand_a_person_acts_in_their_own_name() -> None:
    """The flags that impersonate are left out; what a program in a Pod is told stays."""
    flags = ("--as=ann", "--as-group=dev", "--context=a")
    assert question("kubectl", "exec", *flags, "web", "--", "run", "--as=x").by_hand == (
        "kubectl exec --context=a web -- run --as=x"
    )
    assert question("helm", "list", "--kube-as-user=ann", "--kube-as-group=dev").by_hand == "helm list"


FORGERIES = [
    "x\n\n    context    dev",
    "x\r    context    dev",
    "x\u2028context dev",
    "x\x1b[2K\x1b[1Acontext dev",
    "x\u202ednal",
    "p\u0440od",
    "x" + " " * 60 + "context    dev",
    "x\u00a0\u00a0\u00a0context",
    "a\u200bb",
    "\x00",
    "\ud800",
    "z\u0336a\u0336",
]


@pytest.mark.parametrize("attack", FORGERIES)
@pytest.mark.parametrize("place", ["word", "object", "context", "namespace"])
def test_nothing_can_pose_as_a_line_of_ours(attack: str, place: str) -> None:
    """Lines, control characters, directions, look-alikes and gaps of others are escaped everywhere."""
    one = question(
        "kubectl",
        attack if place == "word" else "x",
        objects=(attack if place == "object" else "y",),
        target=Target(attack if place == "context" else "c", attack if place == "namespace" else "n"),
    ).text
    rows = one.split("\n")[2:-2]
    labels = [row[4:15].strip() for row in rows]
    assert [label for label in labels if label] == LABELS
    assert all(" " <= character <= "~" for row in rows for character in row)
    assert all("  " not in row[15:] for row in rows)
    assert "\\u" in one


LABELS = ["command", "context", "namespace", "effect", "asked by", "objects"]


@given(st.lists(st.text(max_size=200), min_size=1, max_size=5), st.lists(st.text(max_size=60), max_size=5))
def test_whatever_the_words_are(words: list[str], objects: list[str]) -> None:
    """Every line is ours: a label that we have, or a continuation in the column of values."""
    try:
        shown = question("kubectl", *words, objects=tuple(objects)).text
    except ApprovalRequired as error:
        assert error.reason == "too_long"
        return
    rows = shown.split("\n")[2:-2]
    assert all(row[:4] == "    " and row[4:15].strip() in {"", *LABELS} for row in rows)
    assert all(len(row) <= 15 + 72 and row.isascii() and row.isprintable() for row in rows)
    assert [row for row in rows if row.startswith("    context ")] == ["    context    prod"]


def test_markdown_stays_a_text() -> None:
    """Each line of others is indented by four blanks behind an empty line: a code block."""
    shown = question("kubectl", "**ok** [x](http://evil) `a` <img src=x>\n# Title").text.split("\n")
    assert shown[1] == "" and shown[-2] == ""
    assert all(line.startswith("    ") for line in shown[2:-2])


def test_what_cannot_be_shown_whole_is_not_asked() -> None:
    """A long command, a long name, or the fifty-first object: nobody approves what was cut off."""
    many = tuple(f"ConfigMap shop/c{number}" for number in range(51))
    for one in (
        question("kubectl", "x" * 3000),
        question("kubectl", objects=("x" * 500,)),
        question("kubectl", objects=many),
        question("kubectl", "\u0440" * 500),
    ):
        with pytest.raises(ApprovalRequired, match=r"too long|more than 50") as caught:
            _ = one.text
        assert caught.value.reason == "too_long"
    assert all(name in question("kubectl", objects=many[:50]).text for name in many[:50])


def about(content: str) -> list[str]:
    """The rows of the form about a manifest with this *content*."""
    one = attrs.evolve(question("kubectl", "apply", "-f", "-"), manifest="0" * 64, content=content)
    return one.text.split("\n")[2:-2]


def test_a_manifest_is_shown_with_its_indentation() -> None:
    """Each line behind a bar, so that none passes for one of ours."""
    rows = about("kind: Pod\nspec:\n  image: a/b:c\n")
    assert rows[-3:] == [
        "    content    | kind: Pod",
        "               | spec:",
        "               |   image: a/b:c",
    ]


@pytest.mark.parametrize("attack", [*FORGERIES, "    context    dev", "\n\n    context    dev", "x" * 500])
def test_a_manifest_cannot_forge_the_form(attack: str) -> None:
    """Whatever stands in it: one bar to a line, no line of ours twice."""
    rows = about(f"kind: Pod\n{attack}\n# end")
    at = next(place for place, row in enumerate(rows) if row.startswith("    content    | "))
    assert all(row.startswith("               | ") for row in rows[at + 1 :])
    assert all(row.isascii() and row.isprintable() and len(row) <= 15 + 72 for row in rows)
    assert [row for row in rows if row.startswith("    context ")] == ["    context    prod"]


@given(st.text(max_size=100))
def test_any_manifest_at_all(content: str) -> None:
    """Nothing of it is outside its bars."""
    rows = about(content)
    first = len(about(""))
    assert [row[15:17] for row in rows[first:]] == ["| "] * (len(rows) - first)


def test_a_long_manifest_is_told_by_its_digest() -> None:
    """The form says that its lines are approved unseen; it is not cut off in silence."""
    rows = about("a: b\n" * 121)
    assert "(121 lines, too long to be shown" in rows[-1] and "0" * 64 in "".join(rows)
    assert about("a: b\n" * 120)[-1].endswith("| a: b")


@given(st.text())
def test_visible_is_one_line_of_ascii(text: str) -> None:
    """Two texts that look the same are the same, but for escapes that somebody spelled out."""
    shown = visible(text)
    assert shown.isascii() and (not shown or shown.isprintable()) and "  " not in shown
    if text.isascii() and text.isprintable() and "  " not in text:
        assert shown == text


WORDS = st.lists(st.text(max_size=5), min_size=1, max_size=3).map(tuple)


@given(WORDS, WORDS, st.text(max_size=3), st.none() | st.text(max_size=3))
def test_a_digest_is_of_one_call_only(
    one: tuple[str, ...], other: tuple[str, ...], name: str, text: str | None
) -> None:
    """Any difference in caller, target, words, their borders or the manifest is another digest."""
    whole = digest_of(Caller(name), Target(name), (one, other), text)
    assert whole == digest_of(Caller(name, ("group",)), Target(name), (one, other), text)
    others = [
        digest_of(Caller(name + "x"), Target(name), (one, other), text),
        digest_of(Caller(name), Target(name + "x"), (one, other), text),
        digest_of(Caller(name), Target(name, "n"), (one, other), text),
        digest_of(Caller(name), Target(name), ((*one, *other),), text),
        digest_of(Caller(name), Target(name), (one, (*other, "")), text),
        digest_of(Caller(name), Target(name), (one, other), (text or "") + "x"),
        digest_of(Caller(name), Target(name), (one, other), text, "/home/ann/config"),
        digest_of(Caller(name), Target(name), (one, other), text, "", True),
    ]
    assert whole not in others
