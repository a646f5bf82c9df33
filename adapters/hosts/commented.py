"""JSON with comments: one value put into its text, every other character kept.

json-five reads the text and tells where its parts lie; the text itself is only cut and joined.
"""

import json
from typing import Any


def with_entry(text: str, path: tuple[str, str], value: object, indent: int | str) -> str:
    """*text* with *value* at *path* (a table's key, and a name in it), added first or replaced."""
    import json5
    from json5.loader import ModelLoader

    root: Any = json5.loads(text, loader=ModelLoader()).value
    key, name = path
    table = _value(root, key)
    if table is None:
        return _added(text, root, key, {name: value}, indent, depth=1)
    old = _value(table, name)
    if old is None:
        return _added(text, table, name, value, indent, depth=2)
    start, end = _span(text, old)
    return text[:start] + _written(value, indent, depth=2) + text[end:]


def _value(node: Any, name: str) -> Any:
    return next((pair.value for pair in node.key_value_pairs if _name(pair.key) == name), None)


def _name(key: Any) -> str:
    """A key's text, in quotes or bare."""
    return str(getattr(key, "characters", None) or getattr(key, "name", ""))


def _added(text: str, node: Any, name: str, value: object, indent: int | str, depth: int) -> str:
    """*text* with a pair in front of the others of the object *node*."""
    start, end = _span(text, node)
    inner, outer = _blank(indent, depth), _blank(indent, depth - 1)
    pair = f"\n{inner}{json.dumps(name, ensure_ascii=False)}: {_written(value, indent, depth)}"
    rest = text[start + 1 : end - 1]
    follows = "," if node.key_value_pairs else ""
    if not rest.strip():
        rest = f"\n{outer}"
    elif "\n" not in rest:
        rest = f"\n{inner}{rest.strip()}\n{outer}"
    return f"{text[: start + 1]}{pair}{follows}{rest}{text[end - 1 :]}"


def _written(value: object, indent: int | str, depth: int) -> str:
    return json.dumps(value, indent=indent, ensure_ascii=False).replace("\n", "\n" + _blank(indent, depth))


def _blank(indent: int | str, depth: int) -> str:
    return (indent if isinstance(indent, str) else " " * indent) * depth


def _span(text: str, node: Any) -> tuple[int, int]:
    """Where *node* lies in *text*; the library counts lines and columns."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    first, last = int(node.lineno), int(node.end_lineno)
    return starts[first - 1] + int(node.col_offset), starts[last - 1] + int(node.end_col_offset)
