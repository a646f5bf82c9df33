"""The one parser of all grammars: as strict as cobra and pflag together, never looser."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.domain.command import Token
from kubeport.domain.effect import Effect
from kubeport.domain.errors import CommandError, Span
from kubeport.domain.reading import read
from kubeport.domain.tools.grammar import Demand, Flag, Grammar, Meaning, Subject, Verb
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.kubectl import KUBECTL
from kubeport.domain.tools.parsing import parse
from kubeport.domain.tools.values import COUNT, TEXT, one_of


def _any(call: Invocation) -> tuple[Subject, ...]:
    return tuple(Subject("thing", word.text) for word in call.operands)


def _careful(call: Invocation) -> tuple[Demand, ...]:
    return (call.demand(Effect.ADMIN, "careful"),) if call.is_true("force") else ()


TOY = Grammar(
    tool="toy",
    versions=("1",),
    verbs=(
        Verb(
            ("get",), operands=_any, checks=(_careful,), aliases=("g",),
            flags=(
                Flag("all", "a"), Flag("force", "f"), Flag("output", "o", value=TEXT),
                Flag("mode", "m", value=one_of("x", "y"), bare="x"), Flag("size", value=COUNT),
                Flag("label", "l", value=TEXT, repeats=True),
                Flag("watch", "w", meaning=Meaning.STREAM, effect=Effect.NEVER, why="endless"),
                Flag("skip", meaning=Meaning.SERVER, effect=Effect.NEVER, strict=True),
                Flag("file", "F", value=COUNT, meaning=Meaning.FILE, effect=Effect.NEVER),
            ),
        ),
        Verb(("group",), group=True),
        Verb(("group", "put"), Effect.WRITE, operands=_any, after_dashes=True, aliases=("p",)),
        Verb(("group", "drop"), Effect.NEVER, why="gone", instead="put"),
    ),
    common=(
        Flag("namespace", "n", value=TEXT, meaning=Meaning.NAMESPACE), Flag("quiet", "q"),
        Flag("output", "x", value=TEXT),
    ),
    early=frozenset({"namespace"}),
)  # fmt: skip


def toy(line: str) -> Invocation:
    """Parse *line* with the small grammar of this file."""
    return parse(TOY, read(line).stages[0].words, line)


@pytest.mark.parametrize(
    ("line", "used"),
    [
        ("get -o json", {"output": "json"}),
        ("get -ojson", {"output": "json"}),
        ("get -o=json", {"output": "json"}),
        ("get --output json", {"output": "json"}),
        ("get --output=json", {"output": "json"}),
        ("get --output=a=b", {"output": "a=b"}),
        ("get -o -f", {"output": "-f"}),
        ("get -afojson", {"all": "true", "force": "true", "output": "json"}),
        ("get -afo json", {"all": "true", "force": "true", "output": "json"}),
        ("get -a=F", {"all": "false"}),
        ("get --all=1", {"all": "true"}),
        ("get --all", {"all": "true"}),
        ("get -m", {"mode": "x"}),
        ("get -m=y", {"mode": "y"}),
        ("get --mode", {"mode": "x"}),
        ("get -n web", {"namespace": "web"}),
        ("-nweb get", {"namespace": "web"}),
        ("g x -q", {"quiet": "true"}),
    ],
)
def test_the_spellings_of_a_flag(line: str, used: dict[str, str]) -> None:
    """Long and short, glued and apart, bundled, with and without a value: as pflag reads them."""
    assert {use.flag.name: use.value for use in toy(line).flags} == used


def test_a_bare_value_never_takes_the_next_word() -> None:
    """A flag with a default for no value leaves the next word to the operands."""
    call = toy("get --mode y --all true")
    assert call.value("mode") == "x"
    assert [word.text for word in call.operands] == ["y", "true"]


def test_a_verbs_own_flag_hides_a_common_one() -> None:
    """The letter of the common flag stays, as in cobra; its name means the verb's own."""
    call = toy("get --output a")
    assert call.use("output") is not None
    assert [use.flag.short for use in call.flags] == ["o"]


