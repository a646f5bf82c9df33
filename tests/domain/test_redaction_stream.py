"""Redaction of streams: how a text is cut never matters, memory stays bounded, nothing raises."""

import json
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kubeport.domain.redaction import Redactor, redact
from kubeport.domain.redaction.limits import HOLD_MAX, LINE_MAX, TOKEN_MAX, VALUES_MAX

KEY = b"k"
HIDDEN = "c3VwZXItc2VjcmV0LXZhbHVl"
PEM = f"-----BEGIN RSA PRIVATE KEY-----\n{HIDDEN}\n{HIDDEN}\n-----END RSA PRIVATE KEY-----\n"
OBJECT = {"apiVersion": "v1", "data": {"a": HIDDEN, "b": HIDDEN}, "kind": "Secret"}
OTHER = {"data": {"a.yaml": f"x:\n  password: {HIDDEN}\n", "b": "c"}, "kind": "ConfigMap"}

# Every text has HIDDEN in it where it is to be concealed.
TEXTS = [
    json.dumps({"items": [OTHER, OBJECT, OTHER]}, indent=2) + "\n",
    json.dumps({"items": [OBJECT, OTHER]}),
    f"2026 INFO {json.dumps(OBJECT)} behind\nnext\n",
    json.dumps({"text": json.dumps(OBJECT), "env": [{"name": "DB_PASSWORD", "value": HIDDEN}]}),
    f'{{\n "data": {{\n  "a": "{HIDDEN}"\n }}, oops\nnext\n',
    f'[main] x {{"a": 1}} {{"token":"{HIDDEN}"}} behind\n',
    f"apiVersion: v1\nitems:\n- data:\n    a: {HIDDEN}\n  kind: Secret\n- data:\n    a: b\n"
    "  kind: ConfigMap\nkind: List\n",
    f"kind: Secret\nstringData:\n  a: |\n    {HIDDEN}\n\n    {HIDDEN}\n\n  b: 'c'\n---\na: b\n",
    f"- value: {HIDDEN}\n  name: DB_PASSWORD\n- value: foo\n  name: BAR\n",
    f"args:\n- --password\n- {HIDDEN}\n- --user\n- bob\n",
    f"x\n{PEM}y\n",
    "a: b\nc: |\n" + "".join(f"  {line}\n" for line in PEM.splitlines()) + "d: e\n",
    "".join(f"12:00 {line}\n" for line in PEM.splitlines()) + "12:00 prose follows here\n",
    f"Data\n====\nDB_PASSWORD:\n----\n{HIDDEN}\nx\n\nfoo:\n----\nbar\n\nBinaryData\n====\n",
    f"NAME   VALUE\na.password  {HIDDEN}\nb   1.0\n\nfoo\n",
    f"Authorization: Bearer {HIDDEN}\nGET https://bob:{HIDDEN}@host/x\n",
    f'password: "{HIDDEN}"\nuser: x\ntoken={HIDDEN}',
]


def _pieces(text: str, cuts: list[int]) -> Iterator[str]:
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    for start, end in pairwise(places):
        yield text[start:end]


def _redacted(pieces: Iterator[str]) -> tuple[list[str], int]:
    redactor = Redactor(KEY)
    return [*map(redactor.feed, pieces), redactor.finish()], redactor.count


@pytest.mark.parametrize("text", TEXTS)
def test_character_by_character(text: str) -> None:
    """The smallest pieces give what the whole text gives, and no part of a secret gets out."""
    parts, count = _redacted(iter(text))
    clean = "".join(parts)
    assert (clean, count) == redact(text, KEY)
    assert not any(HIDDEN[i : i + 8] in clean for i in range(len(HIDDEN) - 7))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TEXTS), st.lists(st.integers(0, 10_000), max_size=6))
def test_any_cut(text: str, cuts: list[int]) -> None:
    """Any pieces give what the whole text gives."""
    parts, count = _redacted(_pieces(text, cuts))
    assert ("".join(parts), count) == redact(text, KEY)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(TEXTS), max_size=4), st.lists(st.integers(0, 10_000), max_size=4))
