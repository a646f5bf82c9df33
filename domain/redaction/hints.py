"""Where a text could hold something of interest; everything between is passed on unread.

A substring search is twenty times faster than a regular expression with many branches. So each hint
is an expression that begins with a literal, and it is tried only in texts that have this literal.
A hint never looks beyond its own line: that is all that is sure to be there.
"""

import functools
import re

from .keys import KEY_WORDS

NEVER = 1 << 62

_STEMS = ("pass", "pwd", "secret", "token", "cred", "dsn", "auth", "cookie")
# Names that only speak about a secret are left out early where they are frequent: secretName.
_ENDS = "name ref ttl file path mode type seconds policy pullsecrets automountserviceaccounttoken"
_ABOUT = "".join(f"(?<!{end})" for end in _ENDS.split())
_NAME = rf"[\w.\[\]-]{{0,120}}+{_ABOUT}[\"'\\]*+[ \t]*+[=:]"
_RANDOM = r"[\"'\\]*+[ \t]*+[=:][ \t]*+[\"'\\]*+[\w+/=%-]{20}"
_KEYS = "".join(f"(?<={word}[_.-]key)|(?<={word}key)|" for word in KEY_WORDS).rstrip("|")

# Literals of texts in lower case, with what must follow for a hint.
_FOLDED = dict.fromkeys(_STEMS, _NAME) | {
    "auth": r"(?!or(?!ization[\"'\\]*+[ \t]*+[=:])|entic)" + _NAME,
    "key": rf"(?:(?:{_KEYS}){_NAME}|[_.-]?data{_NAME}|{_RANDOM})",
    "conn": r"(?:ection)?[_.-]?str" + _NAME,
    "session": r"[\w.-]{0,120}+" + _RANDOM,
    "sig": r"(?:nature)?" + _RANDOM,
    "jwt": r"[\w.-]{0,120}+" + _RANDOM,
    "kind": r"[\"'\\]*+[ \t]*+:[ \t]*+[\"'\\]*+secret",
    "data": r"(?:(?<![a-z]data)|(?<=stringdata))[\"'\\]*+[ \t]*+:",
    "exec": r"[\"'\\]*+[ \t]*+:",
    "value": r"(?:\"[ \t]*+:|'?[ \t]*+:(?<=- value:))",
    "bearer": r"[ \t]+[^\s]{8}",
    "@tcp(": "",
    "ls0tls1crudjt": "",
    "--from-literal": "",
}
# The same for texts as they are.
_EXACT = {
    "eyJ": "",
    "ZXlK": r"[A-Za-z0-9+/]{32}",
    "PRIVATE KEY": "",
    "AKIA": "",
    "ASIA": r"[0-9A-Z]{16}",
    "AIza": "",
    "H4sI": "",
    "SDRzS": "",
    "NAME": r"[ \t]+VALUE[ \t\r]*$",
    "glpat-": "",
    "sk-": r"(?<![\w-]sk-)[\w-]{20}",
    "xox": r"[a-z]-",
    "://": r"(?:hooks\.slack|[^\s/:@\"'<>]{0,250}+(?:@|:(?![0-9]+(?:[/?#\s\"',)\]}]|$))))",
    "_": r"(?=\w{10})(?:(?<=gh[pousr]_)|(?<=_pat_)|(?<=k_live_)|(?<=k_test_)|(?<=npm_)|(?<=_v1_))",
    ".": r"(?:(?<=ya29\.)|(?<=hvs\.)"
    r"|(?<=[a-z0-9]{6}\.)(?<![A-Za-z0-9./_-][a-z0-9]{6}\.)[a-z0-9]{16}(?![a-z0-9]))",
}
# A name that stands as a value, ``name: DB_PASSWORD``, or a flag whose value may follow.
_COLON = r"[\"'\\]*+[ \t]*+:[ \t]*+[\"'\\]*+[\w.-]{0,120}?"
_NAMED = {"name": _COLON, "key": _COLON} | dict.fromkeys((" -", '"-', "'-"), r"-?[\w.-]{0,120}?")
# JSON that goes on in the next line: what follows is read by other rules from here on.
_OPENING = r"[ \t]*+[{\[](?:(?=[ \t\r]*$)|(?=[ \t]*[\"{\[])(?!.*[}\]][ \t\r]*$))"


@functools.cache
def _hint(literal: str, following: str) -> re.Pattern[str]:
    return re.compile(re.escape(literal) + following, re.MULTILINE)


@functools.cache
def _named(literal: str, stems: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"{re.escape(literal)}{_NAMED[literal]}(?:{'|'.join(stems)})")


@functools.cache
def _opening(first: bool) -> re.Pattern[str]:
    return re.compile(_OPENING if first else "\n" + _OPENING, re.MULTILINE)


def _lowered(text: str) -> str:
    """*text* in lower case with every character at its place."""
    lowered = text.lower()
    if len(lowered) != len(text):
        return "".join(c.lower() if c.isascii() else "?" for c in text)
    return lowered


def places(text: str) -> list[int]:
    """The offsets in *text*, ascending, at which something of interest may stand; NEVER is last."""
    lowered = _lowered(text)
    found = [NEVER]
    for where, table in ((lowered, _FOLDED), (text, _EXACT)):
        for literal, following in table.items():
            if literal in where:
                found += [match.start() for match in _hint(literal, following).finditer(where)]
    if stems := tuple(stem for stem in _STEMS if stem in lowered):
        for literal in _NAMED:
            if literal in lowered:
                found += [match.start() for match in _named(literal, stems).finditer(lowered)]
    if "{" in text or "[" in text:
        found += [match.end() - 1 for match in _opening(False).finditer(text)]
        found += [0] if _opening(True).match(text) else []
    found.sort()
    return found
