"""A line of text becomes words, or a refusal that points; a shell's expansions never happen."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.domain.errors import CommandError
from kubeport.domain.reading import MAX_BYTES, read, read_words


def words(source: str) -> list[list[str]]:
    """The words of each stage."""
    return [list(stage.texts) for stage in read(source).stages]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("get pods", [["get", "pods"]]),
        ("  get   pods  ", [["get", "pods"]]),
        ("get 'a b' \"c d\"", [["get", "a b", "c d"]]),
        ("get a'b'\"c\"\\ d", [["get", "abc d"]]),
        ("get ''", [["get", ""]]),
        ('get "a\\"b\\\\c\\$d\\n"', [["get", 'a"b\\c$d\\n']]),
        ("get '$HOME `id`'", [["get", "$HOME `id`"]]),
        ("get pods|grep x | wc -l", [["get", "pods"], ["grep", "x"], ["wc", "-l"]]),
        ("get 'a|b' \\| \"|\"", [["get", "a|b", "|", "|"]]),
        ("-o jsonpath={.items[0].metadata.name}", [["-o", "jsonpath={.items[0].metadata.name}"]]),
        ("--template={{.status.phase}}", [["--template={{.status.phase}}"]]),
        ("set image deploy/web *=nginx:1.27", [["set", "image", "deploy/web", "*=nginx:1.27"]]),
        ("-o jsonpath={.items..image}", [["-o", "jsonpath={.items..image}"]]),
        ('grep "Running$"', [["grep", "Running$"]]),
        ("jq '.a\n| .b'", [["jq", ".a\n| .b"]]),
        ("grep 'Überlauf'", [["grep", "Überlauf"]]),
    ],
)
def test_words(source: str, expected: list[list[str]]) -> None:
    """Quotes, escapes and pipes read as in POSIX, without any expansion."""
    assert words(source) == expected


@pytest.mark.parametrize(
    ("source", "pointed"),
    [
        ("get pods; id", ";"),
        ("get pods && id", "&"),
        ("get pods & id", "&"),
        ("get pods > x", ">"),
        ("get pods < x", "<"),
        ("get $(id)", "$"),
        ("get `id`", "`"),
        ('get "$(id)"', "$"),
        ('get "`id`"', "`"),
        ('get "$HOME"', "$"),
        ("get $'\\x73ecret'", "$"),
        ("get (a)", "("),
        ("get pods\nget secrets", "\n"),
        ("get pods\r", "\r"),
        ("get\tpods", "\t"),
        ("get {pods,secrets}", "{"),
        ("get x{pods,secrets}", "x{pods,secrets}"),
        ("get x{1..3}", "x{1..3}"),
        ("get *", "*"),
        ("get ~root", "~"),
        ("get !!", "!"),
        ("# get", "#"),
        ("get [ab]", "["),
        ("get\u00a0pods", "\u00a0"),
        ("get 'a\u200bb'", "\u200b"),
        ("get 'a\u202eb'", "\u202e"),
        ("get 'a\x00b'", "\x00"),
        ("get 'a\rb'", "\r"),
        ("get 'a\x1b[0m'", "\x1b"),
        ("get p\u043eds", "\u043e"),
        ("get 'abc", "'abc"),
        ('get "abc', '"abc'),
        ("get pods |", "|"),
        ("| get pods", "|"),
        ("get pods | | wc", "|"),
        ("get pods \\", "\\"),
        ("get pods \\\nx", "\\\n"),
        ("\\kubectl get pods", "\\k"),
        ("get s\\ecret db", "\\e"),
        ("get pods \\x3bid", "\\x"),
        ("get pods | cut -d\\t", "\\t"),
        ("get a\\1", "\\1"),
    ],
)
def test_refusals_point(source: str, pointed: str) -> None:
    """What a shell would act on is refused, and the error's span is the offending text."""
    with pytest.raises(CommandError) as caught:
        read(source)
    span = caught.value.span
    assert span is not None
    assert source[span.start : span.end] == pointed


def test_the_caret_stands_under_the_token() -> None:
    """The message quotes the source and draws ``~~~^`` under the span."""
    with pytest.raises(CommandError) as caught:
        read("get pods; id")
    assert str(caught.value).splitlines()[1:3] == ["    get pods; id", "            ^"]


@pytest.mark.parametrize("source", ["", "   ", " " * 100])
def test_nothing_to_read(source: str) -> None:
    """An empty line is refused with an example."""
    with pytest.raises(CommandError, match="empty"):
        read(source)


def test_limits() -> None:
    """Eight stages and 32 KiB are the most."""
    assert len(read(" | ".join(["x"] * 8)).stages) == 8
    with pytest.raises(CommandError, match="More than 8 stages"):
        read(" | ".join(["x"] * 9))
    assert read("x" * MAX_BYTES).stages[0].texts == ("x" * MAX_BYTES,)
    with pytest.raises(CommandError, match="longer than"):
        read("x" * (MAX_BYTES + 1))
    with pytest.raises(CommandError, match="longer than"):
        read("'" + "ü" * MAX_BYTES + "'")


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(source: str) -> None:
    """Whatever comes, the answer is words or a CommandError, and every span lies in the source."""
    try:
        pipeline = read(source)
    except CommandError as error:
        assert error.span is None or 0 <= error.span.start < error.span.end <= len(source) + 1
        assert str(error)
        return
    for stage in pipeline.stages:
        for token in stage.words:
            assert 0 <= token.span.start < token.span.end <= len(source)


@given(
    st.lists(st.text(alphabet="ab'\"\\|$ {}*~;\n", min_size=0, max_size=8), min_size=1, max_size=5)
)
def test_quoted_words_come_back(texts: list[str]) -> None:
    """Any words survive POSIX quoting: what shlex quotes, the reader reads back."""
    assert words(" ".join(shlex.quote(text) for text in texts)) == [texts]


@given(st.text(alphabet="ab'\"\\ -=.{}[]", max_size=40))
def test_agrees_with_a_second_reader(source: str) -> None:
    """Where ours accepts a line without pipes, Python's POSIX reader finds the same words."""
    try:
        ours = words(source)
    except CommandError:
        return
    assert ours == [shlex.split(source)]


@given(st.lists(st.text(alphabet="ab/-=.*~{,}'\"\\ |;$\n\u00dc", max_size=8), min_size=1, max_size=6))
def test_words_that_are_split_already_stay_as_they_are(given_words: list[str]) -> None:
    """Nothing in them is a pipe, a quote or an expansion; what is shown of them would be read the same."""
    found = read_words(given_words)
    assert [list(stage.texts) for stage in found.stages] == [given_words]
    assert found.stages == read(found.source).stages


@pytest.mark.parametrize(
    ("given_words", "told"),
    [
        ([], "empty"),
        (["get", "a\x00b"], "not allowed"),
        (["get", "a\rb"], "carriage return"),
        (["get", "\udcff"], "not allowed"),  # what is no UTF-8 on the command line
        (["get", "a" * MAX_BYTES], "longer than"),
    ],
)
def test_words_are_not_free_of_all_rules(given_words: list[str], told: str) -> None:
    """What may stand nowhere in a line may not stand in a word."""
    with pytest.raises(CommandError, match=told):
        read_words(given_words)