def test_any_cut_of_several_texts(texts: list[str], cuts: list[int]) -> None:
    """What one text leaves behind never depends on the cut either."""
    text = "".join(texts)
    parts, count = _redacted(_pieces(text, cuts))
    assert ("".join(parts), count) == redact(text, KEY)


_SCRAPS = """
kind: Secret|data:|password: |- |  |{"|":|{|}|[|]|,|"data"|"kind":"Secret"|a|: |'|"|----|NAME VALUE|=
|-----BEGIN PRIVATE KEY-----|-----END PRIVATE KEY-----|- value: x|name: TOKEN|--password |eyJhbGciOi
|.|://a:b@c|Bearer |Cookie: |#|exec:|env:|type: Opaque|{}|---|"value":"x"|"name":"DB_TOKEN"|data: {
"""
_FRAGMENTS = [*_SCRAPS.replace("\n", "").split("|"), "|", "\n", "\r", "\\", "\u2028", "\u0130"]


@settings(max_examples=1500, deadline=None)
@given(
    st.lists(st.sampled_from(_FRAGMENTS), max_size=40).map("".join),
    st.lists(st.integers(0, 400), max_size=4),
)
@example("- value: a\n- value: b\n", [3])
def test_fragments_in_any_order_never_raise(text: str, cuts: list[int]) -> None:
    """Broken documents are read to their end, the same for each way to cut them."""
    parts, count = _redacted(_pieces(text, cuts))
    assert ("".join(parts), count) == redact(text, KEY)


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_arbitrary_text_never_raises(text: str) -> None:
    """Whatever the text, there is an answer, and without a mark it is the text itself."""
    clean, count = redact(text)
    assert clean == text or count > 0


def test_nothing_is_kept_back_without_need() -> None:
    """A log passes line by line."""
    redactor = Redactor()
    assert redactor.feed("one\ntwo\nthr") == "one\ntwo\n"
    assert redactor.feed("ee\n") == "three\n"
    assert redactor.finish() == ""


def test_a_list_in_json_passes_object_by_object() -> None:
    """Output goes on while the list is not complete yet."""
    redactor = Redactor()
    first = redactor.feed('{\n "items": [\n' + json.dumps(OBJECT, indent=1) + ",\n")
    assert '"Secret"' in first
    assert HIDDEN not in first


