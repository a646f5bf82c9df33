"""Double-quoted strings, as JSON and YAML write them."""

import re
from collections.abc import Callable
from json import dumps, loads

STRING = r'"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+"'
_ESCAPED = re.compile(STRING[:-1] + r"(?:\"|\\?$)")


def unquote(raw: str) -> str:
    """What the string *raw* says; its characters as they are, where an escape makes no sense."""
    if "\\" not in raw:
        return raw[1:-1]
    try:
        return str(loads(raw, strict=False))
    except ValueError:
        return raw[1:-1]


def quote(value: str, like: str) -> str:
    """*value* as a string; *like* is what it is to replace, and tells whether escapes were read."""
    if "\\" in like and unquote(like) == like[1:-1]:
        return f'"{value}"'
    return dumps(value, ensure_ascii=False)


def rewrite(raw: str, scrub: Callable[[str], str]) -> str:
    """The string *raw* after *scrub* has gone over what it says; byte for byte where unchanged."""
    value = unquote(raw)
    clean = scrub(value)
    return raw if clean == value else quote(clean, raw)


def rewrite_escaped(text: str, scrub: Callable[[str], str]) -> str:
    """*text* with *scrub* applied inside of those strings that have escapes in them."""
    if "\\" not in text:
        return text
    return _ESCAPED.sub(
        lambda found: rewrite(found[0], scrub) if _has_escapes(found[0]) else found[0], text
    )


def _has_escapes(raw: str) -> bool:
    return "\\" in raw and raw.endswith('"') and len(raw) > 1
