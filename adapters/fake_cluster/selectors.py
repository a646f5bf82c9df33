"""Label selectors and field selectors."""

import re
from collections.abc import Callable

from .data import Obj, labels_of
from .paths import find, text_of

Test = Callable[[Obj], bool]
_SET = re.compile(r"(\S+)\s+(in|notin)\s*\(([^()]*)\)")
_EQUAL = re.compile(r"(\S+?)\s*(==|=|!=)\s*(\S*)")
_KEY = re.compile(r"(!?)\s*([^\s!=()]+)")
_ALWAYS = {"metadata.name", "metadata.namespace"}
_FIELDS = {
    "Pod": {
        "spec.nodeName",
        "spec.restartPolicy",
        "spec.serviceAccountName",
        "status.phase",
        "status.podIP",
    },
    "Event": {
        "involvedObject.kind",
        "involvedObject.name",
        "involvedObject.namespace",
        "involvedObject.uid",
        "reason",
        "reportingComponent",
        "source",
        "type",
    },
    "Node": {"spec.unschedulable"},
    "Namespace": {"status.phase"},
    "Secret": {"type"},
    "Job": {"status.successful"},
    "ReplicaSet": {"status.replicas"},
}


def by_labels(selector: str) -> Test:
    """The test that ``-l`` *selector* puts on an object's labels.

    Raises:
        ValueError: the selector cannot be read.
    """
    parts = re.split(r",(?![^()]*\))", selector) if selector.strip() else []
    tests = [_requirement(part.strip(), selector) for part in parts]
    return lambda obj: all(test(labels_of(obj)) for test in tests)


def _requirement(part: str, whole: str) -> Callable[[dict[str, str]], bool]:
    if match := _SET.fullmatch(part):
        key, values = match[1], {value.strip() for value in match[3].split(",")}
        wanted = match[2] == "in"
        return lambda labels: (labels.get(key) in values) is wanted
    if match := _EQUAL.fullmatch(part):
        key, value, equal = match[1], match[3], match[2] != "!="
        return lambda labels: (labels.get(key) == value) is equal
    if match := _KEY.fullmatch(part):
        key, present = match[2], not match[1]
        return lambda labels: (key in labels) is present
    raise ValueError(f"unable to parse requirement in {whole!r}")


def by_fields(selector: str, kind: str) -> Test:
    """The test that ``--field-selector`` puts on an object of *kind*.

    Raises:
        ValueError: the server does not select this kind by such a field.
    """
    tests: list[Test] = []
    for part in filter(None, selector.split(",")):
        match = _EQUAL.fullmatch(part.strip())
        if match is None or match[1] not in _ALWAYS | _FIELDS.get(kind, set()):
            field = match[1] if match else part
            raise ValueError(f"field label not supported: {field}")
        tests.append(_field(match[1], match[3], match[2] != "!="))
    return lambda obj: all(test(obj) for test in tests)


def _field(path: str, value: str, equal: bool) -> Test:
    def test(obj: Obj) -> bool:
        found = find(path, obj)
        text = text_of(found[0]) if found else ("false" if path == "spec.unschedulable" else "")
        return (text == value) is equal

    return test


def matches(selector: dict[str, str], labels: dict[str, str]) -> bool:
    """Whether *labels* hold all pairs of an equality *selector*; an empty one selects nothing."""
    return bool(selector) and all(labels.get(key) == value for key, value in selector.items())


def written(selector: Obj) -> str:
    """A selector object as the wide tables print it."""
    pairs = [
        f"{key}={value}"
        for key, value in sorted(selector.get("matchLabels", selector).items())
        if key != "matchExpressions"
    ]
    for rule in selector.get("matchExpressions", []):
        sign = {"In": "in", "NotIn": "notin", "Exists": "", "DoesNotExist": "!"}[rule["operator"]]
        values = f" {sign} ({','.join(sorted(rule.get('values', [])))})" if sign in ("in", "notin") else ""
        pairs.append(("!" if sign == "!" else "") + rule["key"] + values)
    return ",".join(pairs) or "<none>"
