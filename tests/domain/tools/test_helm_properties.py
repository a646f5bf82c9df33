"""Properties of the grammar of helm that hold for any words."""

from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from kubeport.domain.command import Token
from kubeport.domain.errors import CommandError, Span
from kubeport.domain.tools.grammar import Flag, Meaning
from kubeport.domain.tools.helm import HELM
from kubeport.domain.tools.invocation import Invocation
from kubeport.domain.tools.parsing import parse

TEXTS = st.sampled_from((
    "web", "bitnami/nginx", "a=b", "{\"a\":1}", "json", "true", "false", "0", "5", "5m", "client",
    "server", "none", "1.2.3", "^1", "prod", "kind-dev", "-", "--", "/etc/passwd", "oci://x/y", "",
    "name=a", "{{.Version}}", "--set", "-A", "help", "list", "watcher", "templates/a.yaml",
)) | st.text(max_size=6)


def _written(flag: Flag) -> st.SearchStrategy[list[str]]:
    long = f"--{flag.name}"
    forms = [
        st.just([long]), TEXTS.map(lambda text: [f"{long}={text}"]),
        TEXTS.map(lambda text: [long, text]),
    ]
    if flag.short:
        forms.append(TEXTS.map(lambda text: [f"-{flag.short}", text]))
        forms.append(TEXTS.map(lambda text: [f"-{flag.short}{text}"]))
    return st.one_of(forms)


@cache
def _tails(place: int) -> st.SearchStrategy[list[list[str]]]:
    """What may stand behind the verb at *place*; made once, since that takes longer than to draw from it."""
    flags = [_written(flag) for flag in HELM.flags_of(HELM.verbs[place]).long.values()]
    flag = st.sampled_from(flags).flatmap(lambda chosen: chosen)
    return st.lists(flag | TEXTS.map(lambda text: [text]), max_size=5)


PLACES = st.sampled_from(range(len(HELM.verbs)))
EARLY = st.sampled_from(([], [], ["-n", "prod"], ["--kube-context=staging"], ["help"]))


@st.composite
def _lines(draw: st.DrawFn) -> list[str]:
    place = draw(PLACES)
    tail = draw(_tails(place))
    return [*draw(EARLY), *HELM.verbs[place].path, *(word for words in tail for word in words)]


def _tokens(words: list[str]) -> tuple[Token, ...]:
    return tuple(Token(word, Span(place, place + 1)) for place, word in enumerate(words))


def _parsed(words: list[str]) -> Invocation | None:
    try:
        return parse(HELM, _tokens(words), " " * len(words))
    except CommandError:
        return None


def _kept(call: Invocation) -> list[tuple[str, str]]:
    """The flags that stay in argv: what chooses the target is placed anew."""
    placed = (Meaning.CONTEXT, Meaning.NAMESPACE)
    return [(use.flag.name, use.value) for use in call.flags if use.flag.meaning not in placed]


def _derives(word: str, words: list[str], call: Invocation) -> bool:
    """Whether *word* of argv stood in *words*, or is a known flag with a value from there."""
    if word in words or word == "--help":
        return True
    name, _, value = word.removeprefix("--").partition("=")
    flag = HELM.flags_of(call.verb).long.get(name)
    return flag is not None and (value in ("true", "false", flag.bare) or any(
        text.endswith(value) for text in words
    ))


@settings(max_examples=600)
@given(_lines())
def test_argv_derives_from_the_input(words: list[str]) -> None:
    """A line is refused, or every word of its argv was in it."""
    call = _parsed(words)
    if call is not None:
        head = ("helm", *call.verb.path)
        assert call.argv()[: len(head)] == head
        assert all(_derives(word, words, call) for word in call.argv()[len(head):])


@settings(max_examples=600)
@given(_lines())
def test_argv_reads_back_as_the_same_call(words: list[str]) -> None:
    """What runs is what was judged: argv parses to the same verb, flags, operands and effect."""
    call = _parsed(words)
    if call is None:
        return
    again = parse(HELM, _tokens(list(call.argv()[1:])), "")
    assert (again.argv(), again.verb, again.help) == (call.argv(), call.verb, call.help)
    if not call.help:
        assert _kept(again) == _kept(call)
        assert again.subjects == call.subjects
        assert again.effect is call.effect


VALUES = {flag.value for verb in HELM.verbs for flag in HELM.flags_of(verb).long.values()}


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No value type fails on any text: it accepts or it does not."""
    assert all(value.accepts(text) in (True, False) for value in VALUES)
