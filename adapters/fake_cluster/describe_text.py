"""Pieces of text that descriptions are made of; tabs mark their columns."""

import re
from typing import Any

from .ages import long_date
from .data import Obj, annotations_of, items, labels_of, mapping, name_of, namespace_of, sequence


def pairs(title: str, values: dict[str, str], sign: str = "=", indent: str = "") -> str:
    """``Labels:`` and the like, a line each."""
    lines = [
        f"{key}{sign}{value}"
        for key, value in sorted(values.items())
        if not key.endswith("last-applied-configuration")
    ]
    return f"{indent}{title}:\t" + f"\n{indent}\t".join(lines or ["<none>"]) + "\n"


def heading(obj: Obj, spaced: bool = True) -> str:
    """Name, namespace, labels and annotations."""
    space = f"Namespace:\t{namespace_of(obj)}\n" if spaced else ""
    return f"Name:\t{name_of(obj)}\n{space}{marks(obj)}"


def marks(obj: Obj) -> str:
    """Labels and annotations."""
    return pairs("Labels", labels_of(obj)) + pairs("Annotations", annotations_of(obj), ": ")


def created(obj: Obj) -> str:
    """The line that says when the object was made."""
    return f"CreationTimestamp:\t{long_date(obj['metadata']['creationTimestamp'])}\n"


def conditions(obj: Obj, *keys: str) -> str:
    """The table of an object's conditions: their types, states and the fields in *keys*."""
    found = items(obj, "status", "conditions")
    if not found:
        return ""
    heads = ["Type", "Status", *(key[0].upper() + key[1:] for key in keys)]
    lines = [
        "Conditions:",
        "  " + "\t".join(heads),
        "  " + "\t".join("-" * len(head) for head in heads),
    ]
    for condition in found:
        cells = [condition["type"], condition["status"], *(_cell(condition, key) for key in keys)]
        lines.append("  " + "\t".join(cells))
    return "\n".join(lines) + "\n"


def _cell(condition: Obj, key: str) -> str:
    text = str(condition.get(key) or "")
    return long_date(text) if text and key.endswith("Time") else text


def fields(value: Any, indent: str = "") -> str:
    """Any structure as ``kubectl describe`` shows that of a custom resource."""
    if (tree := mapping(value)) is not None:
        return "".join(_field(_label(key), tree[key], indent) for key in sorted(tree))
    parts = sequence(value) or []
    return "".join(fields(part, indent) if mapping(part) else f"{indent}{_scalar(part)}\n" for part in parts)


def _field(label: str, value: Any, indent: str) -> str:
    if isinstance(value, dict | list):
        return f"{indent}{label}:\n{fields(value, indent + '  ')}"
    return f"{indent}{label}:\t{_scalar(value)}\n"


def _scalar(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _label(key: str) -> str:
    if not key.isidentifier():
        return key
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[A-Z]", key)
    return " ".join(word[0].upper() + word[1:] for word in words)
