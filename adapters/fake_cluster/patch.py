"""``kubectl patch``, and the merge behind ``apply``."""

import json
from typing import Any

from .answer import Answer, Trouble
from .change import edit
from .data import Obj, annotations_of, clone, mapping, merge, name_of, sequence
from .world import Call
from .yaml_text import parsed

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def patch(call: Call) -> Answer:
    """``kubectl patch``: merge, strategic merge (lists by name) and JSON patches."""
    kind, change = call.value("type", "strategic"), parsed(call.value("patch"))
    if "patch-file" in call.flags or change is None:
        raise Trouble("error: must specify --patch to provide the contents of the patch")

    def edit_one(obj: Obj) -> str:
        before = clone(obj)
        new: Any = (
            _json_patched(obj, change) if kind == "json" else merge(obj, change, by_name=kind == "strategic")
        )
        if name_of(new) != name_of(before) or new.get("kind") != before["kind"]:
            raise Trouble(
                f'Error from server (BadRequest): the name or kind of "{name_of(before)}" cannot be changed'
            )
        obj.clear()
        obj.update(new)
        return "patched" if obj != before else "patched (no change)"

    if kind not in ("strategic", "merge", "json"):
        raise Trouble("error: --type must be one of [json merge strategic]")
    return edit(call, edit_one)


def _json_patched(obj: Obj, steps: Any) -> Obj:
    result = clone(obj)
    for step in sequence(steps) or [steps]:
        try:
            _json_step(result, dict(step))
        except (KeyError, IndexError, ValueError, TypeError):
            raise Trouble(
                "The request is invalid: the server rejected our request due to an error in our request"
            ) from None
    return result


def _json_step(obj: Obj, step: Obj) -> None:
    *way, last = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
    place: Any = obj
    for part in way:
        place = place[int(part)] if sequence(place) is not None else place[part]
    key: Any = last
    items = sequence(place)
    if items is not None:
        key = len(items) if last == "-" else int(last)
    if step["op"] == "remove":
        del place[key]
    elif step["op"] == "add" and items is not None:
        items.insert(key, step["value"])
    elif step["op"] in ("add", "replace"):
        if step["op"] == "replace" and key not in (place if items is None else range(len(items))):
            raise KeyError(key)
        place[key] = step["value"]
    elif step["op"] != "test" or place[key] != step["value"]:
        raise ValueError(step["op"])


def applied(old: Obj | None, given: Obj) -> Obj:
    """What ``kubectl apply`` makes of *given*, with *old* in the cluster: a three-way merge."""
    told_before: Obj = json.loads(annotations_of(old).get(LAST_APPLIED, "{}")) if old else {}
    base = merge(old or {}, _removals(told_before, given))
    new: Obj = merge(base, given, by_name=True)
    text = json.dumps(given, separators=(",", ":"), sort_keys=True) + "\n"
    new["metadata"]["annotations"] = {**annotations_of(new), LAST_APPLIED: text}
    return new


def _removals(before: Obj, after: Obj) -> Obj:
    """A merge patch that removes what *before* has and *after* does not."""
    result: Obj = {}
    for key, value in before.items():
        if key not in after:
            result[key] = None
        elif mapping(value) and mapping(after[key]) and (inner := _removals(value, after[key])):
            result[key] = inner
    return result
