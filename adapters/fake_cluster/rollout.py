"""``kubectl rollout`` and ``wait``: a change and whether it has taken effect."""

from .answer import Answer, Trouble, beyond
from .change import edit, restarted
from .data import Obj, annotations_of, clone, dig, labels_of, name_of
from .describe_pods import template
from .kinds import Kind
from .paths import find, text_of
from .resources import select
from .tabs import align
from .world import Call

_REVISION, _CAUSE = "deployment.kubernetes.io/revision", "kubernetes.io/change-cause"


def status(call: Call) -> Answer:
    """``kubectl rollout status``: what is to come, and the error that waiting would end in."""
    selection = select(call)
    if selection.missing or not selection.pairs:
        raise Trouble("\n".join(selection.missing) or "error: no resources found")
    text, error = "", ""
    for kind, obj in selection.pairs:
        line, done = _progress(kind, obj)
        text += line
        if not done and call.value("watch", "true") == "true":
            error += _unfinished(obj)
    return Answer(text, error, 1 if error else 0)


def _progress(kind: Kind, obj: Obj) -> tuple[str, bool]:
    name, state = name_of(obj), dig(obj, "status", default={})
    wanted = int(dig(obj, "spec", "replicas", default=1))
    if kind.kind == "DaemonSet":
        wanted = int(state.get("desiredNumberScheduled", 0))
        up = int(state.get("numberAvailable", 0))
        waiting = (
            f'Waiting for daemon set "{name}" rollout to finish: {up} of {wanted} updated '
            "pods are available...\n"
        )
        return (f'daemon set "{name}" successfully rolled out\n', True) if up >= wanted else (waiting, False)
    if kind.kind == "StatefulSet":
        up = int(state.get("readyReplicas", 0))
        waiting = f"Waiting for {wanted - up} pods to be ready...\n"
        return (
            (f"statefulset rolling update complete {up} pods at revision {name}...\n", True)
            if up >= wanted
            else (waiting, False)
        )
    if kind.kind != "Deployment":
        raise Trouble(f"error: no status viewer has been implemented for {kind.kind}")
    up = int(state.get("availableReplicas", 0))
    waiting = (
        f'Waiting for deployment "{name}" rollout to finish: {up} of {wanted} updated '
        "replicas are available...\n"
    )
    return (f'deployment "{name}" successfully rolled out\n', True) if up >= wanted else (waiting, False)


def _unfinished(obj: Obj) -> str:
    if find(".status.conditions[?(@.type=='Progressing')].reason", obj) == ["ProgressDeadlineExceeded"]:
        return f'error: deployment "{name_of(obj)}" exceeded its progress deadline\n'
    return "error: timed out waiting for the condition\n"


def _sets(call: Call, obj: Obj) -> dict[int, Obj]:
    """The replica sets of a Deployment by revision."""
    if obj["kind"] != "Deployment":
        raise beyond(f"keep the revisions of a {obj['kind']}")
    owned = [rs for rs in call.store.owned(obj) if rs["kind"] == "ReplicaSet"]
    return dict(sorted((int(annotations_of(rs).get(_REVISION, "1")), rs) for rs in owned))


def history(call: Call) -> Answer:
    """``kubectl rollout history``: the revisions, or the template of one of them."""
    selection = select(call)
    if selection.missing:
        raise Trouble("\n".join(selection.missing))
    return Answer("".join(_history(call, kind, obj) for kind, obj in selection.pairs))


def _history(call: Call, kind: Kind, obj: Obj) -> str:
    sets, revision = _sets(call, obj), call.number("revision", 0)
    if not revision:
        rows = [["REVISION", "CHANGE-CAUSE"]]
        rows += [[str(number), annotations_of(rs).get(_CAUSE, "<none>")] for number, rs in sets.items()]
        return f"{kind.noun}/{name_of(obj)} \n" + align("".join("\t".join(row) + "\n" for row in rows)) + "\n"
    if revision not in sets:
        raise Trouble("error: unable to find the specified revision")
    return (
        f"{kind.noun}/{name_of(obj)} with revision #{revision}\n{align(template(sets[revision]['spec']))}\n"
    )


def restart(call: Call) -> Answer:
    """``kubectl rollout restart``."""

    def edit_one(obj: Obj) -> str:
        restarted(obj, call.now)
        return "restarted"

    return edit(call, edit_one)


def pause(call: Call) -> Answer:
    """``kubectl rollout pause`` and ``resume``."""
    paused = call.path.endswith("pause")

    def edit_one(obj: Obj) -> str:
        if obj["kind"] != "Deployment":
            raise Trouble(f'error: {obj["kind"].lower()}s "{name_of(obj)}" pausing is not supported')
        if bool(dig(obj, "spec", "paused")) is paused:
            raise Trouble(
                f'error: deployments.apps "{name_of(obj)}" is {"already" if paused else "not"} paused'
            )
        obj["spec"].pop("paused", None)
        if paused:
            obj["spec"]["paused"] = True
        return "paused" if paused else "resumed"

    return edit(call, edit_one)


def undo(call: Call) -> Answer:
    """``kubectl rollout undo``: the template of an earlier revision again."""

    def edit_one(obj: Obj) -> str:
        sets = _sets(call, obj)
        wanted = call.number("to-revision", 0) or next(iter(sorted(sets)[-2:-1]), 0)
        if wanted not in sets:
            raise Trouble(
                "error: no rollout history found for deployment " + f'"{name_of(obj)}"'
                if not call.number("to-revision", 0)
                else f"error: unable to find specified revision {wanted} in history"
            )
        earlier = clone(sets[wanted]["spec"]["template"])
        earlier["metadata"]["labels"] = {
            k: v for k, v in labels_of(earlier).items() if k != "pod-template-hash"
        }
        obj["spec"]["template"] = earlier
        return "rolled back"

    return edit(call, edit_one)


def wait(call: Call) -> Answer:
    """``kubectl wait``: time stands still here, so it is true now or it times out."""
    kind, _, rest = call.value("for").partition("=")
    if not call.value("for"):
        raise Trouble('error: required flag(s) "for" not set')
    selection = select(call)
    if kind == "delete" and not selection.pairs:
        return Answer()
    if selection.missing or not selection.pairs:
        raise Trouble("\n".join(selection.missing) or "error: no matching resources found")
    text, errors = "", ""
    for found, obj in selection.pairs:
        if _met(obj, kind, rest):
            text += f"{found.noun}/{name_of(obj)} condition met\n"
        else:
            errors += f"error: timed out waiting for the condition on {found.plural}/{name_of(obj)}\n"
    return Answer(text, errors, 1 if errors else 0)


def _met(obj: Obj, kind: str, rest: str) -> bool:
    if kind == "condition":
        name, _, value = rest.partition("=")
        states = [
            c["status"]
            for c in dig(obj, "status", "conditions", default=[])
            if str(c["type"]).lower() == name.lower()
        ]
        return states[:1] == [(value or "True").capitalize()]
    if kind == "jsonpath":
        path, equals, value = rest.rpartition("=")
        found = [
            text_of(value)
            for value in find((path if equals else rest).strip("'").removeprefix("{").removesuffix("}"), obj)
        ]
        return value in found if equals else bool(found)
    if kind in ("delete", "create"):
        return kind == "create"
    raise Trouble(f"error: unrecognized condition: {kind!r}")
