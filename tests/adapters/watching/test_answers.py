"""Whatever an API server sends is read or refused, and lines are the same however they arrive."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.adapters.watching.api import line, metadata

from kubeport.adapters.watching.answers import Event, Fault, Malformed, Meta, event, lines, page

pytestmark = pytest.mark.anyio
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
FIELDS = ("kind", "metadata", "items", "type", "object", "name", "uid", "resourceVersion", "labels", "code")
SHAPED: st.SearchStrategy[Any] = st.recursive(
    JSON | st.sampled_from(["PartialObjectMetadata", "PartialObjectMetadataList", "ADDED", "ERROR"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=20,
)


@given(st.binary(max_size=60) | (JSON | SHAPED).map(lambda value: json.dumps(value).encode()))
def test_nothing_but_malformed_is_raised(text: bytes) -> None:
    """Any text is an answer of the API, or said to be none."""
    for read in (page, event):
        try:
            read(text)
        except Malformed as malformed:
            assert str(malformed)


async def pieces(text: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    """*text* in parts of the lengths *cuts*."""
    start = 0
    for cut in [*cuts, len(text)]:
        yield text[start : start + cut]
        start += cut


@given(st.lists(st.binary(max_size=12).filter(lambda one: b"\n" not in one)), st.lists(st.integers(0, 9)))
async def test_lines_do_not_depend_on_how_they_arrive(rows: list[bytes], cuts: list[int]) -> None:
    """Blank ones are left out, and so is what has no line end."""
    text = b"".join(row + b"\n" for row in rows) + b"unfinished"
    assert [one async for one in lines(pieces(text, cuts))] == [row for row in rows if row.strip()]


@pytest.mark.parametrize("text", [b"x" * 11, b"x" * 11 + b"\n", b"a\n" + b"x" * 11, b"x" * 11 + b"\na\n"])
async def test_a_line_has_a_bound(text: bytes) -> None:
    """With or without an end, in one part or in many."""
    for cuts in ([], [3] * 10):
        with pytest.raises(Malformed, match="more than 10 bytes"):
            _ = [one async for one in lines(pieces(text, cuts), most=10)]


def test_an_event_is_its_metadata_and_no_more() -> None:
    """Uid and version tell versions apart; the label is the name of a release."""
    about = metadata("one", "u", 7, name="shop", other="secret")
    meta = Meta("default", "one", "u", "7", "shop")
    assert event(line("MODIFIED", about)) == Event("7", meta)
    assert event(line("DELETED", about)) == Event("7", meta, gone=True)
    assert event(line("BOOKMARK", about)) == Event("7")
    assert event(line("ERROR", {"kind": "Status", "code": 410})) == Fault(410)
