"""awk in its everyday form: fields printed, of all lines or of those that meet a condition."""

import re

from ....domain.filters.options import Words
from ..answer import Answer
from .reading import has, lacking, lines_of, only, text_of
from .regex import compiled

_PROGRAM = re.compile(r"\s*(?P<test>[^{}]*?)\s*(?:\{\s*print(?:\s+(?P<what>[^{};]*?))?\s*;?\s*\}\s*)?")
_TERM = re.compile(r'\s*(\$NF|\$\d+|NR|NF|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|,)\s*')
_TEST = re.compile(
    r"(?P<left>\$NF|\$\d+|NR|NF)\s*(?P<sign>==|!=|<=|>=|<|>|!~|~)\s*"
    r'(?P<right>"[^"]*"|/(?:[^/\\]|\\.)*/|-?\d+(?:\.\d+)?|\$\d+)'
)
_ESCAPES = {"n": "\n", "t": "\t", '"': '"', "\\": "\\"}


def run(words: Words, text: str) -> Answer:
    """What the program prints of *text*."""
    only(words, "-F", "-S")
    program = words.operands[0].text
    found = _PROGRAM.fullmatch(program)
    if found is None or not program.strip():
        raise lacking(f"the awk program {program!r}")
    what = _terms(found["what"] or "$0", program)
    done: list[str] = []
    for number, line in enumerate(lines_of(text), 1):
        record = _Record(line, number, text_of(words, "-F", " ") if has(words, "-F") else " ")
        if _all(found["test"], record, program):
            done.append("".join(" " if term == "," else record.text(term) for term in what) + "\n")
    return Answer("".join(done))


class _Record:
    """One line as awk sees it."""

    def __init__(self, line: str, number: int, separator: str) -> None:
        self._line, self._number = line, number
        if separator == " ":
            self._fields = line.split()
        elif len(separator) == 1 and separator not in "\\":
            self._fields = line.split(separator) if line else []
        else:
            self._fields = compiled(separator.replace(r"\t", "\t"), extended=True).split(line)

    def text(self, term: str) -> str:
        """What *term* stands for on this line."""
        if term.startswith('"'):
            return re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[0]), term[1:-1])
        if term in ("NR", "NF"):
            return str(self._number if term == "NR" else len(self._fields))
        if not term.startswith("$"):
            return term
        place = len(self._fields) if term == "$NF" else int(term[1:])
        if place == 0:
            return self._line
        return self._fields[place - 1] if place <= len(self._fields) else ""


def _terms(source: str, program: str) -> list[str]:
    terms, at = list[str](), 0
    while at < len(source):
        found = _TERM.match(source, at)
        if found is None:
            raise lacking(f"the awk program {program!r}")
        terms.append(found[1])
        at = found.end()
    return terms


def _all(test: str, record: _Record, program: str) -> bool:
    return not test or all(_holds(part.strip(), record, program) for part in test.split("&&"))


def _holds(test: str, record: _Record, program: str) -> bool:
    if found := re.fullmatch(r"(!?)\s*/((?:[^/\\]|\\.)*)/", test):
        return (
            compiled(found[2].replace(r"\/", "/"), extended=True).search(record.text("$0")) is None
        ) is bool(found[1])
    found = _TEST.fullmatch(test)
    if found is None:
        raise lacking(f"the awk program {program!r}")
    left, sign, right = record.text(found["left"]), found["sign"], found["right"]
    if sign in ("~", "!~"):
        pattern = compiled(right.strip('/"').replace(r"\/", "/"), extended=True)
        return (pattern.search(left) is None) is (sign == "!~")
    return _compared(left, sign, record.text(right), right.startswith('"'))


def _compared(left: str, sign: str, right: str, as_text: bool) -> bool:
    number = r"\s*[-+]?(\d+\.?\d*|\.\d+)\s*"
    numeric = not as_text and re.fullmatch(number, left) and re.fullmatch(number, right)
    if numeric:
        order = (float(left) > float(right)) - (float(left) < float(right))
    else:
        order = (left > right) - (left < right)
    return {
        "==": order == 0,
        "!=": order != 0,
        "<": order < 0,
        ">": order > 0,
        "<=": order <= 0,
        ">=": order >= 0,
    }[sign]
