"""Secrets that show by their own form, wherever they stand."""

import functools
import re
from base64 import b64decode

import attrs

from .marks import Marks
from .values import is_harmless


@attrs.frozen
class Pattern:
    """A form of secret: the group ``secret`` of *regex*, or the whole match, is concealed.

    *literal* occurs, in lower case, in every text that matches.
    """

    literal: str
    regex: str


# Order matters where two forms overlap: the longer comes first.
PATTERNS = (
    Pattern(
        "://",
        r"://[^\s/:@\"'<>]*:(?!\d{1,5}[/?#\s\"'])(?P<secret>(?:(?!://)[^\s\"'<>])+)@",
    ),
    Pattern("://", r"://(?P<secret>[^\s/:@\"'<>]{16,})@"),
    Pattern("@tcp(", r"(?<![^\s\"'=])[\w.-]{1,64}:(?P<secret>[^\s\"']{1,250})@tcp\("),
    Pattern("://hooks.slack", r"://hooks\.slack\.com/(?:services|workflows)/(?P<secret>[\w/-]+)"),
    Pattern("eyj", r"(?<![A-Za-z0-9_-])eyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)*"),
    Pattern("zxlk", r"(?<![A-Za-z0-9+/])ZXlK[A-Za-z0-9+/]{32,}={0,2}"),
    Pattern(
        "bearer",
        r"(?i:\bbearer)[ \t]+"
        r"(?P<secret>(?=[^\s\"'\\,;]*[0-9]|[^\s\"'\\,;]{24})[\w.~+/=-]{8,})",
    ),
    Pattern("akia", r"(?<![A-Za-z0-9])AKIA[0-9A-Z]{16}(?![0-9A-Za-z])"),
    Pattern("asia", r"(?<![A-Za-z0-9])ASIA[0-9A-Z]{16}(?![0-9A-Za-z])"),
    Pattern("_", r"(?<![A-Za-z0-9])(?:gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\w{20,})"),
    Pattern("_", r"(?<![A-Za-z0-9])(?:npm_[A-Za-z0-9]{30,}|[sr]k_(?:live|test)_\w{10,})"),
    Pattern("_", r"(?<![A-Za-z0-9])(?:do[opr]_v1_\w{20,}|dckr_pat_[\w-]{20,})"),
    Pattern("glpat-", r"glpat-[\w.-]{16,}"),
    Pattern("xox", r"(?<![A-Za-z0-9])xox[a-z]-[A-Za-z0-9-]{10,}"),
    Pattern("sk-", r"(?<![\w-])sk-(?:[A-Za-z0-9]{20,}|(?=[\w-]*[A-Z])[\w-]{20,})[\w-]*"),
    Pattern("aiza", r"(?<![\w-])AIza[\w-]{30,}"),
    Pattern("ya29.", r"(?<![\w-])ya29\.[\w-]{20,}"),
    Pattern("hvs.", r"(?<![\w-])hvs\.[\w-]{20,}"),
    Pattern(
        ".",
        r"(?<![A-Za-z0-9./_-])(?![0-9.]{23})[a-z0-9]{6}\.(?=[a-z]*[0-9])[a-z0-9]{16}"
        r"(?![A-Za-z0-9_/-]|\.[A-Za-z0-9])",
    ),
    Pattern("h4si", r"(?<![A-Za-z0-9+/])H4sI[A-Za-z0-9+/]{60,}={0,2}"),
    Pattern("sdrzs", r"(?<![A-Za-z0-9+/])SDRzS[A-Za-z0-9+/]{60,}={0,2}"),
)
_ENCODED_PEM = re.compile(r"LS0tLS1CRUdJTi[A-Za-z0-9+/]{16,}={0,2}")


@functools.cache
def _compiled() -> tuple[tuple[str, re.Pattern[str], str | int], ...]:
    found = ((p.literal, re.compile(p.regex)) for p in PATTERNS)
    return tuple((text, regex, "secret" if regex.groupindex else 0) for text, regex in found)


def conceal_forms(text: str, marks: Marks) -> str:
    """*text* with a mark for everything that has the form of a secret."""
    lowered = text.lower()
    if "ls0tls1crudjti" in lowered:
        text = _ENCODED_PEM.sub(lambda found: _encoded_pem(found[0], marks), text)
    for literal, regex, group in _compiled():
        if literal in lowered:
            text = regex.sub(functools.partial(_concealed, group, marks), text)
    return text


def _concealed(group: str | int, marks: Marks, found: re.Match[str]) -> str:
    secret = found[group]
    if is_harmless(secret):
        return found[0]
    start, end = found.start(group) - found.start(), found.end(group) - found.start()
    return found[0][:start] + marks.of(secret) + found[0][end:]


def _encoded_pem(text: str, marks: Marks) -> str:
    """A mark if *text* is a private key in base64; certificates and public keys are no secrets."""
    head = b64decode(text[:64])
    return marks.of(text) if b"PRIVATE KEY" in head or b"SECRET" in head else text
