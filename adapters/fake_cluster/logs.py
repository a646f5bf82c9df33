"""``kubectl logs`` and ``exec``: what containers have written, and that nothing runs in them.

The last line of a log counts as written just now and each line before it a second earlier; this is
what ``--since`` and ``--timestamps`` go by.
"""

from .ages import instant, seconds, stamp
from .answer import Answer, Trouble, beyond
from .data import Obj, dig, items, labels_of, name_of
from .pods import keys, ready
from .resources import kind_named, labelled, one
from .selectors import matches
from .world import Call, Log


def logs(call: Call) -> Answer:
    """``kubectl logs``: of one pod, of one pod of a workload, or of all that a selector names."""
    if call.true("follow"):
        raise beyond("follow a log: it never ends by itself")
    pods = _pods(call)
    if not pods:
        return Answer(stderr=f"No resources found in {call.namespace} namespace.\n")
    return Answer("".join(_shown(call, pod, name) for pod in pods for name in _containers(call, pod)))


def _shown(call: Call, pod: Obj, container: str) -> str:
    """The log of one container; with ``--ignore-errors`` kubectl prints why there is none, and goes on."""
    try:
        return _container(call, pod, container, many=bool(call.value("selector")))
    except Trouble as trouble:
        if not call.true("ignore-errors"):
            raise
        return f"error: {str(trouble).partition(': ')[2]}\n"


def _pods(call: Call) -> list[Obj]:
    if call.value("selector"):
        test = labelled(call.value("selector"))
        return [pod for pod in call.store.named("pods", call.namespace) if test(pod)]
    if not call.operands:
        raise Trouble(
            "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD "
            "or TYPE/NAME is a required argument for the logs command"
        )
    return _of_workload(call, call.operands[0]) if call.true("all-pods") else [pod_of(call, call.operands[0])]


def pod_of(call: Call, word: str) -> Obj:
    """The pod that *word* names, or the first ready one of the workload or Service that it names.

    Raises:
        Trouble: there is none.
    """
    if "/" not in word and call.store.find(kind_named(call.store, "pods"), call.namespace, word) is None:
        raise Trouble(
            f'error: error from server (NotFound): pods "{word}" not found in namespace "{call.namespace}"'
        )
    return min(_of_workload(call, word), key=lambda pod: (not ready(pod), name_of(pod)))


def _of_workload(call: Call, word: str) -> list[Obj]:
    """The pods of what *word* names, by name."""
    kind, obj = one(call, word)
    if kind.kind == "Pod":
        return [obj]
    selector = dig(obj, "spec", "selector", "matchLabels") or dig(obj, "spec", "selector", default={})
    there = [pod for pod in call.store.named("pods", call.namespace) if matches(selector, labels_of(pod))]
    if not there:
        raise Trouble(f"error: timed out waiting for the condition: no pods of {word}")
    return sorted(there, key=name_of)


def _containers(call: Call, pod: Obj) -> list[str]:
    names = [str(container["name"]) for container in items(pod, "spec", "containers")]
    start = [str(container["name"]) for container in items(pod, "spec", "initContainers")]
    wanted = call.value("container") or (call.operands[1] if len(call.operands) > 1 else "")
    if call.true("all-containers"):
        return start + names
    if wanted and wanted not in names + start:
        out_of = ", ".join(names) + (f" or {', '.join(start)} (init containers)" if start else "")
        raise Trouble(f"error: container {wanted} is not valid for pod {name_of(pod)} out of: {out_of}")
    if not names:
        raise Trouble(f"error: the pod {name_of(pod)} has no containers")
    return [wanted or names[0]]


def _container(call: Call, pod: Obj, container: str, many: bool) -> str:
    log = _log(call, pod, container)
    if call.true("previous") and not log.previous and not _restarted(pod, container):
        raise Trouble(
            "Error from server (BadRequest): previous terminated container "
            f'"{container}" in pod "{name_of(pod)}" not found'
        )
    lines = (log.previous if call.true("previous") else log.text).splitlines()
    dated = [(call.now - (len(lines) - 1 - place), line) for place, line in enumerate(lines)]
    dated = [entry for entry in dated if entry[0] >= _since(call)]
    tail = call.number("tail", 10 if many else -1)
    dated = dated if tail < 0 else dated[len(dated) - min(tail, len(dated)) :]
    prefix = f"[pod/{name_of(pod)}/{container}] " if call.true("prefix") or call.true("all-pods") else ""
    text = "".join(
        f"{prefix}{stamp(when) + ' ' if call.true('timestamps') else ''}{line}\n" for when, line in dated
    )
    limit = call.number("limit-bytes", 0)
    return text.encode()[:limit].decode(errors="ignore") if limit else text


def _since(call: Call) -> float:
    try:
        if call.value("since"):
            return call.now - seconds(call.value("since"))
        return instant(call.value("since-time")) if call.value("since-time") else float("-inf")
    except ValueError as error:
        raise Trouble(f"error: invalid time: {error}") from None


def _log(call: Call, pod: Obj, container: str) -> Log:
    """The log given for the container, for the pod, or for the controller that made the pod."""
    names = [name for key in keys(pod) for name in (f"{key}/{container}", key)]
    return next((call.world.logs[name] for name in names if name in call.world.logs), Log())


def _restarted(pod: Obj, container: str) -> bool:
    statuses = items(pod, "status", "containerStatuses")
    return any(s["name"] == container and s.get("restartCount", 0) for s in statuses)


def execute(call: Call) -> Answer:
    """``kubectl exec``: finds the pod, then says that it cannot run anything there."""
    if not call.operands or not call.rest:
        raise Trouble("error: you must specify at least one command for the container")
    pod_of(call, call.operands[0])
    raise beyond("run a program in a container; give FakeCluster a reply for this command")
