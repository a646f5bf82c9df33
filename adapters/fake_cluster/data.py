"""Reading and rewriting Kubernetes objects, which are plain dictionaries here."""

import copy
import json
from typing import Any, TypeGuard

Obj = dict[str, Any]


def mapping(value: Any) -> Obj | None:
    """*value* if it is a dictionary."""
    return value if _is_mapping(value) else None


def sequence(value: Any) -> list[Any] | None:
    """*value* if it is a list."""
    return value if _is_list(value) else None


# the two checkers disagree on what isinstance makes of Any, and agree on these
def _is_mapping(value: Any) -> TypeGuard[Obj]:
    return isinstance(value, dict)


def _is_list(value: Any) -> TypeGuard[list[Any]]:
    return isinstance(value, list)


def dig(value: Any, *keys: str, default: Any = None) -> Any:
    """What lies under *keys*, one after the other; *default* where anything is missing or null."""
    for key in keys:
        value = (mapping(value) or {}).get(key)
    return default if value is None else value


def name_of(obj: Obj) -> str:
    """The object's name."""
    return str(dig(obj, "metadata", "name", default=""))


def namespace_of(obj: Obj) -> str:
    """The object's namespace; empty for one that belongs to none."""
    return str(dig(obj, "metadata", "namespace", default=""))


def labels_of(obj: Obj) -> dict[str, str]:
    """The object's labels."""
    return dict(dig(obj, "metadata", "labels", default={}))


def annotations_of(obj: Obj) -> dict[str, str]:
    """The object's annotations."""
    return dict(dig(obj, "metadata", "annotations", default={}))


def reference_to(owner: Obj) -> Obj:
    """How what *owner* has made names it, among its ``ownerReferences``."""
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": name_of(owner),
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def items(obj: Obj, *keys: str) -> list[Obj]:
    """The list of dictionaries under *keys*; empty where there is none."""
    return list(dig(obj, *keys, default=[]))


def owner_of(obj: Obj) -> Obj | None:
    """The reference to the controller that made the object, or None."""
    return next((ref for ref in items(obj, "metadata", "ownerReferences") if ref.get("controller")), None)


def clone(obj: Obj) -> Obj:
    """A copy that shares nothing."""
    return copy.deepcopy(obj)


def compact(value: Any) -> str:
    """JSON in one line, keys in order, as Go writes a map."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def merge(old: Any, patch: Any, by_name: bool = False) -> Any:
    """*old* with *patch* merged in (RFC 7386): null removes, lists replace.

    With *by_name*, lists of named things are merged name by name, as a strategic merge does for
    containers, variables, volumes and ports.
    """
    lists = sequence(old), sequence(patch)
    if by_name and lists[0] is not None and lists[1] is not None:
        return _merge_lists(lists[0], lists[1])
    changes = mapping(patch)
    if changes is None:
        return copy.deepcopy(patch)
    result = dict(mapping(old) or {})
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge(result.get(key), value, by_name)
    return result


def _merge_lists(old: list[Any], patch: list[Any]) -> list[Any]:
    if not all(isinstance(item, dict) and "name" in item for item in [*old, *patch]):
        return copy.deepcopy(patch)
    result = {item["name"]: item for item in old}
    for item in patch:
        if item.get("$patch") == "delete":
            result.pop(item["name"], None)
        else:
            result[item["name"]] = merge(result.get(item["name"]), item, by_name=True)
    return list(result.values())
