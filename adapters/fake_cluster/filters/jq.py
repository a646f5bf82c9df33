"""jq in its everyday form: paths, pipes, ``select``, ``length`` and ``keys``."""

import json
import re
from typing import Any

from ....domain.filters.options import Words
from ..answer import Answer, Trouble
from ..data import mapping, sequence
from .reading import has, lacking, number_of, only

_STEP = re.compile(
    r'\.(?P<name>[A-Za-z_]\w*)(?P<maybe>\??)|\.?\["(?P<key>[^"\\]*)"\](?P<maybe2>\??)|\.?"(?P<text>[^"\\]*)"'
    r"|\.?\[(?P<index>-?\d+)\](?P<maybe3>\??)|\.?\[(?P<slice>-?\d*:-?\d*)\]|\.?\[\](?P<each>\??)"
)
_COMPARE = re.compile(r"(?P<left>\S.*?)\s*(?P<sign>==|!=|<=|>=|<|>)\s*(?P<right>\S.*)")
_TYPES = {type(None): 0, bool: 1, int: 3, float: 3, str: 4, list: 5, dict: 6}


def run(words: Words, text: str) -> Answer:
    """What the filter makes of each value in *text*."""
    only(words, "-r", "-c", "-S", "-M", "-e", "-j", "-s", "--indent", "--tab")
    program = words.operands[0].text if words.operands else "."
    values = _values(text)
    results = [
        found
        for value in ([values] if has(words, "-s") else values)
        for found in _run(program.strip(), value)
    ]
    wrong = has(words, "-e") and (not results or results[-1] in (None, False))
    end = "" if has(words, "-j") else "\n"
    return Answer("".join(_written(words, found) + end for found in results), exit_code=1 if wrong else 0)


def _values(text: str) -> list[Any]:
    decoder, at, values = json.JSONDecoder(), 0, list[Any]()
    while (rest := len(text) - len(text[at:].lstrip())) < len(text):
        try:
            value, at = decoder.raw_decode(text, rest)
        except ValueError as error:
            raise Trouble(f"error (at <stdin>:{text.count(chr(10), 0, rest) + 1}): {error}", 5) from None
        values.append(value)
    return values


def _written(words: Words, value: Any) -> str:
    if isinstance(value, str) and (has(words, "-r") or has(words, "-j")):
        return value
    indent: int | str | None = "\t" if has(words, "--tab") else number_of(words, "--indent", 2)
    compact = has(words, "-c") or indent == 0
    return json.dumps(
        value,
        ensure_ascii=False,
        sort_keys=has(words, "-S"),
        indent=None if compact else indent,
        separators=(",", ":") if compact else None,
    )


def _split(program: str, sign: str) -> list[str]:
    """*program* at each *sign* that is outside of quotes and brackets."""
    parts, depth, start, quoted = list[str](), 0, 0, False
    for at, char in enumerate(program):
        if char == '"' and program[at - 1 : at] != "\\":
            quoted = not quoted
        if quoted:
            continue
        depth += (char in "([{") - (char in ")]}")
        if depth == 0 and program.startswith(sign, at) and start <= at:
            parts.append(program[start:at])
            start = at + len(sign)
    return [*parts, program[start:]]


def _run(program: str, value: Any) -> list[Any]:
    program = program.strip()
    if len(pipe := _split(program, "|")) > 1:
        values = [value]
        for part in pipe:
            values = [found for item in values for found in _run(part, item)]
        return values
    if len(parts := _split(program, ",")) > 1:
        return [found for part in parts for found in _run(part, value)]
    return _term(program, value)


def _term(program: str, value: Any) -> list[Any]:
    if program in ("length", "keys"):
        return [_length(value) if program == "length" else _keys(value)]
    if (inner := _enclosed(program, "[", "]")) is not None:
        return [_run(inner, value) if inner.strip() else []]
    if (inner := _enclosed(program, "(", ")")) is not None:
        return _run_test(inner, value)
    if (inner := _enclosed(program, "{", "}")) is not None:
        return _objects(inner, value)
    if (inner := _enclosed(program, "map(", ")")) is not None:
        return [[found for item in _path(".[]", value) for found in _run(inner, item)]]
    if (inner := _enclosed(program, "select(", ")")) is not None:
        return [value for truth in _run_test(inner, value) if truth not in (None, False)]
    if re.fullmatch(r'"(?:[^"\\]|\\[^(])*"|-?\d+(\.\d+)?|true|false|null', program):
        return [json.loads(program)]
    return _path(program, value)


