"""The reader of a stream: lines, the JSON among them, and lines too long to be kept whole.

What it answers never depends on how the text was cut into pieces: it takes whole lines, or parts of
LINE_MAX of longer ones, and of JSON whole tokens.
"""

import functools
import re
from bisect import bisect_left

import attrs

from .forms import LINE
from .hints import NEVER, places
from .inline import PEM_BEGIN, PEM_END, conceal_text
from .json_scan import JsonScanner
from .limits import LINE_MAX, STRINGS_MAX
from .lines import LineReader, Rest
from .marks import Marks
from .opened import Opened, PemBody, Scalar
from .patterns import conceal_forms
from .quoted import rewrite_escaped

JSON_TRIES = 32

_SHORT = 15  # no form of secret is shorter
_WINDOW = 64 * 1024
_CONTEXT = 1024
_JSON_START = re.compile(r"\{(?=[ \t]*\")|\[(?=[ \t]*[{\"])")
_JSON_LINE = re.compile(r"[ \t]*[{\[][ \t\r]*")
_MARKED = re.compile(r"<redacted:[0-9a-f]{8}>$")
_DELIMITER = re.compile(r"[\s,;]")
_PAIRED = re.compile(r"[=:\s{]")
_DOCUMENT = re.compile(r"\n|:(?: |$)|[{\[][ \t]*[\"{]|\s*(?:export )?[A-Z_][A-Z0-9_]*=")


@attrs.define(eq=False)
class Scanner:
    """Conceals what is secret in a text given in pieces; *depth* counts texts inside of strings."""

    marks: Marks
    depth: int = 0
    out: list[str] = attrs.field(factory=list[str])
    _lines: LineReader = attrs.field(init=False)
    _json: JsonScanner | None = None
    _midline: bool = False
    _stuck: bool = False
    _tries: int = 0

    def __attrs_post_init__(self) -> None:
        self._lines = LineReader(self.marks, self.out)

    @property
    def in_json(self) -> bool:
        """Whether parts of a line can be read already."""
        return self._json is not None

    def run(self, text: str, final: bool = False) -> int:
        """Read *text*; return how much of it is done with. The rest belongs before the next."""
        hints = places(text)
        end = len(text) if final else text.rfind("\n") + 1
        pos, self._stuck = 0, False
        while not self._stuck and (pos < end or self._json or len(text) - pos > LINE_MAX):
            if self._json:
                pos = self._read_json(self._json, text, pos, hints, final)
            else:
                pos = self._read_line(text, pos, end, hints)
        return pos

    def close(self, text: str) -> None:
        """Read the last *text*, and settle what still waits."""
        while True:
            text = text[self.run(text, final=True) :]
            self._lines.close()
            if self._lines.replay is None:
                return
            self._read_again()

    def _read_again(self) -> None:
        """Read lines that were kept back, with what is known by now."""
        text, self._lines.replay = self._lines.replay or "", None
        self._midline, stuck = False, self._stuck
        start, window = 0, _WINDOW
        while start < len(text):
            end = text.rfind("\n", start, start + window) + 1 or len(text)
            done = self.run(text[start:end], final=end == len(text))
            start, window = start + done, _WINDOW if done else 2 * window
            self.out[:] = ["".join(self.out)]
        self._midline, self._stuck = False, stuck

    def _read_json(
        self, json: JsonScanner, text: str, pos: int, hints: list[int], final: bool
    ) -> int:
        newline = -1 if json.many_lines else text.find("\n", pos)
        limit = len(text) if newline < 0 else newline
        pos = json.run(text, pos, limit, hints)
        if not json.done and not json.failed:
            if newline < 0 and not final:
                self._stuck = True
                return pos
            json.abandon()
        self._json, self._midline = None, True
        if json.guarded:
            self._lines.opened = Opened(Scalar(NEVER))
        return pos

    def _read_line(self, text: str, pos: int, end: int, hints: list[int]) -> int:
        if not self._midline:
            following = self._next_of_interest(text, pos, end, hints)
            if following > pos:
                self.out.append(text[pos:following])
                return following
        stop = _end_of_line(text, pos)
        concealed = stop < 0 and not (self._lines.opened or self._lines.held)
        if stop < 0:
            stop = _safe_end(text, pos, hints) if concealed else pos + LINE_MAX
        whole, stop = stop > 0, abs(stop)
        after = self._read_part(text, pos, stop, hints[bisect_left(hints, pos)] < stop)
        if not whole and after == stop and not self._json:
            self._lines.opened = Opened(Scalar(NEVER))
        return after

    def _next_of_interest(self, text: str, pos: int, end: int, hints: list[int]) -> int:
        """Up to where lines without a hint can be passed on unread."""
        if self._lines.idle:
            return _hinted_line(text, pos, end, hints)
        indent = self._lines.plain_below
        if indent is None or not text[pos : pos + indent + 1].isspace():
            return pos
        following = _hinted_line(text, pos, end, hints)
        dedent = _dedent(indent).search(text, pos, following)
        return dedent.end() if dedent else following

    def _read_part(self, text: str, pos: int, stop: int, hinted: bool) -> int:
        """Read a line, or as much of it as is taken at once."""
        first, rest = not self._midline, self._judged(text, pos, stop, hinted)
        if self._lines.replay is not None:
            midline = self._midline
            self._read_again()
            self._midline = midline
            return pos
        self._midline = text[stop - 1] != "\n"
        if rest is None:
            return stop
        if hinted:
            return self._read_text(text, pos, rest, stop, first)
        self.out.append(text[rest.start : stop])
        return stop

    def _judged(self, text: str, pos: int, stop: int, hinted: bool) -> Rest | None:
        """What remains to be read as text once the line, or a later part of it, is judged."""
        if self._midline:
            return None if self._lines.go_on(text[pos:stop]) else Rest(pos)
        self._tries = 0
        found = LINE.match(text, pos, stop)
        return self._lines.read(found, hinted) if found else Rest(pos)

    def _read_text(self, text: str, pos: int, rest: Rest, stop: int, first: bool) -> int:
        """Conceal what can be told in running text; up to where JSON starts, or all of it."""
        start, body = rest.start, stop - (text[stop - 1] == "\n")
        opening = self._json_start(text, start, body, first)
        if opening >= 0:
            self._tries += 1
            self.out.append(self._concealed(text[start:opening]))
            alone = first and not text[pos:opening].strip()
            many = alone and body < stop and text[start:body].rstrip()[-1] not in "}]"
            self._json = JsonScanner(self.marks, self._scrub, self.out, rest.mode, many)
            self._midline = True
            return opening
        begin = _open_pem(text, start, body) if body < stop else -1
        if begin >= 0:
            self.out.append(self._concealed(text[start:begin]))
            self._lines.opened = Opened(PemBody())
            self._lines.opened.take(text[begin:stop])
            return stop
        clean = self._concealed(text[start:body])
        self.out += clean, text[body:stop]
        if self._midline and _MARKED.search(clean) and not _MARKED.search(text, start, body):
            self._lines.opened = Opened(Scalar(NEVER))
        return stop

    def _json_start(self, text: str, start: int, end: int, first: bool) -> int:
        if self._tries >= JSON_TRIES:
            return -1
        if first and _JSON_LINE.fullmatch(text, start, end):
            return end - len(text[start:end].lstrip())
        found = _JSON_START.search(text, start, end)
        return found.start() if found else -1

    def _concealed(self, text: str) -> str:
        if not _PAIRED.search(text):
            return conceal_forms(text, self.marks) if len(text) > _SHORT else text
        return conceal_text(rewrite_escaped(text, self._scrub), self.marks)

    def _scrub(self, text: str) -> str:
        """*text*, which a string said, without its secrets; it may be a document of its own."""
        if not _PAIRED.search(text):
            return conceal_forms(text, self.marks)
        if self.depth == STRINGS_MAX or not _DOCUMENT.search(text):
            return conceal_text(text, self.marks)
        inner = Scanner(self.marks, self.depth + 1)
        inner.close(text)
        return "".join(inner.out)


