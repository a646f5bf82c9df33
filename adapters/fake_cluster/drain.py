"""``kubectl drain`` and ``taint``."""

from .answer import Answer, Trouble
from .change import edit, keep, split_changes
from .controllers import Controllers
from .data import Obj, clone, dig, items, name_of, namespace_of, owner_of
from .resources import labelled, select
from .world import Call


def drain(call: Call) -> Answer:
    """``kubectl drain``: cordon the nodes and evict what runs there."""
    selection = select(call, ("nodes", *call.operands))
    if selection.missing or not selection.pairs:
        raise Trouble("\n".join(selection.missing) or "error: no node was named")
    text = "".join(_cordoned(call, node) for _, node in selection.pairs)
    for _, node in selection.pairs:
        pods = _evictable(call, node, text)
        for pod in pods:
            text += f"evicting pod {namespace_of(pod)}/{name_of(pod)}{call.dry_run}\n"
            if not call.dry_run:
                Controllers(call.store, call.now).remove(pod)
        text += "".join(f"pod/{name_of(pod)} evicted{call.dry_run}\n" for pod in pods)
        text += f"node/{name_of(node)} drained{call.dry_run}\n"
    return Answer(text)


def _cordoned(call: Call, node: Obj) -> str:
    if dig(node, "spec", "unschedulable"):
        return f"node/{name_of(node)} already cordoned\n"
    changed = clone(node)
    changed.setdefault("spec", {})["unschedulable"] = True
    keep(call, changed)
    return f"node/{name_of(node)} cordoned{call.dry_run}\n"


def _evictable(call: Call, node: Obj, text: str) -> list[Obj]:
    test = labelled(call.value("pod-selector"))
    here = [
        pod for pod in call.store.named("pods") if dig(pod, "spec", "nodeName") == name_of(node) and test(pod)
    ]
    reasons = {(namespace_of(pod), name_of(pod)): _kept(call, pod) for pod in here}
    if wrong := sorted({reason for reason in reasons.values() if reason}):
        names = ", ".join(f"{space}/{name}" for (space, name), reason in reasons.items() if reason)
        raise Trouble(
            f'error: unable to drain node "{name_of(node)}" due to error: {"; ".join(wrong)}: {names}',
            stdout=text,
        )
    return [pod for pod in here if not _of_daemon_set(pod)]


def _of_daemon_set(pod: Obj) -> bool:
    return (owner_of(pod) or {}).get("kind") == "DaemonSet"


def _kept(call: Call, pod: Obj) -> str:
    """Why a pod stands in the way of a drain; empty where it does not."""
    if _of_daemon_set(pod):
        return (
            ""
            if call.true("ignore-daemonsets")
            else "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore)"
        )
    if owner_of(pod) is None and not call.true("force"):
        return "cannot delete Pods that declare no controller (use --force to override)"
    if any("emptyDir" in volume for volume in items(pod, "spec", "volumes")) and not call.true(
        "delete-emptydir-data"
    ):
        return "cannot delete Pods with local storage (use --delete-emptydir-data to override)"
    return ""


def taint(call: Call) -> Answer:
    """``kubectl taint``."""
    objects = tuple(word for word in call.operands if ":" not in word and not split_changes([word])[1])
    changes = [word for word in call.operands if word not in objects]

    def edit_one(obj: Obj) -> str:
        taints = {(t["key"], t["effect"]): t for t in items(obj, "spec", "taints")}
        before = len(taints)
        for change in changes:
            _taint(taints, change, call.true("overwrite"))
        obj.setdefault("spec", {})["taints"] = list(taints.values())
        return "untainted" if len(taints) < before else "tainted"

    return edit(call, edit_one, objects)


def _taint(taints: dict[tuple[str, str], Obj], change: str, overwrite: bool) -> None:
    pair, colon, effect = change.removesuffix("-").partition(":")
    key, _, value = pair.partition("=")
    if change.endswith("-"):
        gone = [found for found in taints if found[0] == key and effect in ("", found[1])]
        if not gone:
            raise Trouble(f'error: taint "{change.removesuffix("-")}" not found')
        for found in gone:
            del taints[found]
        return
    if not colon or effect not in ("NoSchedule", "PreferNoSchedule", "NoExecute"):
        raise Trouble(f"error: invalid taint effect: {effect}, unsupported taint effect")
    if (key, effect) in taints and not overwrite:
        raise Trouble(f"error: node already has {key} taint(s) with same effect(s) and --overwrite is false")
    taints[key, effect] = {"key": key, "effect": effect, **({"value": value} if value else {})}
