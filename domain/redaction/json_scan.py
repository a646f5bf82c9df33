"""Secrets in JSON that arrives in pieces; everything but the concealed values stays as it was.

kubectl sorts keys, so the ``data`` of a Secret comes before its ``kind``. Until the kind is known
the output is kept back, with the values of ``data`` as parts of their own.
"""

import re
from bisect import bisect_left
from collections.abc import Callable

import attrs

from . import modes
from .keys import is_secret
from .limits import HOLD_MAX, NESTING_MAX, TOKEN_MAX, VALUES_MAX
from .marks import Marks
from .modes import Mode
from .quoted import STRING, rewrite, unquote
from .values import is_harmless

_TOKEN = re.compile(
    rf"[\s,]*+(?:(?:({STRING})\s*+:\s*+)?+(?:({STRING})(?=\s{{0,999}}+[,}}\]])"
    r"|((?:-?\d[\d.eE+-]{0,62}+|true|false|null|\{}|\[])(?=[\s,}\]]))|([{\[]))|([}\]]))|([\s\S])"
)
_PARTIAL = re.compile(
    rf"[\s,]*+(?:{STRING}\s*+:\s*+)?+"
    rf'(?:{STRING}\s{{0,999}}+|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+\\?|[\w.+-]{{0,64}})'
)
_STRING, _LITERAL, _OPEN, _CLOSE, _JUNK = 2, 3, 4, 5, 6
_FLAG = re.compile(r"--?([A-Za-z][\w.-]*)")
_KEY_MAX = 250
_NEVER = 1 << 62


@attrs.define(eq=False)
class _Frame:
    """An object or array that is still open.

    *plain*: nothing in it is a secret unless a hint says so. *owners* are the objects of unknown
    kind in whose ``data`` it lies; *undecided* are the parts that wait for the kind of this one.
    """

    closer: str
    mode: Mode
    plain: bool
    owners: "tuple[_Frame, ...]" = ()
    kind: str = ""
    secret_type: bool = False
    listed: bool = False
    named: bool = False
    after_flag: bool = False
    undecided: list[int] | None = None
    loose: int = -1


# Most objects never hear a hint: these two stand for them until one does.
_OBJECT = _Frame("}", Mode.PLAIN, True)
_ARRAY = _Frame("]", Mode.PLAIN, True)


