"""cut, tr, column -t and base64."""

import base64
import re

from ....domain.filters.options import Words
from ..answer import Answer, Trouble
from .reading import has, joined, lacking, lines_of, number_of, only, text_of

_CLASSES = {
    "upper": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "lower": "abcdefghijklmnopqrstuvwxyz",
    "digit": "0123456789",
    "space": " \t\n\v\f\r",
    "blank": " \t",
    "punct": "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~",
}
_CLASSES["alpha"] = _CLASSES["upper"] + _CLASSES["lower"]
_CLASSES["alnum"] = _CLASSES["digit"] + _CLASSES["alpha"]
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "v": "\v", "f": "\f", "a": "\a", "b": "\b"}


def cut(words: Words, text: str) -> Answer:
    """Fields, or characters, of each line."""
    only(words, "-b", "-c", "-f", "-d", "-s", "--complement", "--output-delimiter")
    kinds = [name for name in ("-b", "-c", "-f") if has(words, name)]
    if len(kinds) != 1:
        raise Trouble(
            "you must specify a list of bytes, characters, or fields"
            if not kinds
            else "only one list may be specified"
        )
    chosen = _places(text_of(words, kinds[0]), has(words, "--complement"))
    lines = (_cut(words, line, kinds[0], chosen) for line in lines_of(text))
    return Answer(joined([line for line in lines if line is not None]))


def _cut(words: Words, line: str, kind: str, chosen: "_Places") -> str | None:
    if kind != "-f":
        if kind == "-b" and not line.isascii():
            raise lacking("bytes of lines that are not ASCII")
        return text_of(words, "--output-delimiter").join(
            part for place, part in enumerate(line, 1) if chosen(place)
        )
    sign = text_of(words, "-d", "\t")
    if sign not in line:
        return None if has(words, "-s") else line
    parts = [part for place, part in enumerate(line.split(sign), 1) if chosen(place)]
    return text_of(words, "--output-delimiter", sign).join(parts)


class _Places:
    """A list such as ``1,3-5`` as a test."""

    def __init__(self, ranges: list[tuple[int, int]], complement: bool) -> None:
        self._ranges, self._complement = ranges, complement

    def __call__(self, place: int) -> bool:
        return any(first <= place <= last for first, last in self._ranges) is not self._complement


def _places(text: str, complement: bool) -> _Places:
    ranges: list[tuple[int, int]] = []
    for part in re.split(r"[, ]", text):
        first, dash, last = part.partition("-")
        ranges.append((int(first or 1), int(last) if last else 10**9 if dash else int(first)))
    return _Places(ranges, complement)


def translate(words: Words, text: str) -> Answer:
    """tr: characters replaced, deleted or squeezed."""
    only(words, "-c", "-d", "-s", "-t")
    sets = [_set(token.text) for token in words.operands]
    complement = has(words, "-c")

    def inside(char: str) -> bool:
        return (char in sets[0]) is not complement

    if has(words, "-d"):
        text = "".join(char for char in text if not inside(char))
    elif len(sets) == 2:
        text = "".join(
            _replaced(char, sets, complement, has(words, "-t")) if inside(char) else char for char in text
        )
    elif not has(words, "-s"):
        raise Trouble("missing operand: two sets are needed to translate")
    return Answer(_squeezed(text, sets[-1], complement and len(sets) == 1) if has(words, "-s") else text)


def _replaced(char: str, sets: list[str], complement: bool, truncate: bool) -> str:
    if complement:
        return sets[1][-1]
    place = sets[0].rindex(char)
    return char if truncate and place >= len(sets[1]) else sets[1][min(place, len(sets[1]) - 1)]


def _squeezed(text: str, chars: str, complement: bool) -> str:
    done: list[str] = []
    for char in text:
        if not (done and done[-1] == char and (char in chars) is not complement):
            done.append(char)
    return "".join(done)


def _set(text: str) -> str:
    """A set of tr written out: ranges, classes and escapes."""
    done, at = "", 0
    while at < len(text):
        if found := re.match(r"\[:(\w+):\]", text[at:]):
            if found[1] not in _CLASSES:
                raise lacking(f"the class {found[0]}")
            done, at = done + _CLASSES[found[1]], at + len(found[0])
            continue
        char, at = _char(text, at)
        if text[at : at + 1] == "-" and at + 1 < len(text):
            last, at = _char(text, at + 1)
            done += "".join(map(chr, range(ord(char), ord(last) + 1)))
        else:
            done += char
    return done


def _char(text: str, at: int) -> tuple[str, int]:
    if text[at] == "\\" and at + 1 < len(text):
        if found := re.match(r"\\([0-7]{1,3})", text[at:]):
            return chr(int(found[1], 8)), at + len(found[0])
        return _ESCAPES.get(text[at + 1], text[at + 1]), at + 2
    return text[at], at + 1


def table(words: Words, text: str) -> Answer:
    """column -t: cells of lines below one another."""
    only(words, "-t", "-s", "-o")
    if not has(words, "-t"):
        raise lacking("column without -t")
    signs, between = text_of(words, "-s"), text_of(words, "-o", "  ")
    rows = [re.split(f"[{re.escape(signs)}]", line) if signs else line.split() for line in lines_of(text)]
    rows = [row for row in rows if any(row)]
    size = max((len(row) for row in rows), default=0)
    rows = [[*row, *[""] * (size - len(row))] for row in rows]
    widths = [max(len(row[place]) for row in rows) for place in range(size)]
    lines = [[*map(str.ljust, row[:-1], widths), row[-1]] for row in rows]
    return Answer(joined([between.join(line) for line in lines]))


def base64_text(words: Words, text: str) -> Answer:
    """base64: encoded in lines of 76, or decoded."""
    only(words, "-d", "-i", "-w")
    if has(words, "-d"):
        data = re.sub(r"[^A-Za-z0-9+/=]" if has(words, "-i") else r"\n", "", text)
        try:
            return Answer(base64.b64decode(data, validate=True).decode(errors="replace"))
        except ValueError:
            raise Trouble("invalid input") from None
    encoded, width = base64.b64encode(text.encode()).decode(), number_of(words, "-w", 76)
    if not width:
        return Answer(encoded)
    return Answer("".join(encoded[at : at + width] + "\n" for at in range(0, len(encoded), width)))