def test_a_line_beyond_the_bound_without_secrets_stays() -> None:
    """Long lines are read in parts, which are cut beside words."""
    text = "some words of a long line " * (LINE_MAX // 12) + "\nnext\n"
    for long in (text, "x " + "A" * (LINE_MAX * 2) + "\nnext\n"):
        parts, count = _redacted(iter([long[:100], long[100 : LINE_MAX + 9], long[LINE_MAX + 9 :]]))
        assert ("".join(parts) == long, count) == (True, 0)
        assert redact(long)[0] == long


@pytest.mark.parametrize("before", range(-70, 10, 8))
def test_a_secret_at_the_bound_of_a_line(before: int) -> None:
    """Wherever the bound cuts a secret, no part of it gets out."""
    words = "word " * ((LINE_MAX + before) // 5)
    clean = redact(f"{words} password={HIDDEN} token={HIDDEN} {words[:9999]}\nnext\n", KEY)[0]
    assert not any(HIDDEN[i : i + 8] in clean for i in range(len(HIDDEN) - 7))
    assert clean.endswith("\nnext\n")


@pytest.mark.parametrize("start", ["password=", 'token="', "x: {'apiKey': '"])
def test_a_secret_longer_than_the_bound_of_a_line(start: str) -> None:
    """What begins as a secret is one to the end of its line."""
    clean, count = redact(f"x {start}" + "A" * (LINE_MAX * 2) + "\nnext\n")
    assert len(clean) < 100
    assert clean.endswith("\nnext\n")
    assert count >= 1


def test_a_long_line_dense_with_secrets_is_concealed_where_it_cannot_be_cut() -> None:
    """Where no place between secrets can be told, what follows is not shown."""
    text = f"x {'password=' * (LINE_MAX // 4)}{HIDDEN}\nnext\n"
    clean, count = redact(text)
    assert HIDDEN not in clean
    assert clean.endswith("\nnext\n")
    assert count >= 1


@pytest.mark.parametrize(
    "start", ['{"data":{"a":"', '{"kind":"Secret","data":{"a":"', '{"token":"']
)
def test_an_endless_secret_in_json_is_concealed(start: str) -> None:
    """A string longer than the bound is not kept, and neither it nor what follows is shown."""
    text = start + HIDDEN + "A" * (TOKEN_MAX + LINE_MAX) + f'","b":"{HIDDEN}"}}}}\nnext\n'
    clean, count = redact(text)
    assert len(clean) < 100
    assert clean.endswith("\nnext\n")
    assert count >= 1


def test_an_endless_string_in_json_that_is_no_secret() -> None:
    """What follows it is read as running text."""
    text = '{"a":"' + "A" * (TOKEN_MAX + LINE_MAX) + f'","token":"{HIDDEN}"}}\nnext\n'
    clean, count = redact(text)
    assert HIDDEN not in clean
    assert len(clean) > TOKEN_MAX
    assert count == 1


@pytest.mark.parametrize("kind", ["Secret", "ConfigMap"])
def test_data_too_large_to_wait_for_its_kind_is_concealed(kind: str) -> None:
    """Beyond the bound an object of unknown kind is a Secret, in YAML and in JSON."""
    value = HIDDEN * 1000
    count = HOLD_MAX // len(value) + 2
    yaml = "data:\n" + f"  a: {value}\n" * count + f"kind: {kind}\n"
    assert HIDDEN not in redact(yaml)[0]
    data = {f"k{n}": value for n in range(count)}
    assert HIDDEN not in redact(json.dumps({"data": data, "kind": kind}, indent=1))[0]


def test_very_many_values_of_unknown_kind_are_concealed() -> None:
    """The number of values kept back is bounded as well as their size."""
    data = {f"k{n}": "abcdefgh" for n in range(VALUES_MAX + 5)}
    assert "abcdefgh" not in redact(json.dumps({"data": data, "kind": "ConfigMap"}))[0]


ENDLESS = [
    ("2026-01-01 INFO an ordinary line of a log with some words\n" * 1000, 4_000_000),
    ("no line break at all " * 3000, 4_000_000),
    ("A" * 60_000, 4_000_000),
    ("{" * 1000, 4_000_000),
    ('{"a":[' * 10_000, 4_000_000),
    (" " * 60_000, 4_000_000),
    ("password: |\n" + ("  " + "x" * 70 + "\n") * 800, 500_000),
    ("-----BEGIN PRIVATE KEY-----\n" + ("abcdefgh" * 8 + "\n") * 900, 500_000),
]
"""What could go on for ever, and after how many characters no more of it is kept."""


@pytest.mark.parametrize(("piece", "full"), ENDLESS)
def test_memory_stays_bounded(piece: str, full: int) -> None:
    """Once the bounds are reached, a million further characters take no further memory."""
    assert _peak(piece, full + 1_000_000) < _peak(piece, full) + 200_000


def _peak(piece: str, size: int) -> int:
    """Bytes that were in use at most while *size* characters went through."""
    redactor = Redactor(KEY)
    tracemalloc.start()
    try:
        for _ in range(size // len(piece)):
            redactor.feed(piece)
        redactor.finish()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("lines", [1, 40, 2000])
def test_nested_data_is_read_in_bounded_time(lines: int) -> None:
    """Mappings called data inside of each other are not read again and again."""
    text = "".join(" " * n + "data:\n" for n in range(lines)) + " " * lines + f"a: {HIDDEN}\n"
    assert redact(text, KEY)[0].count("data:") >= 1
