"""A stage becomes argv that names no file, or is refused with a pointer at the word."""

import pytest

from kubeport.domain.command import Command
from kubeport.domain.errors import CommandError, Span
from kubeport.domain.filters import FILTERS, FilterCall, parse_filter
from kubeport.domain.filters.table import PROGRAMS
from kubeport.domain.reading import read


def judged(stage: str) -> FilterCall:
    """What *stage* becomes behind a first stage."""
    line = read(f"kubectl get pods | {stage}")
    return parse_filter(line.stages[1], line.source)


def test_a_call_keeps_the_name_as_written_and_tells_the_binary() -> None:
    """awk runs as gawk; the span is the stage's."""
    call = judged("awk -F: '{print $1}'")
    assert call == FilterCall(
        "awk", "gawk", ("gawk", "--sandbox", "-F", ":", "--", "{print $1}"), Span(19, 39)
    )


def test_every_documented_filter_has_a_table() -> None:
    """The tuple that settings and documents use is the tables' own."""
    assert tuple(PROGRAMS) == FILTERS


CANONICAL = [
    ("grep Running", "grep -- Running"),
    ("grep -vE 'a|b'", "grep -v -E -- a|b"),
    ("grep -ie --token", "grep -i -e --token"),
    ("grep x -A3", "grep -A 3 -- x"),
    ("grep -5 x", "grep -C 5 -- x"),
    ("grep --color x", "grep --color=auto -- x"),
    ("grep --regexp=a --regexp b", "grep -e a -e b"),
    ("grep -- -x", "grep -- -x"),
    ("grep -", "grep -- -"),
    ("egrep -i x", "grep -E -i -- x"),
    ("fgrep x", "grep -F -- x"),
    ("head", "head"),
    ("head -20", "head -n 20"),
    ("head -n-5", "head -n -5"),
    ("head -c 2K", "head -c 2K"),
    ("tail --lines +2", "tail -n +2"),
    ("tail -zn 3", "tail -z -n 3"),
    ("sort -t: -k2,2nr -k1", "sort -t : -k 2,2nr -k 1"),
    ("sort --key 3 --numeric-sort -n", "sort -k 3 -n"),
    ("sort --check", "sort --check=diagnose-first"),
    ("uniq -dc --skip-fields=1", "uniq -d -c -f 1"),
    ("uniq --group", "uniq --group=separate"),
    ("wc --lines", "wc -l"),
    ("cut -d\\| -f2-", "cut -d | -f 2-"),
    ("cut -c1-3,7- --complement", "cut -c 1-3,7- --complement"),
    ("tr -s ' ' -", "tr -s --   -"),
    ("tr -cd '[:print:]'", "tr -c -d -- [:print:]"),
    ("column -ts, -N A,B", "column -t -s , -N A,B"),
    ("base64 --decode --wrap=0", "base64 -d -w 0"),
    ("sed -rn 2p", "sed --sandbox -E -n -- 2p"),
    ("sed --sandbox p", "sed --sandbox -- p"),
    ("awk -v n=1 -vm=2 NR==n", "gawk --sandbox -v n=1 -v m=2 -- NR==n"),
    ("jq", "jq ."),
    ("jq .a -rc --indent 1", "jq -r -c --indent 1 .a"),
    ("jq --arg a b --argjson c 1 -n '$a'", "jq --arg a b --argjson c 1 -n $a"),
    ("jq -- -1", "jq  -1"),
    ("jq --args '$ARGS' x -r -- -y", "jq -r $ARGS --args -- x -y"),
    ("yq", "yq  ."),
    ("yq e .a -oj -I=2 -P", "yq --output-format=j --indent=2 -P  .a"),
    ("yq -y .a", "yq --yaml-output  .a"),
]


@pytest.mark.parametrize(("stage", "argv"), CANONICAL, ids=[stage for stage, _ in CANONICAL])
def test_argv_is_written_anew(stage: str, argv: str) -> None:
    """Options first, one spelling each, and ``--`` before what is left."""
    assert " ".join(judged(stage).argv) == argv


