"""What children print becomes clean text, however it is cut into pieces, and only so much of it."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.adapters.subprocess_executor.text import Beginning, BothEnds, Cleaner, Strainer

CASES = [
    ("plain\ttext\n", "plain\ttext\n"),
    ("a\x1b[31mred\x1b[0m b", "ared b"),
    ("\x1b[38;5;196;1mx\x1b[K\x1b[2J", "x"),
    ("\x1b]0;title\x07x", "x"),
    ("\x1b]8;;https://evil\x1b\\link\x1b]8;;\x1b\\", "link"),
    ("\x1b(Bx\x1b=y\x1bcz", "xyz"),
    ("\x9b31mx\x9dtitle\x9cy", "xy"),
    ("\x1bPdevice\x1b\\x", "x"),
    ("open \x1b]0;never closed\nnext line", "open 0;never closed\nnext line"),
    ("end \x1b", "end "),
    ("end \x1b[3", "end 3"),
    ("a\r\nb\rc\x00d\x07e\x7ff\x85g\x08h", "a\nbcdefgh"),
    ("bidi \u202egnirts\u202c \u2066x\u2069 \u200fy", "bidi gnirts x y"),
    ("tag\U000e0041\U000e007f", "tag"),
    ("Ωß漢🚀 e\u0301 👩\u200d🚀", "Ωß漢🚀 e\u0301 👩\u200d🚀"),
]


@pytest.mark.parametrize(("text", "clean"), CASES)
def test_cleans(text: str, clean: str) -> None:
    """Escape sequences and invisible controls go, every other character stays."""
    cleaner = Cleaner()
    assert cleaner.feed(text) + cleaner.finish() == clean


NASTY = st.text(
    st.sampled_from("ab1;m[]()\\P \n\t\x1b\x07\x9b\x9c\x9d\x00\r\x7f\u202e\U000e0041éß") | st.characters()
)


@given(st.lists(NASTY))
def test_cutting_changes_nothing(pieces: list[str]) -> None:
    """A text is cleaned alike in one piece and in many."""
    cleaner, whole = Cleaner(), Cleaner()
    cut = "".join(map(cleaner.feed, pieces)) + cleaner.finish()
    assert cut == whole.feed("".join(pieces)) + whole.finish()


@given(st.lists(NASTY))
def test_nothing_dangerous_is_left(pieces: list[str]) -> None:
    """No control character but line feed and tab, no direction mark and no tag gets through."""
    cleaner = Cleaner()
    text = "".join(map(cleaner.feed, pieces)) + cleaner.finish()
    assert not [c for c in text if unicodedata.category(c) == "Cc" and c not in "\n\t"]
    assert not re.search("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]", text)


@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs"))))
def test_ordinary_text_is_left_alone(text: str) -> None:
    """Text without control and format characters passes unchanged."""
    assert Strainer().feed(text.encode()) == text


@given(st.binary(), st.lists(st.integers(0, 100)))
def test_any_bytes_become_text(data: bytes, cuts: list[int]) -> None:
    """Invalid UTF-8 is replaced, and where the bytes are cut does not matter."""
    strainer, at, text = Strainer(), 0, ""
    for cut in cuts:
        text += strainer.feed(data[at : at + cut])
        at += cut
    text += strainer.feed(data[at:]) + strainer.finish()
    whole = Cleaner()
    assert text == whole.feed(data.decode(errors="replace")) + whole.finish()


class Redacting:
    """A sieve that knows one secret."""

    def __init__(self) -> None:
        self.seen = ""

    def feed(self, text: str) -> str:
        """Wait for the whole."""
        self.seen += text
        return ""

    def finish(self) -> str:
        """All of it, redacted."""
        return self.seen.replace("secret", "***")


@pytest.mark.parametrize("text", ["sec\x1b[0mret", "se\x00cret", "secr\u202eet", "sec\x1b]0;x\x07ret"])
def test_a_secret_is_put_together_before_the_sieve(text: str) -> None:
    """A secret that cleaning would put together again does not slip through the sieve."""
    strainer = Strainer(Redacting())
    assert strainer.feed(text.encode()) + strainer.finish() == "***"


@given(st.lists(st.text()), st.integers(0, 50))
def test_the_beginning_is_kept(pieces: list[str], limit: int) -> None:
    """The longest beginning of whole characters within the limit is kept, and the cut is told."""
    kept, whole = Beginning(limit), "".join(pieces)
    for piece in pieces:
        kept.add(piece)
    size = len(whole.encode())
    assert kept.truncated == (size > limit)
    assert whole.startswith(kept.text)
    assert len(kept.text.encode()) <= limit
    if kept.truncated:
        following = whole[len(kept.text)]
        assert len((kept.text + following).encode()) > limit


@given(st.lists(st.text(st.characters(codec="utf-8"))), st.integers(0, 50))
def test_both_ends_are_kept(pieces: list[str], limit: int) -> None:
    """A text within the limit is kept whole; of a longer one both ends, with the gap told."""
    kept, whole = BothEnds(limit), "".join(pieces)
    for piece in pieces:
        kept.add(piece)
    missing = len(whole.encode()) - limit
    if missing <= 0:
        assert kept.text == whole
    else:
        head, tail = kept.text.split(f"\n[{missing} bytes left out]\n")
        assert whole.startswith(head)
        assert whole.endswith(tail)
        assert len((head + tail).encode()) <= limit


@pytest.mark.parametrize(
    ("pieces", "line"),
    [
        ([], ""),
        (["one\n", "two\n"], "two"),
        (["one\n\n  \n"], "one"),
        (["a" * 40 + "\nlast"], "last"),
    ],
)
def test_the_last_line_is_known(pieces: list[str], line: str) -> None:
    """Blank lines do not count as the last one."""
    kept = BothEnds(20)
    for piece in pieces:
        kept.add(piece)
    assert kept.last_line == line
