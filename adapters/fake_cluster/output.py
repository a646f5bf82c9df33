"""The output formats of kubectl: tables, JSON, YAML, names, JSONPath and custom columns."""

import json
from typing import Any

from .answer import Trouble, beyond
from .data import Obj, clone, labels_of, name_of, namespace_of
from .kinds import Kind
from .paths import Template, find, text_of
from .resources import Found
from .tables import columns_for
from .tabs import table
from .world import Call
from .yaml_text import dump

_PRINTERS = (
    "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,"
    "jsonpath-file,kyaml,name,template,templatefile,wide,yaml"
)


def as_json(value: Any) -> str:
    """JSON as kubectl prints it."""
    text = json.dumps(value, indent=4, sort_keys=True, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026") + "\n"


def shown(obj: Obj, call: Call) -> Obj:
    """The object without what kubectl leaves out unless asked."""
    result = clone(obj)
    if not call.true("show-managed-fields"):
        result["metadata"].pop("managedFields", None)
    return result


def listed(objects: list[Obj]) -> Obj:
    """The list that kubectl makes of several objects."""
    return {
        "apiVersion": "v1",
        "items": objects,
        "kind": "List",
        "metadata": {"resourceVersion": ""},
    }


def printed(call: Call, pairs: list[tuple[Kind, Obj]], single: bool) -> str:
    """*pairs* in the machine-readable format that ``-o`` asks for.

    Raises:
        Trouble: no such format, or one that this cluster does not have.
    """
    name, equals, argument = call.value("output").partition("=")
    if name == "name":
        return "".join(f"{kind.noun}/{name_of(obj)}\n" for kind, obj in pairs)
    if name == "custom-columns":
        return custom_columns(argument, [obj for _, obj in pairs], call.true("no-headers"))
    value = (
        shown(pairs[0][1], call)
        if single and len(pairs) == 1
        else listed([shown(obj, call) for _, obj in pairs])
    )
    return value_printed(value, name, argument if equals else call.value("template"))


def value_printed(value: Any, name: str, argument: str = "") -> str:
    """One value as JSON, YAML or through a JSONPath template."""
    if name == "json":
        return as_json(value)
    if name == "yaml":
        return dump(value)
    if name == "jsonpath":
        if not argument:
            raise Trouble("error: template format specified but no template given")
        return Template(argument).render(value)
    if name == "jsonpath-as-json":
        return as_json(find(argument.strip().removeprefix("{").removesuffix("}"), value))
    if name in _PRINTERS.split(","):
        raise beyond(f"print {name}; it has json, yaml, name, wide, jsonpath and custom-columns")
    raise Trouble(
        f'error: unable to match a printer suitable for the output format "{name}", '
        f"allowed formats are: {_PRINTERS}"
    )


def custom_columns(spec: str, objects: list[Obj], bare: bool = False) -> str:
    """The table that ``HEADING:path`` pairs ask for."""
    if not spec:
        raise Trouble("error: custom-columns format specified but no custom columns given")
    columns = [part.partition(":") for part in spec.split(",")]
    if not all(path for _, _, path in columns):
        raise Trouble(f"error: unexpected custom-columns spec: {spec}, expected <header>:<json-path-expr>")
    rows = [] if bare else [[heading for heading, _, _ in columns]]
    for obj in objects:
        found = [find(path.removeprefix("{").removesuffix("}"), obj) for _, _, path in columns]
        rows.append([",".join(text_of(value) for value in values) or "<none>" for values in found])
    return table(rows)


def tables(call: Call, found: list[Found]) -> str:
    """One table for each kind that has objects, a blank line between them."""
    full = [entry for entry in found if entry.objects]
    prefixed = len(found) > 1 or call.true("show-kind")
    return "\n".join(_table(call, entry, prefixed) for entry in full)


def _table(call: Call, found: Found, prefixed: bool) -> str:
    wide = call.value("output") == "wide"
    columns = [c for c in columns_for(call.store, found.kind) if wide or not c.wide]
    spaced = call.true("all-namespaces") and found.kind.namespaced
    extra = [label for label in call.values("label-columns") if label]
    heads = (
        ["NAMESPACE"] * spaced
        + [c.heading for c in columns]
        + [key.rpartition("/")[2].upper() for key in extra]
    )
    rows = [] if call.true("no-headers") else [heads + ["LABELS"] * call.true("show-labels")]
    for obj in found.objects:
        cells = [_cell(c.cell(obj, call.now), c.heading, found.kind, prefixed) for c in columns]
        cells = [namespace_of(obj)] * spaced + cells + [labels_of(obj).get(key, "") for key in extra]
        rows.append(cells + [_labels(obj)] * call.true("show-labels"))
    return table(rows)


def _cell(text: str, heading: str, kind: Kind, prefixed: bool) -> str:
    return f"{kind.noun}/{text}" if prefixed and heading == "NAME" else text


def _labels(obj: Obj) -> str:
    return ",".join(f"{key}={value}" for key, value in sorted(labels_of(obj).items())) or "<none>"
