"""Pipelines in memory: the utilities print what GNU's print, or say that they cannot."""

import json
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.adapters.fake_cluster_lines import complete, named

from kubeport.adapters.fake_cluster import FakeCluster
from kubeport.adapters.fake_cluster.filters import run_filter

ROWS = """\
NAME    READY   STATUS    RESTARTS
web-0   1/1     Running   0
cart-0  1/1     Running   12
db-0    0/1     Pending   3
web-1   1/1     Running   2
"""
# what GNU grep 3.8, coreutils 9.1, sed 4.9, gawk 5.2 and column of util-linux 2.38 print for ROWS
PRINTED = {
    "grep -c -- Running": "3\n",
    "grep -n -i -- PENDING": "4:db-0    0/1     Pending   3\n",
    "grep -o -E -- '(web|cart)-[0-9]'": "web-0\ncart-0\nweb-1\n",
    "grep -o -- 'we[[:lower:]]-\\(0\\|1\\)'": "web-0\nweb-1\n",
    "grep -v -e Running -e NAME": "db-0    0/1     Pending   3\n",
    "grep -B 1 -m 1 -- Pending": "cart-0  1/1     Running   12\ndb-0    0/1     Pending   3\n",
    "grep -n -A 1 -- cart": "3:cart-0  1/1     Running   12\n4-db-0    0/1     Pending   3\n",
    "grep -w -c -- 1": "4\n",
    "grep -F -c -- 1/1": "3\n",
    "grep -q -- web": "",
    "head -n 1": "NAME    READY   STATUS    RESTARTS\n",
    "head -n -4": "NAME    READY   STATUS    RESTARTS\n",
    "head -c 4": "NAME",
    "tail -n 1": "web-1   1/1     Running   2\n",
    "tail -n +5": "web-1   1/1     Running   2\n",
    "tail -c 2": "2\n",
    "wc -l": "5\n",
    "wc": "      5      20     148\n",
    "sort -r": "web-1   1/1     Running   2\nweb-0   1/1     Running   0\ndb-0    0/1     Pending   3\n"
    "cart-0  1/1     Running   12\nNAME    READY   STATUS    RESTARTS\n",
    "cut -d ' ' -f 1": "NAME\nweb-0\ncart-0\ndb-0\nweb-1\n",
    "cut -c 1-3": "NAM\nweb\ncar\ndb-\nweb\n",
    "cut -s -d - -f 2 --output-delimiter=:": "0   1/1     Running   0\n0  1/1     Running   12\n"
    "0    0/1     Pending   3\n1   1/1     Running   2\n",
    "sed --sandbox -n -- 2p": "web-0   1/1     Running   0\n",
    "sed --sandbox -- '1d;s/ .*//'": "web-0\ncart-0\ndb-0\nweb-1\n",
    "sed --sandbox -n -- '/cart/,/db/s/-/_/p'": "cart_0  1/1     Running   12\ndb_0    0/1     Pending   3\n",
    "sed --sandbox -E -- 's/^([a-z]+)-([0-9]).*/\\2\\1/;2,$!d'": "0web\n0cart\n0db\n1web\n",
    "gawk --sandbox -- 'NR>1 {print $1\":\"$NF}'": "web-0:0\ncart-0:12\ndb-0:3\nweb-1:2\n",
    "gawk --sandbox -- '$4 > 2 && !/NAME/ {print $1, NR}'": "cart-0 3\ndb-0 4\n",
    "gawk --sandbox -F - -- '$1 ~ /^w/ {print $1}'": "web\nweb\n",
    "column -t": "NAME    READY  STATUS   RESTARTS\nweb-0   1/1    Running  0\ncart-0  1/1    Running  12\n"
    "db-0    0/1    Pending  3\nweb-1   1/1    Running  2\n",
}


@pytest.mark.parametrize("line", PRINTED)
def test_utilities_print_what_gnus_print(line: str) -> None:
    """Each answer is, byte for byte, that of the real utility."""
    answer = run_filter(tuple(shlex.split(line)), ROWS)
    assert (answer.stdout, answer.stderr, answer.exit_code) == (PRINTED[line], "", 0)


@pytest.mark.parametrize(
    ("line", "text", "printed"),
    [
        ("sort -n", "10\n9\n-1\nx\n", "-1\nx\n9\n10\n"),
        ("sort -t , -k 2,2n -k 1,1r", "a,2\nb,1\nc,2\n", "b,1\nc,2\na,2\n"),
        ("sort -u", "b\na\nb\n", "a\nb\n"),
        ("sort -h", "1G\n2K\n3M\n", "2K\n3M\n1G\n"),
        ("uniq -c", "a\na\nb\n", "      2 a\n      1 b\n"),
        ("uniq -d", "a\na\nb\n", "a\n"),
        ("uniq -u -i", "a\nA\nb\n", "b\n"),
        ("tr -- a-c A-C", "abcd\n", "ABCd\n"),
        ("tr -d -- '[:digit:]'", "a1b2\n", "ab\n"),
        ("tr -s -- ' ' '\\n'", "a  b\n", "a\nb\n"),
        ("tr -c -d -- 'a-z\\n'", "a1 b\n", "ab\n"),
        ("base64 -w 0", "hello", "aGVsbG8="),
        ("base64 -d", "aGVsbG8=\n", "hello"),
    ],
)
def test_more_utilities(line: str, text: str, printed: str) -> None:
    """The same for utilities that need another input."""
    assert run_filter(tuple(shlex.split(line)), text).stdout == printed


