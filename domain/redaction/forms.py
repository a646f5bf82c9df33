"""What the parts of a line of YAML look like."""

import re

from .keys import is_secret
from .quoted import unquote

LINE = re.compile(
    r"([ \t+]*+)((?:-[ \t]++)*+)(?:([\"']?)([\w.$/][\w./$-]*+)\3[ \t]*+:(?:[ \t]++|(?=[\r\n])|\Z))?"
    r"([^\n]*+)\n?"
)
DASH, KEY, VALUE = 2, 4, 5
NESTED = re.compile(r"(?:[!&]\S+\s*)*(?:#.*|[{\[],?)?")
BLOCK = re.compile(r"(?:[!&]\S+\s+)*[|>][-+0-9]*(?:\s+#.*)?")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
BRACKETS = re.compile(r"[\[\]{},]*")
ENVIRONMENT = re.compile(r"(?:export[ \t]+)?([A-Z_][A-Z0-9_]*)=(.*)")
_FLAG = re.compile(r"[\"']?--?([A-Za-z][\w.-]*)[\"']?,?")
TABLE = re.compile(r"NAME\s+VALUE")
ROW = re.compile(r"(\S+)(\s+)(\S.*)")
JSON = re.compile(r"\{\s*\"|\[\s*[{\"]")
QUOTED = re.compile(r"([\"'])(.*)\1(,?)")


def is_encoded(lines: list[str]) -> bool:
    """Whether all values below the first of *lines* are base64: a Secret that lost its kind."""
    values = list[str]()
    first = LINE.match(lines[0])
    for line in lines[1:]:
        found = LINE.match(line)
        if found and first and found.end(1) <= first.end(DASH):
            break
        values += [found[VALUE].strip()] if found and found[KEY] else ["?"]
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