REFUSED = [
    "cat", "tee", "xargs rm", "sh -c id", "perl -e 1", "Jq .", "/usr/bin/jq .", "./jq .", "'jq' .",
    "gawk 1", "mawk 1", "gojq .", "xq .", "kubectl get pods",
    "grep", "grep x /etc/passwd", "grep -e x y", "grep -f p", "grep -vFf p", "grep -r x",
    "grep -R x",
    "grep --file=p", "grep --fil=p", "grep --include=x y", "grep -m x y", "grep -m -1 x",
    "grep --exclude-from=p x", "grep --directories=recurse x", "grep -A 99999999 x",
    "head f", "head -", "head -n 5 - f", "head -n x", "head -c 1G", "head -c 17M", "head --lin=5",
    "head -n 1 -n 2", "head -5c 3", "head --lines", "head --quiet=1",
    "tail -f", "tail -F", "tail -fn0", "tail --follow=name x", "tail --retry", "tail --pid=1",
    "tail -s 1", "tail +2", "tail -5f", "tail -- f",
    "sort -o x", "sort -ox", "sort --output=x", "sort --o x", "sort f", "sort -m", "sort -R",
    "sort -S 1G",
    "sort -T /", "sort --files0-from=-", "sort --compress-program=sh", "sort +1", "sort -k x",
    "sort -k 1R", "sort -t ab", "sort --sort=random", "sort --parallel=9", "sort --random-source=f",
    "uniq f", "uniq - f", "uniq -f x", "uniq -1",
    "wc f", "wc -", "wc --files0-from=-", "wc --files0-from -",
    "cut -f x", "cut -f 1 f", "cut -d ab -f 1", "cut -f1 -", "cut", "cut -d: -s", "cut -f1 -c1",
    "tr", "tr a b c", "tr -d a f -x",
    "column f", "column -t f", "column -c 99999", "column -l 1",
    "base64 f", "base64 --wr 0", "base64 -w x", "base64 -D",
    "sed", "sed p f", "sed -e p f", "sed -i p", "sed -n -i.bak p", "sed -f x", "sed -s p",
    "sed --posix p",
    "sed --in-place p", "sed --expr=p", "sed --debug p",
    "awk", "awk 1 f", "awk 1 x=1", "awk 1 -F:", "awk -f x", "awk -E x", "awk -i inplace 1",
    "awk -lx 1",
    "awk -v ENVIRON=1 1", "awk -v 1=1 1", "awk --source=1", "awk -d 1", "awk -W x 1", "awk -p 1",
    "jq . f", "jq . - f", "jq -f x", "jq -rf x", "jq -L /tmp .", "jq --rawfile a b .",
    "jq --indent=2 .",
    "jq --slurpfile a b .", "jq --argfile a b .", "jq --from-file x", "jq --arg a",
    "jq --arg 1 b .",
    "jq --indent 9 .", "jq . f --args", "jq --args --jsonargs .", "jq -h",
    "yq . f", "yq -i .a", "yq -s .a", "yq -yi .", "yq ea .a f", "yq --front-matter=extract .",
    "yq --from-file x", "yq --split-exp .a", "yq -o pdf .", "yq e . -", "yq -v .",
    "yq --security-enable-system-operator .", "yq --security-disable-env-ops=false .",
    "yq --in-place .",
    "yq completion", "yq shell-completion bash", "yq eval-all", "yq -- e", "yq /etc/passwd",
    "yq ./secrets.yaml",
]


@pytest.mark.parametrize("stage", REFUSED)
def test_what_is_not_in_the_table_is_refused(stage: str) -> None:
    """The message points into the stage."""
    with pytest.raises(CommandError) as refused:
        judged(stage)
    assert refused.value.span is not None
    assert 19 <= refused.value.span.start < refused.value.span.end <= 19 + len(stage)


@pytest.mark.parametrize(
    ("stage", "meant", "said"),
    [
        ("grep x /etc/passwd", "/etc/passwd", "a file cannot be named"),
        ("grep --inc=x y", "--inc=x", "--inc is not an option"),
        ("head --lin=5", "--lin=5", "spelled in full: --lines"),
        ("sed 's/a/b/w x'", "w", "writes a file"),
        ("sed -e p -e '1e id'", "e", "runs a program"),
        ("awk '{system(1)}'", "system", "runs a program"),
        ("awk '{print $1 > 3}'", ">", "Put a comparison in parentheses"),
        ("jq '.a | env'", "env", "environment"),
        ('jq ".a, env"', "env", "environment"),
        ('jq ".\\"a\\" | env"', '".\\"a\\" | env"', "environment"),
        ("yq 'load(1)'", "load", "outside the input"),
        ("ls -l", "ls", "Filters, written bare: grep"),
    ],
)
def test_a_refusal_says_what_and_where(stage: str, meant: str, said: str) -> None:
    """The span is the word, or the place in a script; the whole word where quoting hides it."""
    with pytest.raises(CommandError) as refused:
        judged(stage)
    span = refused.value.span
    assert span is not None
    assert refused.value.source[span.start : span.end] == meant
    assert said in str(refused.value)


def test_a_word_of_more_than_8_kib_is_refused() -> None:
    """Scripts and patterns have a cap of their own, below the reader's."""
    assert judged("grep " + "x" * 8192).argv[-1] == "x" * 8192
    with pytest.raises(CommandError, match="8192"):
        judged("grep " + "x" * 8193)


def test_a_stage_without_words_is_refused() -> None:
    """The reader never makes one; a caller might."""
    with pytest.raises(CommandError, match="empty"):
        parse_filter(Command((), Span(0, 0)), "")