@attrs.define(eq=False)
class JsonScanner:
    """Reads one JSON value; *scrub* conceals what is inside of strings, *out* takes the result.

    *hints* given to ``run`` are the offsets where something of interest may stand; what lies
    between is not looked at, and that is what makes it fast.
    """

    marks: Marks
    scrub: Callable[[str], str]
    out: list[str]
    mode: Mode = Mode.PLAIN
    many_lines: bool = True
    done: bool = False
    failed: bool = False
    guarded: bool = False
    _stack: list[_Frame] = attrs.field(factory=list[_Frame])
    _parts: list[str] = attrs.field(factory=list[str])
    _waiting: int = 0
    _limit: int = _NEVER
    _base: int = 0

    def run(self, text: str, start: int, end: int, hints: list[int]) -> int:
        """Read on in *text* from *start*; return where this ended: done, failed or out of text."""
        self._base -= start
        pos = self._tokens(text, start, end, hints)
        self._base += pos
        self._flush()
        if not self.done and not self._may_continue(text, pos, end):
            self.abandon()
        return pos

    def abandon(self) -> None:
        """No more will come: conceal what is undecided; *guarded* if what follows is secret."""
        self.guarded = any(f.mode in modes.KEYLESS or f.owners for f in self._stack)
        self._fail_closed()
        self._flush()
        self.failed = True
        self._stack.clear()

    def _may_continue(self, text: str, pos: int, end: int) -> bool:
        return end - pos <= TOKEN_MAX + 4096 and _PARTIAL.fullmatch(text, pos, end) is not None

    def _flush(self) -> None:
        if not self._waiting:
            self.out += self._parts
            self._parts.clear()

    def _tokens(self, text: str, start: int, end: int, hints: list[int]) -> int:
        # One long function without calls: it runs for each value of megabytes of JSON.
        pos = cut = start
        index = bisect_left(hints, start)
        hint, limit = hints[index], self._limit - self._base
        stack, parts = self._stack, self._parts
        top = stack[-1] if stack else None
        for token in _TOKEN.finditer(text, start, end):
            begin, after = token.span()
            which = token.lastindex
            if which == _JUNK or after - begin > TOKEN_MAX:
                break
            hinted = hint < after
            if hinted or top is None or not top.plain:
                while hint < after:
                    index += 1
                    hint = hints[index]
                if top and (top is _OBJECT or top is _ARRAY):
                    top = stack[-1] = _Frame(top.closer, Mode.PLAIN, True)
                if which == _OPEN and len(stack) < NESTING_MAX:
                    stack.append(self._enter(top, token))
                elif top is None or which == _OPEN:
                    break
                elif which != _CLOSE:
                    part = self._scalar(top, token, hinted)
                    if part is not None:
                        parts += text[cut : token.start(which or 0)], part
                        cut = after
                elif text[after - 1] == top.closer:
                    self._leave(stack.pop())
                else:
                    break
                limit = self._limit - self._base
                top = stack[-1] if stack else None
            elif which == _OPEN:
                if len(stack) == NESTING_MAX:
                    break
                top = _ARRAY if text[after - 1] == "[" else _OBJECT
                stack.append(top)
            elif which == _CLOSE:
                if text[after - 1] != top.closer:
                    break
                if top.loose >= 0:
                    self._leave(top)
                    limit = self._limit - self._base
                stack.pop()
                top = stack[-1] if stack else None
            pos = after
            if top is None:
                self.done = True
                break
            if pos > limit:
                self._fail_closed()
                limit = self._limit - self._base
        parts.append(text[cut:pos])
        return pos

    def _enter(self, parent: _Frame | None, token: re.Match[str]) -> _Frame:
        closer = "]" if token[_OPEN] == "[" else "}"
        if parent is None:
            return _Frame(closer, self.mode, self.mode is Mode.PLAIN)
        key = _key(token)
        mode = modes.below(parent.mode, key) if key else parent.mode
        owners = parent.owners
        if key in modes.DATA_KEYS:
            if parent.kind == modes.SECRET_KIND:
                mode = Mode.SECRET
            elif not parent.kind:
                self._await_kind(parent, token.start())
                owners = (*owners, parent)
        frame = _Frame(closer, mode, mode is Mode.PLAIN and not owners, owners)
        self._inherit(frame, parent, key)
        return frame

    def _inherit(self, frame: _Frame, parent: _Frame, key: str) -> None:
        """The items of a SecretList come without a kind of their own."""
        if parent.kind == modes.LIST_KIND and key == "items":
            frame.listed, frame.plain = True, False
        elif parent.listed:
            frame.kind = modes.SECRET_KIND

    def _leave(self, frame: _Frame) -> None:
        if frame.undecided is not None:
            self._decide(frame, frame.secret_type)
        if frame.loose >= 0:
            self._release(frame, False)

    def _scalar(self, frame: _Frame, token: re.Match[str], hinted: bool) -> str | None:
        """What to write for the value of *token*, or None where it stays and is settled."""
        raw = token[_STRING] or token[_LITERAL]
        value = unquote(raw) if token[_STRING] else raw
        if frame.closer == "]":
            secret = self._is_secret_element(frame, value)
        else:
            key = _key(token)
            self._observe(frame, key, value)
            secret = modes.conceals(frame.mode, key, value, frame.named)
            if key in modes.VALUE_KEYS and not secret and not frame.named:
                return self._keep_loose(frame, raw, token.start())
        if secret:
            return f'"{self.marks.of(value)}"'
        part = rewrite(raw, self.scrub) if hinted and token[_STRING] else raw
        for owner in frame.owners:
            self._defer(owner, len(self._parts) + 1)
        return part if frame.owners or part != raw else None

    def _is_secret_element(self, frame: _Frame, value: str) -> bool:
        after_flag, flag = frame.after_flag, _FLAG.fullmatch(value)
        frame.after_flag = flag is not None and is_secret(flag[1])
        frame.plain = frame.mode is Mode.PLAIN and not frame.owners and not frame.after_flag
        if is_harmless(value):
            return False
        return frame.mode in modes.KEYLESS or (after_flag and not value.startswith("-"))

    def _observe(self, frame: _Frame, key: str, value: str) -> None:
        """Take in what *key* says about its siblings."""
        if key == "kind":
            frame.kind = value
            frame.plain = frame.plain and value != modes.LIST_KIND
            if frame.undecided is not None:
                self._decide(frame, value == modes.SECRET_KIND)
        elif key == "type":
            frame.secret_type = modes.is_secret_type(value)
        elif key in modes.NAME_KEYS and is_secret(value):
            frame.named, frame.plain = True, False
            if frame.loose >= 0:
                self._release(frame, True)

    def _keep_loose(self, frame: _Frame, raw: str, start: int) -> str:
        """Keep a ``value`` back whose ``name`` may still come."""
        if frame.loose < 0:
            self._wait(start)
        frame.loose = len(self._parts) + 1
        for owner in frame.owners:
            self._defer(owner, frame.loose)
        return rewrite(raw, self.scrub) if raw.startswith('"') else raw

    def _release(self, frame: _Frame, secret: bool) -> None:
        if secret:
            self._conceal_part(frame.loose)
        frame.loose = -1
        self._waiting -= 1
        self._limit = self._limit if self._waiting else _NEVER

    def _defer(self, owner: _Frame, part: int) -> None:
        if owner.undecided is not None:
            owner.undecided.append(part)
            if len(owner.undecided) == VALUES_MAX:
                self._limit = 0

    def _await_kind(self, frame: _Frame, start: int) -> None:
        if frame.undecided is None:
            frame.undecided, frame.plain = [], False
            self._wait(start)

    def _wait(self, start: int) -> None:
        if not self._waiting:
            self._limit = self._base + start + HOLD_MAX
        self._waiting += 1

    def _decide(self, frame: _Frame, secret: bool) -> None:
        for index in (frame.undecided or ()) if secret else ():
            self._conceal_part(index)
        frame.undecided = None
        self._waiting -= 1
        self._limit = self._limit if self._waiting else _NEVER

    def _conceal_part(self, index: int) -> None:
        raw = self._parts[index]
        value = unquote(raw) if raw.startswith('"') else raw
        if not is_harmless(value):
            self._parts[index] = f'"{self.marks.of(value)}"'

    def _fail_closed(self) -> None:
        """Take every object of unknown kind for a Secret."""
        for frame in self._stack:
            if frame.owners:
                frame.mode, frame.plain, frame.owners = Mode.SECRET, False, ()
            if frame.undecided is not None:
                frame.kind = modes.SECRET_KIND
                self._decide(frame, True)
            if frame.loose >= 0:
                self._release(frame, True)


def _key(token: re.Match[str]) -> str:
    return unquote(token[1])[:_KEY_MAX] if token[1] else ""
