"""What one line is, by its indentation and its key: the YAML half of the scanner."""

import re

import attrs

from . import forms, modes
from .forms import DASH, KEY, VALUE
from .inline import PEM_END, conceal_text
from .keys import is_secret
from .levels import Held, Level, Levels
from .limits import HOLD_MAX
from .marks import Marks
from .modes import Mode
from .opened import Opened, PemBody, Scalar, Section
from .values import is_harmless

_REMEMBERED = frozenset({"kind", "exec", "auth-provider"}) | modes.DATA_KEYS


@attrs.frozen
class Rest:
    """The part of a line that is running text: where it starts, and how JSON in it is read."""

    start: int
    mode: Mode = Mode.PLAIN


@attrs.define(eq=False)
class LineReader:
    """Remembers what earlier lines mean for later ones; writes what it has settled to *out*."""

    marks: Marks
    out: list[str]
    levels: Levels = attrs.field(factory=Levels)
    opened: Opened | None = None
    held: Held | None = None
    replay: str | None = None
    _flag_at: int = -1
    _in_table: bool = False
    _resumed: Level | None = None

    @property
    def idle(self) -> bool:
        """Whether a line without a hint changes nothing and stays as it is."""
        return not (self.levels.stack or self._busy)

    @property
    def _busy(self) -> bool:
        return bool(self.opened or self.held or self._in_table or self._flag_at >= 0)

    @property
    def plain_below(self) -> int | None:
        """The indentation below which lines without a hint change nothing, if there is any."""
        if not self.levels.stack or self._busy:
            return None
        top = self.levels.stack[-1]
        return top.indent if top.below is Mode.PLAIN else None

    def close(self) -> None:
        """The text has ended: settle what waits for more; look at *replay* after it."""
        if self.opened:
            self._close_opened()
        if self.held:
            self._settle("")

    def go_on(self, text: str) -> bool:
        """Whether *text*, a later part of a long line, belongs to what is kept back."""
        if self.opened:
            self.opened.take(text)
            return True
        return self.held is not None and self._keep(self.held, text)

    def read(self, found: re.Match[str], hinted: bool) -> Rest | None:
        """Take a line; what remains of it to be read as text, or None once it is settled.

        Where *replay* is set afterwards, that comes first and then the line once more.
        """
        if not hinted and self._passes(found):
            return Rest(found.start())
        indent, place = found.end(1) - found.start(), found.end(DASH) - found.start()
        bare = found[0].strip()
        if self.opened and self._take(found[0], indent, bare):
            return None
        if self.held and self._hold(found, indent, place, bare):
            return None
        if self.replay is not None:
            return None
        if not bare:
            self._in_table = False
            return Rest(found.start())
        self._leave(indent, place)
        if found[KEY] is None:
            return self._keyless(found, indent, place, bare)
        self._flag_at = -1
        return self._keyed(found, place, self.levels.mode(place, place > indent))

    def _passes(self, found: re.Match[str]) -> bool:
        """Whether a line without hint means nothing, for it lies in a plain part of its mapping."""
        if self._busy:
            return False
        if not self.levels.stack:
            return True
        top, indent = self.levels.stack[-1], found.end(1) - found.start()
        return top.below is Mode.PLAIN and (
            indent > top.indent or (indent == top.indent and found.end(DASH) > found.end(1))
        )

    def _take(self, line: str, indent: int, bare: str) -> bool:
        opened = self.opened
        if opened is None or not opened.extent.holds(indent, bare):
            self._close_opened()
            return False
        end = PEM_END.search(line) if isinstance(opened.extent, PemBody) else None
        opened.take(line[: end.end()] if end else line)
        if end:
            opened.suffix = conceal_text(line[end.end() :], self.marks)
            self._close_opened()
        return True

    def _close_opened(self) -> None:
        if self.opened:
            self.out.append(self.opened.close(self.marks))
        self.opened = None

    def _hold(self, found: re.Match[str], indent: int, place: int, bare: str) -> bool:
        """Whether the line is kept with those before it; settles them where it answers or ends."""
        held = self.held
        if held is None:
            return False
        at, dash = held.level.indent, place > indent
        inside = indent > at or not bare or bare.startswith("#") or (indent == at and dash)
        if held.named and indent == at and dash:
            inside = False
        sibling = indent == at and not dash and found[KEY] is not None
        value = forms.word(found[VALUE])
        if sibling and held.answer(found[KEY], value):
            self._settle(value if found[KEY] != "type" else modes.SECRET_KIND)
            return False
        if not inside and not sibling:
            self._settle("")
            return False
        return self._keep(held, found[0])

    def _keep(self, held: Held, line: str) -> bool:
        """Keep *line* too; where it is too much by now, take the object for a Secret."""
        if held.size + len(line) > HOLD_MAX:
            self._settle("password" if held.named else modes.SECRET_KIND)
            return False
        held.add(line)
        return True

    def _leave(self, indent: int, place: int) -> None:
        """Close the mappings that end here; the one whose lines are read again goes on."""
        self.levels.leave(indent, place, place > indent)
        if self._resumed:
            if self._resumed not in self.levels.stack:
                self.levels.stack.append(self._resumed)
            self._resumed = None

    def _settle(self, answer: str) -> None:
        """Read the kept lines again, now that the kind, or the name, of their mapping is known."""
        held, self.held = self.held, None
        if held is None:
            return
        level = held.level
        level.was_held = True
        if held.named:
            level.named = is_secret(answer)
        else:
            level.kind = answer or ("-" if not forms.is_encoded(held.text) else modes.SECRET_KIND)
        self._resumed = level
        self.replay = held.text

    def _keyless(self, found: re.Match[str], indent: int, place: int, bare: str) -> Rest | None:
        dash = place > indent
        mode, stack = self.levels.mode(place, dash), self.levels.stack
        if bare == "----" and stack and stack[-1].below is Mode.SCALARS and not indent:
            self.out.append(found[0])
            self.opened = Opened(Section())
            return None
        after_flag, value = dash and self._flag_at == indent, forms.unquoted(found[VALUE])
        self._flag_at = indent if dash and forms.is_flag(bare[1:].strip()) else -1
        wanted = mode in modes.KEYLESS or (after_flag and not value.startswith("-"))
        if wanted and not is_harmless(value) and not forms.BRACKETS.fullmatch(bare):
            self._open(found, indent if dash else max(indent - 1, 0))
            return None
        if not indent and not dash and not bare.startswith("#"):
            stack.clear()
        return self._row(found, bare) if not dash else Rest(found.start())

    def _row(self, found: re.Match[str], bare: str) -> Rest | None:
        """A line that is a variable of an environment, or a row of a table of parameters."""
        row = forms.ROW.fullmatch(bare) if self._in_table else None
        self._in_table = self._in_table or forms.TABLE.fullmatch(bare) is not None
        pair = row or forms.ENVIRONMENT.fullmatch(bare)
        value = pair[pair.lastindex or 0] if pair else ""
        if pair is None or not modes.conceals(Mode.PLAIN, pair[1], forms.unquoted(value)):
            return Rest(found.start())
        whole = found[0]
        start = whole.rindex(value)
        mark = self.marks.of(forms.unquoted(value))
        self.out.append(whole[:start] + mark + whole[start + len(value) :])
        return None

    def _keyed(self, found: re.Match[str], place: int, mode: Mode) -> Rest | None:
        key, value = found[KEY], found[VALUE].rstrip()
        level = self._level(key, value, place, found.end(DASH) > found.end(1))
        if level and self._must_wait(found, level, key, value):
            return None
        named = level is not None and level.named
        inner = self._below(level, mode, key)
        if not value or forms.NESTED.fullmatch(value):
            self.levels.forget()
            return self._value(found, Mode.PLAIN)
        if value[0] in "|>!&" and forms.BLOCK.fullmatch(value):
            return self._block(found, level, place, modes.conceals(mode, key, "?", named))
        plain = forms.unquoted(value)
        if level:
            level.observe(key, forms.word(value))
        flow = inner is Mode.SECRET and not forms.JSON.match(value) and not is_harmless(value)
        if flow or modes.conceals(mode, key, plain, named):
            self._open(found, place)
            return None
        self.levels.forget()
        return self._value(found, inner)

    def _value(self, found: re.Match[str], mode: Mode) -> Rest:
        """What is left to read of a line whose key has been judged."""
        start = found.start(VALUE)
        self.out.append(found[0][: start - found.start()])
        return Rest(start, mode)

    def _level(self, key: str, value: str, place: int, dash: bool) -> Level | None:
        """The mapping that *key* belongs to, if there is anything to remember about it."""
        if not self.levels.stack and key not in _REMEMBERED and not _announces(key, value, dash):
            return None
        return self.levels.at(place)

    def _below(self, level: Level | None, mode: Mode, key: str) -> Mode:
        inner = modes.below(mode, key)
        if level:
            if key in modes.DATA_KEYS and level.kind == modes.SECRET_KIND:
                inner = Mode.SECRET
            level.below = inner
        return inner

    def _must_wait(self, found: re.Match[str], level: Level, key: str, value: str) -> bool:
        """Whether the line is held: its meaning hangs on a sibling that may still come."""
        nested = forms.NESTED.fullmatch(value) is not None or value.startswith("{")
        unnamed = key in modes.VALUE_KEYS and found.end(DASH) > found.end(1) and not nested
        unkind = key in modes.DATA_KEYS and nested and not level.kind and value != "{}"
        if level.was_held or not (unnamed or unkind):
            return False
        if not self.levels.may_hold():
            level.kind, level.named = modes.SECRET_KIND, True
            return False
        self.held = Held(level, named=unnamed)
        self.held.add(found[0])
        return True

    def _block(
        self, found: re.Match[str], level: Level | None, place: int, secret: bool
    ) -> Rest | None:
        """A block scalar: one secret, or else text that may be a document of its own."""
        if not secret:
            if level:
                level.below = Mode.PLAIN
            return self._value(found, Mode.PLAIN)
        self.out.append(found[0])
        self.opened = Opened(Scalar(place), lead=None)
        return None

    def _open(self, found: re.Match[str], limit: int) -> None:
        """Conceal the value of this line, and the lines that continue it."""
        start, value = found.start(VALUE), found[VALUE].rstrip()
        ending = "\n" if found[0].endswith("\n") else ""
        quoted = forms.QUOTED.fullmatch(value)
        self.out.append(found[0][: start - found.start()])
        if quoted:
            self.out.append(quoted[1])
            self.opened = Opened(Scalar(limit), suffix=quoted[1] + quoted[3])
            self.opened.take(forms.unquoted(quoted[1] + quoted[2] + quoted[1]) + ending)
            return
        self.opened = Opened(Scalar(limit))
        self.opened.take(value + ending)


def _announces(key: str, value: str, dash: bool) -> bool:
    """Whether *key* says something about the lines that follow."""
    if key in modes.NAME_KEYS:
        return is_secret(forms.word(value))
    if key in modes.VALUE_KEYS:
        return dash
    return modes.below(Mode.PLAIN, key) is not Mode.PLAIN
