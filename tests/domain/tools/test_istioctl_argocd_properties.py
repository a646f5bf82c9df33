"""Properties of the grammars of istioctl and argocd that hold for any words."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeport.domain.command import Token
from kubeport.domain.effect import Effect
from kubeport.domain.errors import CommandError, Span
from kubeport.domain.tools.argocd import ARGOCD
from kubeport.domain.tools.grammar import Flag, Meaning
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.istioctl import ISTIOCTL
from kubeport.domain.tools.parsing import parse

GRAMMARS = {"istioctl": ISTIOCTL, "argocd": ARGOCD}
POOL = (
    "web", "web.prod", "deploy/web", "argocd/web", "a=b", "{}", "json", "short", "true", "false",
    "0", "1", "60", "5m", "prod", "dev", "*", "-", "--", "/etc/passwd", "https://g.io/x", "",
    "apps:Deployment:x", "profile=demo", "hub=evil/x", "http:debug", "Pod", "--output", "-y",
    "oci://x/y", "help", "list", "allow", "D56C", "applications", "default", "Secret", "yaml",
    "automated", "merge", "hook", "server", "2023-10-10T15:30:00Z", "Warning", "1.20", "strict",
)
TEXTS = st.sampled_from(POOL) | st.text(max_size=6)


def _written(flag: Flag) -> st.SearchStrategy[list[str]]:
    """One of the spellings of a flag that pflag knows, mostly with a value that it takes."""
    fitting = [text for text in POOL if flag.value.accepts(text)]
    usual = st.sampled_from(fitting or POOL)
    values = st.sampled_from((usual, usual, usual, TEXTS)).flatmap(lambda chosen: chosen)
    forms = [
        values.map(lambda text: [f"--{flag.name}={text}"]),
        values.map(lambda text: [f"--{flag.name}", text]),
        st.just([f"--{flag.name}"]),
    ]
    if flag.short:
        forms.append(values.map(lambda text: [f"-{flag.short}", text]))
        forms.append(values.map(lambda text: [f"-{flag.short}{text}"]))
    return st.one_of(forms)


NAMES: tuple[list[str], ...] = (
    [], ["web"], ["web"], ["web"], ["web", "prod"], ["web", "https://g.io/x"], ["web", "1"],
    ["dev", "https://g.io/x", "*"], ["get", "logs", "*"], ["https://g.io/x"],
)
EARLY = {"istioctl": (["--context=dev"], ["-n", "prod"], ["help"]), "argocd": (["help"],)}
NEEDED = {"yes": "true", "skip-confirmation": "true", "timeout": "60", "kind": "Pod", "patch": "{}"}


VERBS = {tool: grammar.verbs for tool, grammar in GRAMMARS.items()}


@cache
def _flags(tool: str, place: int, refused: bool) -> tuple[set[str], st.SearchStrategy[list[list[str]]]]:
    """The names of the flags of the verb at *place*, and what may be written of them; made once."""
    all_known = GRAMMARS[tool].flags_of(VERBS[tool][place]).long.values()
    known = [flag for flag in all_known if flag.effect < Effect.NEVER or refused]
    one = st.sampled_from([_written(flag) for flag in known]).flatmap(lambda chosen: chosen)
    return {flag.name for flag in known}, st.lists(one, max_size=2)


@st.composite
def _lines(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A tool and words behind its name: a verb, its flags in any spelling, and other words."""
    tool = draw(st.sampled_from(sorted(GRAMMARS)))
    refused = draw(st.integers(0, 9)) == 9
    places = [n for n, v in enumerate(VERBS[tool]) if (v.effect is Effect.NEVER) is refused and not v.group]
    place = places[draw(st.integers(0, len(places) - 1))]
    verb, (known, tails) = VERBS[tool][place], _flags(tool, place, refused)
    names = draw(st.sampled_from(NAMES))
    tail = draw(tails)
    noise = draw(st.sampled_from(([], [], [], ["x"]))) and draw(st.lists(TEXTS, max_size=2))
    early = draw(st.sampled_from(([], [], [], [], [], *EARLY[tool])))
    last = draw(st.sampled_from((verb.path[-1], verb.path[-1], *verb.aliases)))
    asked = known & set(NEEDED) if draw(st.integers(0, 3)) else set[str]()
    needed = [f"--{name}={NEEDED[name]}" for name in sorted(asked)]
    written = [word for part in tail for word in part]
    return tool, [*early, *verb.path[:-1], last, *names, *written, *noise, *needed]


def _parsed(tool: str, words: list[str]) -> Invocation | None:
    tokens = tuple(Token(word, Span(place, place + 1)) for place, word in enumerate(words))
    try:
        return parse(GRAMMARS[tool], tokens, " " * len(words))
    except CommandError:
        return None


def _kept(call: Invocation) -> list[tuple[str, str]]:
    """The flags that stay in argv: what chooses the target is placed anew, help stands alone."""
    placed = (Meaning.CONTEXT, Meaning.NAMESPACE)
    uses = () if call.help else call.flags
    return [(use.flag.name, use.value) for use in uses if use.flag.meaning not in placed]


def _essence(call: Invocation) -> tuple[object, ...]:
    operands = () if call.help else tuple(token.text for token in call.operands)
    dashes = call.dashes and not call.help
    return (call.command, call.help, _kept(call), operands, call.subjects, dashes)


@settings(max_examples=800, deadline=None)
@given(_lines())
def test_argv_means_what_was_judged(line: tuple[str, list[str]]) -> None:
    """Words are refused, or their argv is read as the very same call with the same effect."""
    call = _parsed(*line)
    if call is None:
        return
    again = _parsed(call.tool, list(call.argv()[1:]))
    assert again is not None
    assert _essence(again) == _essence(call)
    assert again.effect is (Effect.READ if call.help else call.effect)


@settings(max_examples=400, deadline=None)
@given(_lines())
def test_nothing_dangerous_is_ever_allowed(line: tuple[str, list[str]]) -> None:
    """A call that some level allows carries no flag that is never allowed, in any spelling."""
    call = _parsed(*line)
    if call is None or call.effect is Effect.NEVER:
        return
    assert all(use.flag.effect < Effect.NEVER or use.value == "false" for use in call.flags)
    behind = call.argv()[1 + len(call.verb.path) :]
    if call.help:
        assert behind == ("--help",)
        return
    assert call.verb.effect <= call.effect
    assert not [word for word in behind if word.startswith("-") and "=" not in word]
    assert not [token.text for token in call.operands if token.text.startswith("-")]


@pytest.mark.parametrize("tool", sorted(GRAMMARS))
@settings(max_examples=200, deadline=None)
@given(words=st.lists(TEXTS, max_size=6))
def test_any_words_are_read_or_refused(tool: str, words: list[str]) -> None:
    """No list of words makes the parser fail in any other way than with its own error."""
    call = _parsed(tool, words)
    assert call is None or call.tool == tool
