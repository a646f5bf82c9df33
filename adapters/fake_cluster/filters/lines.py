"""head, tail, wc, sort and uniq."""

import re
from collections.abc import Callable
from itertools import groupby
from typing import Any

from ....domain.filters.options import Words
from ..answer import Answer
from .reading import has, joined, lacking, lines_of, number_of, only, text_of, texts_of

_UNITS = {
    "": 1,
    "b": 512,
    "kB": 1000,
    "KB": 1000,
    "K": 1024,
    "k": 1024,
    "KiB": 1024,
    "M": 1 << 20,
    "MB": 10**6,
    "MiB": 1 << 20,
}


def _amount(text: str) -> tuple[str, int]:
    found = re.fullmatch(r"([-+]?)(\d+)([A-Za-z]*)", text)
    if found is None:
        raise lacking(f"the number {text!r}")
    return found[1], int(found[2]) * _UNITS[found[3]]


def _pieces(words: Words, text: str) -> tuple[list[Any], Callable[[list[Any]], str], str]:
    """What is counted (lines or bytes), how it becomes text again, and the number."""
    if has(words, "-c"):
        return (
            list(text.encode()),
            lambda part: bytes(part).decode(errors="replace"),
            text_of(words, "-c"),
        )
    return (
        text.splitlines(keepends=True) if "\r" not in text else re.findall(r"[^\n]*\n|[^\n]+", text),
        "".join,
        text_of(words, "-n", "10"),
    )


def head(words: Words, text: str) -> Answer:
    """The first lines or bytes; all but the last ones with a minus."""
    only(words, "-n", "-c", "-q")
    pieces, join, number = _pieces(words, text)
    sign, count = _amount(number)
    return Answer(join(pieces[: max(0, len(pieces) - count)] if sign == "-" else pieces[:count]))


def tail(words: Words, text: str) -> Answer:
    """The last lines or bytes; from a place on with a plus."""
    only(words, "-n", "-c", "-q")
    pieces, join, number = _pieces(words, text)
    sign, count = _amount(number)
    return Answer(join(pieces[max(0, count - 1) :] if sign == "+" else pieces[max(0, len(pieces) - count) :]))


def count(words: Words, text: str) -> Answer:
    """Lines, words, characters, bytes and the longest line."""
    only(words, "-c", "-m", "-l", "-w", "-L")
    found = {
        "-l": text.count("\n"),
        "-w": len(text.split()),
        "-m": len(text),
        "-c": len(text.encode()),
        "-L": max((len(line.expandtabs()) for line in lines_of(text)), default=0),
    }
    asked = [name for name in found if has(words, name)] or ["-l", "-w", "-c"]
    if len(asked) == 1:
        return Answer(f"{found[asked[0]]}\n")
    return Answer(" ".join(f"{found[name]:>7}" for name in asked) + "\n")


def sort(words: Words, text: str) -> Answer:
    """Sorted lines, by bytes as in the C locale, or by keys."""
    only(words, "-b", "-f", "-n", "-r", "-u", "-h", "-s", "-k", "-t")
    plain = {letter for letter in "bfnrh" if has(words, f"-{letter}")}
    keys = [_Key(text, plain, text_of(words, "-t")) for text in texts_of(words, "-k")] or [
        _Key("1", plain, "", whole=True)
    ]
    lines = lines_of(text)
    if not (has(words, "-s") or has(words, "-u")):
        lines.sort(key=lambda line: line.encode(), reverse="r" in plain)
    for key in reversed(keys):
        lines.sort(key=key.of, reverse=key.reverse)
    if has(words, "-u"):
        lines = [next(group) for _, group in groupby(lines, lambda line: [key.of(line) for key in keys])]
    return Answer(joined(lines))


class _Key:
    """One ``-k``: the fields it spans and how they are compared."""

    def __init__(self, text: str, plain: set[str], separator: str, whole: bool = False) -> None:
        found = re.fullmatch(r"(\d+)([bfnrh]*)(?:,(\d+)([bfnrh]*))?", text)
        if found is None:
            raise lacking(f"the key {text}")
        self._first, self._last = int(found[1]), int(found[3]) if found[3] else None
        self._options = set(found[2] + (found[4] or "")) or plain
        self._separator, self._whole = separator, whole
        self.reverse = "r" in self._options

    def of(self, line: str) -> Any:
        """What *line* is compared by."""
        text = line if self._whole else self._field(line)
        if self._options & {"n", "h"}:
            return _number(text, "h" in self._options)
        if "b" in self._options:
            text = text.lstrip()
        return (text.upper() if "f" in self._options else text).encode()

    def _field(self, line: str) -> str:
        if self._separator:
            return self._separator.join(line.split(self._separator)[self._first - 1 : self._last])
        return "".join(re.findall(r"[ \t]*[^ \t]+|[ \t]+$", line)[self._first - 1 : self._last])


def _number(text: str, human: bool) -> tuple[int, float]:
    found = re.match(r"\s*(-?\d*\.?\d+|-?\d+)([KMGTPE]?)", text)
    if found is None:
        return (0, 0.0)
    number = float(found[1])
    rank = "KMGTPE".find(found[2]) + 1 if human and found[2] else 0
    return (-rank if number < 0 else rank, number)


def unique(words: Words, text: str) -> Answer:
    """Neighbouring equal lines as one, counted, repeated or single ones only."""
    only(words, "-c", "-d", "-u", "-i", "-f", "-s", "-w")
    groups = [list(group) for _, group in groupby(lines_of(text), lambda line: _compared(words, line))]
    if has(words, "-d"):
        groups = [group for group in groups if len(group) > 1]
    if has(words, "-u"):
        groups = [group for group in groups if len(group) == 1]
    return Answer(
        joined([f"{len(group):>7} {group[0]}" if has(words, "-c") else group[0] for group in groups])
    )


def _compared(words: Words, line: str) -> str:
    fields = re.match(rf"(?:[ \t]*[^ \t]+){{0,{number_of(words, '-f', 0)}}}", line)
    rest = line[fields.end() if fields else 0 :][number_of(words, "-s", 0) :]
    rest = rest[: number_of(words, "-w", len(rest))]
    return rest.lower() if has(words, "-i") else rest
