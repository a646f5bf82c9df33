"""A long output in parts that fit a model's context, and repeated lines folded.

A part is cut at line boundaries. Of logs the first part keeps the beginning and the end, since the
end is what one looks for; all other output is given from its beginning on.
"""

import re
from collections.abc import Iterator

import attrs

BYTES_PER_TOKEN = 4
"""How many bytes of English or YAML make a token of current models, measured on our own output."""

_HEAD_OF_LOGS = 4  # a quarter of the budget is for the beginning


@attrs.frozen
class Part:
    """What of a text is shown, and what is left for later: *rest* is empty where all is shown.

    *marker* is the line that stands for what was left out, empty where nothing was.
    """

    shown: str
    rest: str = ""
    marker: str = ""


def first_part(text: str, tokens: int, *, logs: bool = False) -> Part:
    """The part of *text* that fits *tokens*; of *logs* both ends."""
    budget = tokens * BYTES_PER_TOKEN
    if len(text.encode()) <= budget:
        return Part(text)
    if not logs:
        shown, rest = _split(text, budget)
        return Part(shown, rest, f"[{_amount(rest)} left]")
    head, middle = _split(text, budget // _HEAD_OF_LOGS)
    cut = _last_lines(middle, budget - budget // _HEAD_OF_LOGS)
    rest, tail = middle[:cut], middle[cut:]
    marker = f"[{_amount(rest)} left out here]"
    return Part(f"{head}{marker}\n{tail}", rest, marker)


def _split(text: str, budget: int) -> tuple[str, str]:
    """*text* at the last line end within *budget* bytes; inside a line that is longer than that."""
    cut = len(text.encode()[:budget].decode(errors="ignore"))
    line = text.rfind("\n", 0, cut) + 1
    cut = line or cut
    return text[:cut], text[cut:]


def _last_lines(text: str, budget: int) -> int:
    """Where the last whole lines of *text* that fit *budget* bytes begin."""
    raw = text.encode()
    if len(raw) <= budget:
        return 0
    start = len(raw[: len(raw) - budget].decode(errors="ignore"))
    line = text.find("\n", start - 1) + 1
    return line if 0 < line < len(text) else start


def _amount(text: str) -> str:
    lines = text.count("\n") + (not text.endswith("\n"))
    return f"{lines} line{'s' if lines != 1 else ''}, {len(text.encode())} bytes"


_CHANGING = re.compile(r"0x[0-9a-fA-F]+|[0-9a-fA-F]{8,}|[0-9]+")


def fold(text: str) -> str:
    """*text* with runs of lines that differ in numbers only written once, with their count."""
    return "".join(_folded(text.splitlines(keepends=True)))


def _folded(lines: list[str]) -> Iterator[str]:
    start = 0
    while start < len(lines):
        likeness = _CHANGING.sub("#", lines[start].rstrip("\n"))
        end = start + 1
        while end < len(lines) and _CHANGING.sub("#", lines[end].rstrip("\n")) == likeness:
            end += 1
        yield lines[start]
        if end - start == 2:
            yield lines[start + 1]
        elif end - start > 2:
            yield f"[{end - start - 2} more like it]\n{lines[end - 1]}"
        start = end
