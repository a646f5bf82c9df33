"""grep: basic, extended, fixed and Perl patterns, counts, parts and context."""

import re

import attrs

from ....domain.filters.options import Words
from ..answer import Answer
from .reading import has, joined, lacking, lines_of, number_of, only, text_of, texts_of
from .regex import compiled

_KNOWN = (
    "-i",
    "--no-ignore-case",
    "-v",
    "-w",
    "-x",
    "-c",
    "-n",
    "-o",
    "-h",
    "-s",
    "-q",
    "-a",
    "-E",
    "-F",
    "-G",
    "-P",
    "--line-buffered",
    "--no-group-separator",
    "-e",
    "-m",
    "-A",
    "-B",
    "-C",
    "--color",
    "--group-separator",
)


def run(words: Words, text: str) -> Answer:
    """What grep prints of *text*; exit code 1 where no line is selected."""
    only(words, *_KNOWN)
    search = _Search(words, [_pattern(words, pattern) for pattern in _patterns(words)])
    lines = lines_of(text)
    chosen = search.chosen(lines)
    code = 0 if chosen else 1
    if has(words, "-q"):
        return Answer(exit_code=code)
    if has(words, "-c"):
        return Answer(f"{len(chosen)}\n", exit_code=code)
    return Answer(
        search.parts(lines, chosen) if has(words, "-o") else search.shown(lines, chosen),
        exit_code=code,
    )


def _patterns(words: Words) -> list[str]:
    given = texts_of(words, "-e") or [token.text for token in words.operands[:1]]
    return [part for text in given for part in text.split("\n")]


def _pattern(words: Words, pattern: str) -> re.Pattern[str]:
    flags = re.IGNORECASE if has(words, "-i") and not has(words, "--no-ignore-case") else 0
    if has(words, "-F"):
        found = re.compile(re.escape(pattern), flags)
    elif has(words, "-P"):
        try:
            found = re.compile(pattern, flags)
        except re.error:
            raise lacking(f"the pattern {pattern!r}") from None
    else:
        found = compiled(pattern, has(words, "-E"), flags)
    if has(words, "-x"):
        return re.compile(rf"^(?:{found.pattern})$", flags)
    return re.compile(rf"(?<!\w)(?:{found.pattern})(?!\w)", flags) if has(words, "-w") else found


@attrs.frozen
class _Search:
    words: Words
    patterns: list[re.Pattern[str]]

    def chosen(self, lines: list[str]) -> list[int]:
        """The places of the selected lines, as many as ``-m`` allows."""
        invert = has(self.words, "-v")
        places = [
            p for p, line in enumerate(lines) if any(x.search(line) for x in self.patterns) is not invert
        ]
        return places[: number_of(self.words, "-m", len(places))]

    def parts(self, lines: list[str], chosen: list[int]) -> str:
        """Each match on a line of its own; nothing of inverted matches."""
        if has(self.words, "-v"):
            return ""
        found: list[str] = []
        for place in chosen:
            matches = sorted({m.span() for x in self.patterns for m in x.finditer(lines[place]) if m[0]})
            found += [self._numbered(place, ":") + lines[place][start:end] for start, end in matches]
        return joined(found)

    def shown(self, lines: list[str], chosen: list[int]) -> str:
        """The selected lines with their context, groups apart."""
        context = number_of(self.words, "-C", 0)
        before, after = number_of(self.words, "-B", context), number_of(self.words, "-A", context)
        selected, last, shown = set(chosen), -1, list[str]()
        for place in sorted(
            {p for c in chosen for p in range(max(0, c - before), min(len(lines), c + after + 1))}
        ):
            if (
                (before or after)
                and last >= 0
                and place > last + 1
                and not has(self.words, "--no-group-separator")
            ):
                shown.append(text_of(self.words, "--group-separator", "--"))
            shown.append(self._numbered(place, ":" if place in selected else "-") + lines[place])
            last = place
        return joined(shown)

    def _numbered(self, place: int, sign: str) -> str:
        return f"{place + 1}{sign}" if has(self.words, "-n") else ""
