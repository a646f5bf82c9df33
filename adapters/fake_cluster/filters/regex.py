"""POSIX regular expressions, basic and extended, as Python's."""

import re

from .reading import lacking

_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r"\s",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
}
_SAME = frozenset("wWsSbB")


def compiled(pattern: str, extended: bool, flags: int = 0) -> re.Pattern[str]:
    """*pattern* compiled.

    Raises:
        Trouble: it is wrong, or uses what Python writes differently.
    """
    try:
        return re.compile(_translated(pattern, extended), flags)
    except re.error as error:
        raise lacking(f"the pattern {pattern!r} ({error})") from None


def _translated(pattern: str, extended: bool) -> str:
    done, at = list[str](), 0
    while at < len(pattern):
        char = pattern[at]
        if char == "[":
            text, at = _bracket(pattern, at)
            done.append(text)
            continue
        if char == "\\" and at + 1 < len(pattern):
            done.append(_escaped(pattern[at + 1], extended))
            at += 2
            continue
        done.append(_plain(char, extended, done, pattern[at + 1 :]))
        at += 1
    return "".join(done)


def _escaped(char: str, extended: bool) -> str:
    if not extended and char in "(){}|+?":
        return char
    if char in "<>":
        return r"\b(?=\w)" if char == "<" else r"\b(?<=\w)"
    return "\\" + char if char in _SAME or char.isdigit() else re.escape(char)


def _plain(char: str, extended: bool, before: list[str], after: str) -> str:
    if not extended:
        starts = not before or before[-1] in ("(", "|")
        if (
            char in "(){}|+?"
            or (char == "*" and (starts or before[-1] == "^"))
            or (char == "^" and not starts)
        ):
            return re.escape(char)
        if char == "$" and after and not after.startswith((r"\)", r"\|")):
            return re.escape(char)
        return char
    if char == "{" and not re.match(r"\d*,?\d*\}", after):
        return r"\{"
    return char


def _bracket(pattern: str, start: int) -> tuple[str, int]:
    """A bracket expression from *start*, and the place behind it."""
    at, done = start + 1, "["
    if pattern[at : at + 1] == "^":
        done, at = done + "^", at + 1
    first = at
    while at < len(pattern) and (pattern[at] != "]" or at == first):
        if found := re.match(r"\[:(\w+):\]", pattern[at:]):
            if found[1] not in _CLASSES:
                raise lacking(f"the class {found[0]}")
            done, at = done + _CLASSES[found[1]], at + len(found[0])
            continue
        done += "\\" + pattern[at] if pattern[at] in "\\[]&~|" else pattern[at]
        at += 1
    return done + "]", at + 1