JSON = json.dumps(
    {
        "items": [
            {"name": "a", "size": 3, "tags": {"x": "y"}},
            {"name": "b", "size": 12, "tags": {}},
            {"name": "c", "size": None},
        ]
    }
)


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        (".items[].name", '"a"\n"b"\n"c"\n'),
        (".items | length", "3\n"),
        (".items[0] | keys", '["name","size","tags"]\n'),
        (".items[] | select(.size > 5) | .name", '"b"\n'),
        ('.items[] | select(.name == "a" or .name == "c") | .size', "3\nnull\n"),
        (".items[-1:]", '[{"name":"c","size":null}]\n'),
        ('.items[0].tags["x"]', '"y"\n'),
        ("[.items[].name]", '["a","b","c"]\n'),
        (".items | map(.size)", "[3,12,null]\n"),
        (".items[0] | {name, s: .size}", '{"name":"a","s":3}\n'),
        (".items[] | .name, .size", '"a"\n3\n"b"\n12\n"c"\nnull\n'),
        (".nope.deeper", "null\n"),
        (".items[].name[]?", ""),
    ],
)
def test_jq(program: str, printed: str) -> None:
    """Paths, pipes, select, map and construction give what jq 1.6 gives."""
    assert run_filter(("jq", "-c", program), JSON).stdout == printed


@pytest.mark.parametrize(
    "argv",
    [
        ("jq", "-r", ".items | group_by(.name)"),
        ("jq", "--arg", "x", "1", "."),
        ("gawk", "--sandbox", "--", '{gsub("a","b"); print}'),
        ("sed", "--sandbox", "--", ":a;N;ba"),
        ("sort", "-V"),
        ("yq", "."),
        ("grep", "--", "\\(a"),
        ("grep", "-r", "--", "x"),
    ],
)
def test_what_is_not_there_is_refused(argv: tuple[str, ...]) -> None:
    """Exit code 127, nothing on stdout, and a reason: never another answer."""
    answer = run_filter(argv, "{}")
    assert (answer.stdout, answer.exit_code) == ("", 127)
    assert f"{argv[0]}: not available in the in-memory cluster: " in answer.stderr


@pytest.mark.parametrize(
    ("program", "said"),
    [(".[0]", "Cannot index object with number"), (".items.x", 'Cannot index array with "x"')],
)
def test_jq_fails_as_jq_does(program: str, said: str) -> None:
    """A filter that does not fit its input ends with 5."""
    answer = run_filter(("jq", program), JSON)
    assert (answer.exit_code, said in answer.stderr) == (5, True)


def test_stages_follow_one_another() -> None:
    """The usual counting pipeline."""
    objects = [
        named("ConfigMap", name, data=dict.fromkeys(keys, "v"))
        for name, keys in (("a", "x"), ("b", "xy"), ("c", "z"))
    ]
    done = complete(
        FakeCluster(objects), "kubectl get cm --no-headers | tr -s -- ' ' | cut -d ' ' -f 2 | sort | uniq -c"
    )
    assert (done.stdout, len(done.stages)) == ("      2 1\n      1 2\n", 5)


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=8)), st.integers(0, 9)
)
def test_head_and_tail_share_the_lines(lines: list[str], count: int) -> None:
    """The first N lines and those from N+1 on are the whole; sorting and counting lose none."""
    text = "".join(f"{line}\n" for line in lines)
    head = run_filter(("head", "-n", str(count)), text).stdout
    tail = run_filter(("tail", "-n", f"+{count + 1}"), text).stdout
    assert head + tail == text
    assert run_filter(("wc", "-l"), text).stdout == f"{len(lines)}\n"
    assert sorted(run_filter(("sort",), text).stdout.split("\n")) == sorted(text.split("\n"))


@given(st.text(st.characters(codec="ascii"), max_size=12), st.text(st.characters(codec="utf-8"), max_size=40))
def test_fixed_patterns_are_found_literally(pattern: str, text: str) -> None:
    """``grep -F -c`` counts the lines that contain one of the pattern's lines."""
    answer = run_filter(("grep", "-F", "-c", "--", pattern), text)
    lines = text.removesuffix("\n").split("\n") if text else []
    assert answer.stdout == f"{sum(any(p in line for p in pattern.split(chr(10))) for line in lines)}\n"
