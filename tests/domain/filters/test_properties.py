"""Whatever the words are: an answer or a CommandError, and no argv that could open a file."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from kubeport.domain.command import Command, Token
from kubeport.domain.errors import CommandError, Span
from kubeport.domain.filters import FILTERS, FilterCall, parse_filter
from kubeport.domain.filters.options import Style
from kubeport.domain.filters.table import PROGRAMS
from kubeport.domain.filters.yq_names import REACHING

OPTIONS = sorted({name for program in PROGRAMS.values() for name in program.index})
FILES = ("/etc/passwd", "-", "x", "../x", "./x", "a/b", "/dev/stdin", "x.yaml")
WORDS = st.one_of(
    st.sampled_from((*OPTIONS, *FILES, "--", "-5", "-f", "-rf", "-o/x", "--out=x", "1", ".", "p")),
    st.tuples(st.sampled_from(OPTIONS), st.text(max_size=4)).map("".join),
    st.text(max_size=12),
)
PIECES = (
    '"', "'", "\\", "/", "[", "]", "(", ")", "{", "}", "#", "\n", " ", ";", ",", ":", "|", "$",
    "@", ".",
    "..", ">", "-", "!", "&", "*", "+", "=", "?", "~", "1", "a", "e", "w", "s", "y", "i", "env",
    "load", "if",
    "end", "def", "print", "while", "system", "getline", "\\(", "\\\n", "s/a/b/", "/a/", "é",
    "\x00", "ψ",
)
SCRIPTS = st.one_of(
    st.text(max_size=60), st.lists(st.sampled_from(PIECES), max_size=20).map("".join)
)
EXPRESSIONS = st.lists(
    st.sampled_from(
        (
            ".a", ".a+", ".a//", ".a-load", " + ", " | ", " #", ".a#", "\n", '"x"', '" load(1) "',
            '": "', '"\\(.a // "x") "', '"\\(.a // "load") "', '"\\(.a // ".b") load(1) "',
            '"\\(.a | join(", ")) load(1) "', "load(1)",
        )
    ),
    min_size=1,
    max_size=5,
).map("".join)
OTHER_YQ = re.compile(
    r'(?s:"(?:[^"\\]|\\.)*")|\.[^ ;}{:\[\],|.()=\n!]+|\$[A-Za-z0-9_-]+|#.*|(?P<bare>[\s\S])'
)
HOLDS_A_SCRIPT = {"sed", "awk", "jq", "yq"}


def judged(*texts: str) -> FilterCall | None:
    """The call that *texts* make, or None where they are refused with a place in the source."""
    words, at = list[Token](), 0
    for text in texts:
        words.append(Token(text, Span(at, at + max(1, len(text)))))
        at += max(1, len(text)) + 1
    source = " ".join(text or "'" for text in texts)
    try:
        return parse_filter(Command(tuple(words), Span(0, at)), source)
    except CommandError as refused:
        assert refused.span is not None
        assert 0 <= refused.span.start < refused.span.end
        assert str(refused)
        return None


@given(st.sampled_from(FILTERS), st.lists(WORDS, max_size=6))
def test_no_word_of_argv_can_name_a_file(name: str, words: list[str]) -> None:
    """Options are known ones with their values; behind them stand only pattern, set or script."""
    call = judged(name, *words)
    if call is None:
        return
    program = PROGRAMS[name]
    rest = list(call.argv[1 + len(program.fixed) :])
    assert call.argv[: 1 + len(program.fixed)] == (call.program, *program.fixed)
    while rest and rest[0].startswith("-") and rest[0] != "--":
        option = program.index[rest[0].partition("=")[0]]
        joined = rest.pop(0).partition("=")[1]
        del rest[: 0 if joined else len(option.values)]
    assert_operands(name, rest)


def assert_operands(name: str, rest: list[str]) -> None:
    """What is left of argv behind the options is no file operand."""
    if name in ("jq", "yq"):
        assert rest
        assert not rest[0].startswith("-")
        assert rest[0].startswith(" ") or name == "jq"
        assert rest[1:2] in ([], ["--args"], ["--jsonargs"])
    elif name in ("grep", "egrep", "fgrep", "sed", "awk"):
        assert len(rest) in ((0, 2) if name not in HOLDS_A_SCRIPT else (2,))
    elif name == "tr":
        assert rest[0] == "--"
        assert len(rest) in (2, 3)
    else:
        assert rest == []


@given(st.sampled_from(sorted(HOLDS_A_SCRIPT)), SCRIPTS)
def test_any_script_is_read_or_refused(name: str, script: str) -> None:
    """Nothing but CommandError leaves the readers, and an accepted script runs as written."""
    call = judged(name, "--", script)
    assert call is None or call.argv[-1] in (script, f" {script}")


@given(EXPRESSIONS)
@settings(max_examples=500)
def test_no_reaching_word_stands_bare_for_the_other_yq(expression: str) -> None:
    """mikefarah's yq ends a string at the next quote; its paths run on over quotes and signs."""
    if judged("yq", "--", expression) is not None:
        bare = "".join(found["bare"] or " " for found in OTHER_YQ.finditer(expression))
        assert not any(word in bare.lower() for word in REACHING), bare


@given(st.lists(st.text(max_size=8), min_size=1, max_size=4))
def test_any_stage_is_read_or_refused(words: list[str]) -> None:
    """Programs that are not listed included."""
    call = judged(*words)
    assert call is None or call.name in FILTERS


@given(st.sampled_from(FILTERS), st.lists(WORDS, max_size=6))
def test_argv_is_judged_like_the_words_it_came_from(name: str, words: list[str]) -> None:
    """Handing argv back in gives the same argv: it says nothing that was not judged."""
    call = judged(name, *words)
    if call is None or PROGRAMS[name].style is Style.COBRA:
        return
    again = judged(name, *call.argv[1 + len(PROGRAMS[name].fixed) :])
    assert again is not None
    assert again.argv == call.argv