@functools.lru_cache(128)
def _dedent(indent: int) -> re.Pattern[str]:
    return re.compile(rf"\n(?=[ \t+]{{0,{indent}}}[^ \t+\n])")


def _hinted_line(text: str, pos: int, end: int, hints: list[int]) -> int:
    """Where the next line with a hint starts, or *end*."""
    hint = hints[bisect_left(hints, pos)]
    if hint >= end:
        return max(pos, end)
    return max(pos, text.rfind("\n", pos, hint) + 1)


def _end_of_line(text: str, pos: int) -> int:
    """Behind the line break, at the end of the text, or -1 where the line is too long."""
    newline = text.find("\n", pos, pos + LINE_MAX)
    if newline >= 0:
        return newline + 1
    return len(text) if len(text) - pos <= LINE_MAX else -1


def _safe_end(text: str, pos: int, hints: list[int]) -> int:
    """Where a long line can be cut beside a secret; negative: what follows is concealed."""
    high, end = pos + LINE_MAX - _WINDOW, pos + LINE_MAX - _CONTEXT
    if hints[bisect_left(hints, high)] >= end:
        return end
    ends = [found.end() for found in _DELIMITER.finditer(text, high, end)]
    for end in reversed(ends):
        if hints[bisect_left(hints, end - _CONTEXT)] >= end:
            return end
    return -(ends[-1] if ends else high)


def _open_pem(text: str, start: int, end: int) -> int:
    """Where a private key starts that does not end in this line, or -1."""
    begin = -1
    for found in PEM_BEGIN.finditer(text, start, end):
        begin = found.start()
    return begin if begin >= 0 and not PEM_END.search(text, begin, end) else -1