@pytest.mark.parametrize(
    "line",
    [
        "get --out=x", "get --OUTPUT=x", "get --no_such", "get --=x", "get -=x", "get -Z",
        "get -aZ", "get -o", "get --output", "get -ao", "get -o x -o y", "get -a -a",
        "get --all --all=false", "get --all=maybe", "get --watch=maybe", "get --watch=", "get -w=",
        "get --size=01", "get --size=-1", "get -m=z", "get -- x", "-a get", "-o get", "--quiet get",
        "nope", "-n web", "group", "group nope", "group -a put", "", "-- get", "group --namespace",
        "help nope", "--help get",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused(line: str) -> None:
    """Unknown, missing, malformed, repeated or misplaced: an error, never a guess."""
    with pytest.raises(CommandError):
        parse(TOY, read(line).stages[0].words if line else (), line)


def test_underscores_have_their_own_hint() -> None:
    """kubectl would read ``_`` as ``-``: the refusal names the spelling that is read here."""
    with pytest.raises(CommandError) as caught:
        toy("get --no_such")
    assert "'-'" in caught.value.hint


def test_a_near_miss_is_named() -> None:
    """A refusal of a verb or flag proposes the nearest one, and points at the word."""
    with pytest.raises(CommandError) as flag:
        toy("get --ouptut=x")
    assert flag.value.hint == "Did you mean --output?"
    assert flag.value.span == Span(4, 14)
    with pytest.raises(CommandError) as verb:
        toy("gett x")
    assert verb.value.hint == "Did you mean get?"


@pytest.mark.parametrize(
    ("line", "effect"),
    [
        ("get", Effect.READ),
        ("get --watch=false", Effect.READ),
        ("get -w", Effect.NEVER),
        ("get -aw", Effect.NEVER),
        ("get --skip=false", Effect.NEVER),
        ("get --file=no-number", Effect.NEVER),
        ("get --force", Effect.ADMIN),
        ("get --force=f", Effect.READ),
        ("group put x", Effect.WRITE),
        ("group p x", Effect.WRITE),
        ("group drop --whatever -x", Effect.NEVER),
        ("group drop --help", Effect.READ),
        ("group --help", Effect.READ),
        ("help", Effect.READ),
        ("help get", Effect.READ),
        ("get --help --watch", Effect.NEVER),
    ],
)
def test_the_greatest_demand_counts(line: str, effect: Effect) -> None:
    """Verb, flags and checks each demand an effect; a switch that is off demands none."""
    assert toy(line).effect is effect


def test_help_runs_nothing_else() -> None:
    """Whatever else is written, a call for help is the verb and ``--help``."""
    call = toy("group put x y -n web --help -- rm")
    assert call.help
    assert call.argv("--context=c") == ("toy", "group", "put", "--help")


def test_words_behind_the_dashes_are_no_flags() -> None:
    """What follows ``--`` is passed on as it is."""
    call = toy("group put x -- sh -n web -- --nope")
    assert call.argv("--namespace=a") == (
        "toy", "group", "put", "--namespace=a", "x", "--", "sh", "-n", "web", "--", "--nope",
    )  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        "-A events delete --all", "--all-namespaces events delete --all",
        "--now events delete --all -A", "-o get delete pod web", "-l get delete pods",
        "-v 2 delete pod web", "--v 2 get pods", "--show-labels=false delete pod web",
        "-Aojson get pods", "--cache-dir get delete ns prod", "--profile-output get delete ns prod",
    ],
)  # fmt: skip
def test_cobras_reading_of_early_flags_is_never_needed(line: str) -> None:
    """cobra lets an unknown flag swallow the next word: only three flags may precede the verb."""
    with pytest.raises(CommandError):
        parse(KUBECTL, read(line).stages[0].words, line)


@pytest.mark.parametrize("line", ["-n get delete pod web", "--namespace get delete pod web"])
def test_the_value_of_an_early_flag_is_no_verb(line: str) -> None:
    """``-n get delete`` deletes, in a namespace of an odd name."""
    call = parse(KUBECTL, read(line).stages[0].words, line)
    assert (call.command, call.value("namespace")) == ("kubectl delete", "get")


_WORDS = st.one_of(
    st.sampled_from([v.path[0] for v in KUBECTL.verbs]),
    st.sampled_from([f"--{f.name}" for v in KUBECTL.verbs for f in v.flags]),
    st.sampled_from([f"-{f.short}" for v in KUBECTL.verbs for f in v.flags if f.short]),
    st.sampled_from(["pods", "secrets", "a/b", "--", "-", "x=y", "x-", "json", "-o", "", "-Aw"]),
    st.text(max_size=6),
)


@given(st.lists(_WORDS, min_size=1, max_size=7))
def test_any_words_are_understood_or_refused(words: list[str]) -> None:
    """No words make the parser fail in another way, and what it rebuilds means the same again."""
    tokens = tuple(Token(word, Span(0, 1)) for word in words)
    try:
        call = parse(KUBECTL, tokens, " ".join(words))
    except CommandError:
        return
    again = tuple(Token(word, Span(0, 1)) for word in call.argv()[1:])
    if not call.verb.group and call.effect is not Effect.NEVER:
        repeated = parse(KUBECTL, again, "")
        assert (repeated.effect, repeated.argv()) == (call.effect, call.argv())
        assert [(s.kind, s.name) for s in repeated.subjects] == [
            (s.kind, s.name) for s in call.subjects
        ]
