"""Secrets in running text: headers, ``name=value``, ``--name value``, quoted pairs, PEM blocks."""

import re

from .keys import is_firm, is_plural, is_secret, is_suspect
from .marks import Marks
from .patterns import conceal_forms
from .values import is_harmless, is_number, is_random, is_unlike_prose

PEM_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
PEM_END = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
_PEM = re.compile(rf"{PEM_BEGIN.pattern}.*?(?:{PEM_END.pattern}|$)", re.DOTALL)

_QUOTED = r"(?P<open>\\*[\"'])(?P<quoted>.*?)(?:(?P=open)|$)"
_REFERENCE = r"\$\([\w.-]*\)|\$\{[^}\s]*\}|\{\{[^{}]*\}\}"
_BARE = (
    rf"(?P<bare>(?:(?i:bearer|basic|token|digest)[ \t]+)?(?:{_REFERENCE}"
    r"|[^\s\"'\\,;&)}\]]|\\(?![nrt\"'])|[,;&](?!\s|[\w.\-]+=|$)|[)}\]](?![\s,;&)}\]\"'\\]|$))+)"
)
_VALUE = re.compile(rf"{_QUOTED}|{_BARE}")
_PAIR = re.compile(
    r"(?<![\w./\-])(?<!--from-file=)(?P<key>[\w./\-]{1,250}+(?:\[\d*\])?)(?P<quote>\\*[\"'])?"
    r"(?P<sign>[ \t]*=>?[ \t]*|[ \t]*:[ \t]*)"
)
_FLAG = re.compile(
    r"(?<![^\s\"'\[,])--?(?P<key>[A-Za-z][\w.\-]{0,250}+)[\"']?(?:,?[ \t]|=)(?=[^\s-])"
)
_LITERAL = re.compile(r"(?<!\S)[\"']?--from-literal[= ][\"']?(?P<key>[^=\s]{1,250})=(?=\S)")
_PROBE = 512
_TYPES = frozenset({"string", "strings", "stringArray", "int", "file", "duration", "bool"})
_HEADER = re.compile(
    r"(?i)(?<![\w-])(?:(?:proxy-)?authorization|(?P<cookie>(?:set-)?cookie))"
    r"(?P<quote>\\*[\"'])?[ \t]*[:=][ \t]*(?P<open>\\*[\"']|\[)?"
    r"(?(cookie)|(?:(?:bearer|basic|digest|token|negotiate)[ \t]+)?)(?P<secret>[^\"'\\\r\n]+)"
)
_NAMED = re.compile(
    r"(?i)\bname(?P<q>\\*[\"'])?:[ \t]*(?:\\*[\"'])?(?P<key>[\w.\-]{1,250})(?:\\*[\"'])?,[ \t]*"
    r"(?:\\*[\"'])?value(?:\\*[\"'])?:[ \t]*"
)


def conceal_text(text: str, marks: Marks) -> str:
    """*text*, a line or a part of one, with a mark for every secret that can be told in it."""
    if "-----BEGIN" in text:
        text = _PEM.sub(lambda found: marks.of(found[0]), text)
    lowered = text.lower()
    if "authorization" in lowered or "cookie" in lowered:
        text = _HEADER.sub(lambda found: _header(found, marks), text)
    if "value" in lowered:
        text = _pairs(text, marks, _NAMED)
    if "=" in text or ":" in text:
        text = _pairs(text, marks, _PAIR)
    if "-" in text:
        text = _pairs(_pairs(text, marks, _LITERAL), marks, _FLAG)
    return conceal_forms(text, marks)


def _header(found: re.Match[str], marks: Marks) -> str:
    secret = found["secret"].strip()
    if is_harmless(secret):
        return found[0]
    start = found.start("secret") - found.start()
    return found[0][:start] + marks.of(secret)


def _pairs(text: str, marks: Marks, regex: re.Pattern[str]) -> str:
    """*text* with the values concealed behind those matches of *regex* whose key is secret."""
    parts, done = list[str](), 0
    for pair in regex.finditer(text):
        if pair.start() < done or not (regex is _LITERAL or is_suspect(pair["key"])):
            continue
        # A part of the value tells: most are none, and a long line may have very many.
        value = _VALUE.match(text, pair.end(), pair.end() + _PROBE)
        group = "quoted" if value and value["open"] else "bare"
        if value and _is_concealed(pair, regex, value[group], group):
            value = _VALUE.match(text, pair.end()) or value
            parts += text[done : value.start(group)], marks.of(value[group])
            done = value.end(group)
    return "".join((*parts, text[done:])) if parts else text


def _is_concealed(pair: re.Match[str], regex: re.Pattern[str], value: str, group: str) -> bool:
    key = pair["key"].lstrip("-")
    if "=" in pair[0] and not key.startswith("checksum/"):
        key = key.rpartition("/")[2]
    if is_harmless(value.rstrip(":")) or (is_plural(key) and is_number(value)):
        return False
    if _is_placeholder(key, value):
        return False
    if regex is _LITERAL:
        return True
    if not is_secret(key):
        return is_random(value)
    if regex is _FLAG:
        return value not in _TYPES
    if regex is _NAMED or "=" in pair["sign"] or pair["quote"] or group == "quoted":
        return True
    return _is_told(key, value, pair["sign"])


def _is_placeholder(key: str, value: str) -> bool:
    """Whether *value* repeats the name, as usage does: --docker-password=DOCKER_PASSWORD."""
    return value.isupper() and "_" in value and value.replace("_", "-").lower().endswith(key)


def _is_told(key: str, value: str, sign: str) -> bool:
    """Whether an unquoted word after a colon is a value: ``{Password:x}`` is, ``secret:v1`` not."""
    if sign == ":":
        return key[0].isupper() and not key.isupper()
    return is_unlike_prose(value, is_firm(key))
