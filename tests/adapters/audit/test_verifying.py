"""Whatever is done to an audit file is found, at the line where it was done; what cannot be found is said."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.adapters.audit import FileAudit, Seal
from kubeport.adapters.audit.canonical import canonical
from kubeport.adapters.audit.seal import Link
from kubeport.adapters.audit.verifying import Line, Verdict, lines_of, verify
from kubeport.domain.errors import CommandError

KEY = Seal(b"k" * 32)
Lines = list[bytes]


def _chain(seal: Seal, count: int = 9) -> Lines:
    last, lines = Link("c" * 16), Lines()
    for number in range(count):
        entry = {"event": "outcome", "time": f"2026-01-02T03:04:0{number}.000Z", "n": number}
        record, last = seal.join(entry, last)
        lines.append(canonical(record))
    return lines


def _verdict(lines: Lines, seal: Seal = Seal(), **options: Any) -> Verdict:
    return verify([Line("a", n, text) for n, text in enumerate(lines, 1)], seal, **options)


def _changed(lines: Lines) -> Lines:
    return [*lines[:4], lines[4].replace(b'"n":4', b'"n":5'), *lines[5:]]


def _resealed(lines: Lines) -> Lines:
    """One record changed, with a hash of its own that is right."""
    record = json.loads(lines[4]) | {"n": 5}
    record["hash"] = Seal().hash(record)
    return [*lines[:4], canonical(record), *lines[5:]]


DONE: dict[str, tuple[Callable[[Lines], Lines], int, str]] = {
    "a changed byte": (_changed, 5, "was changed"),
    "a blank more": (lambda a: [*a[:4], a[4].replace(b":", b": ", 1), *a[5:]], 5, "was changed"),
    "a changed record with a new hash": (_resealed, 6, "not written after the record 5"),
    "a deleted line": (lambda a: a[:4] + a[5:], 5, "records 5 to 5 are missing"),
    "deleted lines": (lambda a: a[:2] + a[6:], 3, "records 3 to 6 are missing"),
    "swapped lines": (lambda a: [*a[:3], a[4], a[3], *a[5:]], 4, "records 4 to 4 are missing"),
    "a line twice": (lambda a: [*a[:5], a[4], *a[5:]], 6, "record 5 stands here twice"),
    "an old line again": (lambda a: [*a, a[2]], 10, "record 3 stands behind record 9"),
    "a line of something else": (lambda a: [*a[:4], b"hello", *a[4:]], 5, "does not tell of it"),
    "a torn last line": (lambda a: [*a[:8], a[8][:30]], 9, "no whole record"),
    "an emptied line": (lambda a: [*a[:4], b"", *a[5:]], 5, "does not tell of it"),
    "a line more that is empty": (lambda a: [*a[:4], b"", *a[4:]], 5, "does not tell of it"),
    "a false beginning": (lambda a: [a[0].replace(b'"seq":1', b'"seq":3'), *a[1:]], 1, "was changed"),
}


def test_an_untouched_chain_is_sound() -> None:
    """With its count, its times and its head; also from the middle on, as rotation leaves it."""
    for seal in (Seal(), KEY):
        found = _verdict(_chain(seal), seal)
        (chain,) = found.chains.values()
        assert (found.fault, found.records, chain.first.seq, chain.last.seq) == (None, 9, 1, 9)
        assert (chain.begun, chain.ended) == ("2026-01-02T03:04:00.000Z", "2026-01-02T03:04:08.000Z")
    assert _verdict(_chain(Seal())[3:]).fault is None


@pytest.mark.parametrize("name", DONE)
def test_what_was_done_is_found(name: str) -> None:
    """The first wrong line, and why."""
    do, line, why = DONE[name]
    fault = _verdict(do(_chain(Seal()))).fault
    assert fault is not None and (fault.file, fault.line) == ("a", line)
    assert why in fault.why


def test_without_the_key_nothing_can_be_made() -> None:
    """A whole new chain, a record sealed without the key, another key: all are told."""
    sound = _chain(KEY)
    for lines in (_chain(Seal()), [*sound[:8], *_chain(Seal())[8:]], _chain(Seal(b"x" * 32))):
        assert _verdict(lines, KEY).fault is not None
    told = _verdict(sound).fault
    assert told is not None and "audit.key_file" in told.why


def test_without_a_key_a_whole_new_chain_is_not_found() -> None:
    """The limit that the documentation states: hashes alone prove nothing against who can write all."""
    assert _verdict(_chain(Seal(), 5)).fault is None


def test_removed_newest_lines_show_only_by_a_noted_head() -> None:
    """The other limit: a chain cannot know how long it was; a hash that was noted elsewhere does."""
    lines = _chain(KEY)
    head = json.loads(lines[-1])["hash"]
    assert _verdict(lines[:6], KEY).fault is None
    fault = _verdict(lines[:6], KEY, head=head).fault
    assert fault is not None and "newest records were removed" in fault.why
    assert _verdict(lines, KEY, head=head).fault is None
    assert _verdict(lines, KEY, head=json.loads(lines[4])["hash"]).fault is None


def test_removed_oldest_lines_show_where_all_are_wanted() -> None:
    """Rotation may remove old files; who keeps them all can say so."""
    fault = _verdict(_chain(Seal())[2:], complete=True).fault
    assert fault is not None and "records before 3 are not here" in fault.why
    assert _verdict(_chain(Seal()), complete=True).fault is None


@pytest.mark.anyio
async def test_a_note_explains_only_what_it_tells_of(tmp_path: Path) -> None:
    """Bytes put in place of torn ones are found."""
    path = tmp_path / "audit.jsonl"
    path.write_bytes(b'{"torn')
    sink = FileAudit(str(path))
    await sink.record({"n": 1})
    await sink.aclose()
    assert verify(lines_of([str(path)]), Seal()).fault is None
    path.write_bytes(path.read_bytes().replace(b'{"torn\n', b'{"tarn\n'))
    fault = verify(lines_of([str(path)]), Seal()).fault
    assert fault is not None and "these are others" in fault.why


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """The file and the reason."""
    with pytest.raises(CommandError, match="missing: cannot be read: No such file"):
        verify(lines_of([str(tmp_path / "missing")]), Seal())


@given(st.randoms(use_true_random=False), st.sampled_from([Seal(), KEY]))
def test_any_change_of_any_byte_is_found(chance: random.Random, seal: Seal) -> None:
    """But for one: the newest records being cut off as a whole."""
    text = b"\n".join(_chain(seal, 4)) + b"\n"
    place = chance.randrange(len(text))
    byte = chance.choice([one for one in range(256) if one != text[place]])
    changed = text[:place] + bytes([byte]) + text[place + 1 :]
    assert _verdict(changed.removesuffix(b"\n").split(b"\n"), seal).fault


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), JSON), st.randoms(use_true_random=False))
def test_canonical_json(value: dict[str, Any], chance: random.Random) -> None:
    """Equal values give equal bytes, which are one line of UTF-8 and read back to the value."""
    names = list(value)
    chance.shuffle(names)
    text = canonical(value)
    assert canonical({name: value[name] for name in names}) == text == canonical(json.loads(text))
    assert b"\n" not in text and json.loads(text) == value
    assert list(json.loads(text)) == sorted(value)


@given(st.text(st.characters(codec=None, categories=["Cs", "L"])))
def test_canonical_json_of_half_surrogates(text: str) -> None:
    """A text that is no UTF-8 is written as one that is, and stays as it is from then on."""
    once = canonical({"t": text})
    assert canonical(json.loads(once.decode("utf-8"))) == once


@given(st.binary(max_size=200))
def test_verifying_reads_anything(text: bytes) -> None:
    """No bytes make it fail; what is not empty and no record is a fault."""
    lines = text.split(b"\n")
    assert _verdict(lines).fault is not None
