"""Kubernetes' JSONPath: the paths, and the templates of ``-o jsonpath`` made of them."""

import re
from typing import Any

import attrs

from .answer import Trouble
from .data import compact, mapping, sequence

_STEP = re.compile(
    r"\.\.(?P<deep>[A-Za-z_$][\w\-/]*|\*)"
    r"|\.(?P<name>(?:\\.|[^.\[\]\s{}()\\'\"=<>!,])+)"
    r"|\[\s*'(?P<single>(?:\\.|[^'\\])*)'\s*\]"
    r'|\[\s*"(?P<double>(?:\\.|[^"\\])*)"\s*\]'
    r"|\[(?P<slice>\*|-?\d+(?:,-?\d+)*|-?\d*:-?\d*(?::-?\d*)?)\]"
    r"|\[\?\((?P<filter>(?:'[^']*'|\"[^\"]*\"|\([^()]*\)|[^()'\"])*)\)\]"
)
_TEST = re.compile(r"\s*@(?P<left>\S*?)\s*(?:(?P<op>==|!=|<=|>=|<|>)\s*(?P<right>.+?))?\s*")
_PIECE = re.compile(r"\{(?P<code>(?:'[^']*'|\"(?:\\.|[^\"\\])*\"|[^{}'\"])*)\}|(?P<text>[^{]+)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", '"': '"', "'": "'"}


def find(path: str, value: Any) -> list[Any]:
    """Everything that *path* (with or without ``$`` or ``@``) leads to from *value*.

    Raises:
        Trouble: the path cannot be read.
    """
    rest = re.sub(r"^[$@]", "", path.strip())
    if rest and rest[0] not in ".[":
        rest = "." + rest
    found, at = [value], 0
    while at < len(rest) and rest != ".":
        step = _STEP.match(rest, at)
        if step is None:
            raise Trouble(
                f"error: error parsing jsonpath {path}, unrecognized character in action: {rest[at]!r}"
            )
        found = [result for item in found for result in _follow(step, item)]
        at = step.end()
    return found


def _follow(step: re.Match[str], value: Any) -> list[Any]:
    kind = step.lastgroup
    text = step[kind] if kind else ""
    if kind == "deep":
        return _deep(text, value)
    if kind == "slice":
        return _slice(text, value)
    if kind == "filter":
        return [item for item in _children(value) if _holds(text, item)]
    if text == "*" and kind == "name":
        return _children(value)
    key = re.sub(r"\\(.)", r"\1", text)
    tree = mapping(value) or {}
    return [tree[key]] if key in tree else []


def _children(value: Any) -> list[Any]:
    return list((mapping(value) or {}).values()) or sequence(value) or []


def _deep(name: str, value: Any) -> list[Any]:
    tree = mapping(value) or {}
    here = _children(value) if name == "*" else [tree[name]] if name in tree else []
    return here + [found for child in _children(value) for found in _deep(name, child)]


def _slice(text: str, value: Any) -> list[Any]:
    if text == "*":
        return _children(value)
    items = sequence(value) or []
    if ":" in text:
        return items[slice(*(int(part) if part else None for part in text.split(":")))]
    places = [int(part) for part in text.split(",")]
    return [items[place] for place in places if -len(items) <= place < len(items)]


def _holds(test: str, item: Any) -> bool:
    match = _TEST.fullmatch(test)
    if match is None:
        raise Trouble(f"error: error parsing jsonpath, unrecognized filter: {test}")
    left = find(match["left"], item)
    if match["op"] is None or not left:
        return bool(left) and match["op"] is None
    return compare(left[0], match["op"], literal(match["right"], item))


def literal(text: str, item: Any) -> Any:
    """What the right side of a comparison means: a quoted text, a number, a word or a path."""
    if text[:1] in "'\"" and text[-1:] == text[:1]:
        return text[1:-1]
    if text.startswith("@"):
        return next(iter(find(text, item)), None)
    if text in ("true", "false"):
        return text == "true"
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text


def compare(left: Any, sign: str, right: Any) -> bool:
    """Whether *left* stands to *right* as *sign* says; values of different types never do."""
    if sign in ("==", "!="):
        return (left == right) is (sign == "==")
    if isinstance(left, str) is not isinstance(right, str) or left is None or right is None:
        return False
    return bool({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign])


def text_of(value: Any) -> str:
    """A found value as kubectl prints it: texts as they are, anything else as JSON."""
    return value if isinstance(value, str) else compact(value)


@attrs.define
class Template:
    """A template in braces, such as ``{range .items[*]}{.metadata.name}{"\\n"}{end}``."""

    source: str

    def render(self, value: Any) -> str:
        """The text that the template makes of *value*."""
        pieces = list(_PIECE.finditer(self.source))
        if sum(len(piece[0]) for piece in pieces) != len(self.source):
            raise Trouble("error: error parsing jsonpath " + self.source + ", unclosed action")
        text, at = self._block(pieces, 0, value)
        if at != len(pieces):
            raise Trouble("error: error parsing jsonpath " + self.source + ", not in range, nothing to end")
        return text

    def _block(self, pieces: list[re.Match[str]], at: int, value: Any) -> tuple[str, int]:
        done: list[str] = []
        while at < len(pieces):
            code = (pieces[at]["code"] or "").strip()
            if pieces[at]["text"] is not None:
                done.append(pieces[at]["text"])
            elif code == "end":
                return "".join(done), at
            elif code.startswith("range"):
                text, at = self._range(pieces, at, value)
                done.append(text)
            else:
                done.append(self._action(code, value))
            at += 1
        return "".join(done), at

    def _range(self, pieces: list[re.Match[str]], at: int, value: Any) -> tuple[str, int]:
        done: list[str] = []
        over = find(pieces[at]["code"].strip()[len("range") :], value)
        end = self._block(pieces, at + 1, {})[1]
        if end == len(pieces):
            raise Trouble("error: error parsing jsonpath " + self.source + ", unclosed range")
        for item in over:
            done.append(self._block(pieces, at + 1, item)[0])
        return "".join(done), end

    def _action(self, code: str, value: Any) -> str:
        if code[:1] in "'\"" and code:
            return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), code[1:-1])
        return " ".join(text_of(found) for found in find(code, value))
