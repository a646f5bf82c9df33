"""What the parts of a line of YAML look like."""

import re

from .keys import is_secret
from .quoted import unquote

LINE = re.compile(
    r"([ \t+]*+)((?:-[ \t]++)*+)"
    r"(?:([\"']?)([\w.$/][\w./$-]{0,252}+)\3[ \t]*+:(?:[ \t]++|(?=[\r\n])|\Z))?"
    r"([^\n]*+)\n?"
)
DASH, KEY, VALUE = 2, 4, 5
NESTED = re.compile(r"(?:[!&]\S++\s*+)*+(?:#.*|[{\[],?)?")
BLOCK = re.compile(r"(?:[!&]\S++\s++)*+[|>][-+0-9]*(?:\s+#.*)?")
_COMMENT = re.compile(r"\s+#.*")
_ENOUGH = 100
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
BRACKETS = re.compile(r"[\[\]{},]*")
ENVIRONMENT = re.compile(r"(?:export[ \t]+)?([A-Z_][A-Z0-9_]*)=(.*)")
_FLAG = re.compile(r"[\"']?--?([A-Za-z][\w.-]*)[\"']?,?")
TABLE = re.compile(r"NAME\s+VALUE")
ROW = re.compile(r"(\S+)(\s+)(\S.*)")
JSON = re.compile(r"\{\s*\"|\[\s*[{\"]")
QUOTED = re.compile(r"([\"'])(.*)\1(,?)")


def word(value: str) -> str:
    """The *value* of a key such as ``kind``, whose values are words, without a comment."""
    return unquoted(_COMMENT.sub("", value))


def is_encoded(text: str) -> bool:
    """Whether all values below the first line are base64: a Secret that lost its kind."""
    values = list[str]()
    first = LINE.match(text)
    for found in LINE.finditer(text, first.end() if first else 0):
        if len(values) == _ENOUGH:
            break
        if first and found.end(1) - found.start() <= first.end(DASH):
            break
        values.append(found[VALUE].strip() if found[KEY] else "?")
    return bool(values) and all(len(v) % 4 == 0 and _BASE64.fullmatch(v) for v in values)


def is_flag(item: str) -> bool:
    """Whether a list's *item* is a flag whose value is a secret and stands in the next one."""
    flag = _FLAG.fullmatch(item)
    return flag is not None and is_secret(flag[1])


def unquoted(value: str) -> str:
    """The scalar that *value* stands for, without a comma behind it and a comment after a quote."""
    value = value.strip()
    quoted = QUOTED.fullmatch(value) if value[:1] in "\"'" else None
    if quoted is None:
        return value
    return unquote(f'"{quoted[2]}"') if quoted[1] == '"' else quoted[2]