def _enclosed(program: str, start: str, end: str) -> str | None:
    """What stands between *start* and its own *end*, if that is all there is."""
    if not program.startswith(start) or not program.endswith(end):
        return None
    inner = program[len(start) : -len(end)]
    depth, quoted = 0, False
    for char in inner:
        quoted = quoted is not (char == '"')
        depth += 0 if quoted else (char in "([{") - (char in ")]}")
        if depth < 0:
            return None
    return inner


def _objects(inner: str, value: Any) -> list[Any]:
    """Objects made of ``key: filter`` pairs, one for each combination of their results."""
    made: list[dict[str, Any]] = [{}]
    for part in _split(inner, ",") if inner.strip() else []:
        found = re.fullmatch(r'\s*"?(\w+)"?\s*(?::(.*))?', part, re.DOTALL)
        if found is None:
            raise lacking(f"the jq object {part!r}")
        results = _run(found[2] or f".{found[1]}", value)
        made = [{**old, found[1]: result} for result in results for old in made]
    return list[Any](made)


def _run_test(test: str, value: Any) -> list[Any]:
    for word, kind in ((" or ", any), (" and ", all)):
        if len(parts := _split(test, word)) > 1:
            return [kind(truth not in (None, False) for part in parts for truth in _run_test(part, value))]
    if found := _COMPARE.fullmatch(test.strip()):
        pairs = [
            (left, right) for left in _run(found["left"], value) for right in _run(found["right"], value)
        ]
        return [_compared(left, found["sign"], right) for left, right in pairs]
    return _run(test, value)


def _compared(left: Any, sign: str, right: Any) -> bool:
    if sign in ("==", "!="):
        return (left == right and (type(left) is bool) is (type(right) is bool)) is (sign == "==")
    kinds = _TYPES[type(left)], _TYPES[type(right)]
    if kinds[0] != kinds[1]:
        return (kinds[0] < kinds[1]) is (sign in ("<", "<="))
    if kinds[0] > 4 or left is None:
        raise lacking("comparing arrays or objects")
    return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign])


def _length(value: Any) -> Any:
    if isinstance(value, bool):
        raise Trouble("error (at <stdin>:1): boolean has no length", 5)
    return 0 if value is None else abs(value) if isinstance(value, int | float) else len(value)


def _keys(value: Any) -> list[Any]:
    tree, items = mapping(value), sequence(value)
    if tree is None and items is None:
        raise Trouble(f"error (at <stdin>:1): {_kind(value)} has no keys", 5)
    return sorted(tree) if tree is not None else list(range(len(items or ())))


def _path(program: str, value: Any) -> list[Any]:
    if program == ".":
        return [value]
    values, at = [value], 0
    while at < len(program):
        step = _STEP.match(program, at)
        if step is None:
            raise lacking(f"the jq filter {program!r}")
        values = [found for item in values for found in _follow(step, item)]
        at = step.end()
    return values


def _follow(step: re.Match[str], value: Any) -> list[Any]:
    forgiving = "?" in (step["maybe"] or step["maybe2"] or step["maybe3"] or step["each"] or "")
    name = next((step[key] for key in ("name", "key", "text") if step[key] is not None), None)
    tree, items = mapping(value), sequence(value)
    if name is not None:
        if value is None or tree is not None:
            return [(tree or {}).get(name)]
        return _wrong(f'Cannot index {_kind(value)} with "{name}"', forgiving)
    if step["each"] is not None:
        if tree is None and items is None:
            return _wrong(f"Cannot iterate over {_kind(value)}", forgiving)
        return list((tree or {}).values()) or items or []
    if items is None:
        cannot = f"Cannot index {_kind(value)} with number"
        return [None] if value is None else _wrong(cannot, forgiving)
    if step["slice"] is not None:
        return [items[slice(*(int(part) if part else None for part in step["slice"].split(":")))]]
    place = int(step["index"])
    return [items[place] if -len(items) <= place < len(items) else None]


def _wrong(message: str, forgiving: bool) -> list[Any]:
    if forgiving:
        return []
    raise Trouble(f"error (at <stdin>:1): {message}", 5)


def _kind(value: Any) -> str:
    return {0: "null", 1: "boolean", 3: "number", 4: "string", 5: "array", 6: "object"}[_TYPES[type(value)]]
