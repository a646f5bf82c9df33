"""argocd over the Application objects of the cluster."""

from .ages import stamp
from .answer import Answer, Trouble
from .data import Obj, clone, dig, items, name_of, namespace_of
from .grammar import Tool, Verb
from .output import value_printed
from .tabs import table
from .world import Call

_VERSION = "v3.3.2"


def _applications(call: Call) -> list[Obj]:
    return [obj for kind in call.store.kinds if kind.kind == "Application" for obj in call.store.every(kind)]


def _one(call: Call) -> Obj:
    if not call.operands:
        raise Trouble("Error: accepts 1 arg(s), received 0")
    name = call.operands[0].rpartition("/")[2]
    found = [app for app in _applications(call) if name_of(app) == name]
    if not found:
        raise Trouble(
            f'{{"level":"fatal","msg":"rpc error: code = NotFound desc = '
            f'applications.argoproj.io \\"{name}\\" not found"}}',
            20,
        )
    return found[0]


def applications(call: Call) -> Answer:
    """``argocd app list``."""
    wanted = call.values("project")
    found = [app for app in _applications(call) if not wanted or dig(app, "spec", "project") in wanted]
    output = call.value("output", "wide")
    if output == "name":
        return Answer("".join(f"{namespace_of(app)}/{name_of(app)}\n" for app in found))
    if output != "wide":
        return Answer(value_printed(found, output))
    heads = [
        "NAME",
        "CLUSTER",
        "NAMESPACE",
        "PROJECT",
        "STATUS",
        "HEALTH",
        "SYNCPOLICY",
        "CONDITIONS",
        "REPO",
        "PATH",
        "TARGET",
    ]
    return Answer(table([heads, *(_row(app) for app in found)]))


def _row(app: Obj) -> list[str]:
    spec = dig(app, "spec", default={})
    source, target = spec.get("source", {}), spec.get("destination", {})
    automatic = dig(spec, "syncPolicy", "automated")
    policy = "Manual" if automatic is None else "Auto-Prune" if automatic.get("prune") else "Auto"
    conditions = ",".join(c["type"] for c in items(app, "status", "conditions")) or "<none>"
    return [
        f"{namespace_of(app)}/{name_of(app)}",
        target.get("server", target.get("name", "")),
        target.get("namespace", ""),
        spec.get("project", "default"),
        _sync(app),
        _health(app),
        policy,
        conditions,
        source.get("repoURL", ""),
        source.get("path", ""),
        source.get("targetRevision", ""),
    ]


def _sync(app: Obj) -> str:
    return str(dig(app, "status", "sync", "status", default="Unknown"))


def _health(app: Obj) -> str:
    return str(dig(app, "status", "health", "status", default="Unknown"))


def get(call: Call) -> Answer:
    """``argocd app get``."""
    app = _one(call)
    if call.value("output", "wide") != "wide":
        return Answer(value_printed(app, call.value("output")))
    return Answer(_summary(app))


def _summary(app: Obj) -> str:
    row, spec = _row(app), dig(app, "spec", default={})
    revision = str(dig(app, "status", "sync", "revision", default=""))
    lines = (
        ("Name", row[0]),
        ("Project", row[3]),
        ("Server", row[1]),
        ("Namespace", row[2]),
        ("Source", ""),
        ("- Repo", row[8]),
        ("  Target", spec.get("source", {}).get("targetRevision", "")),
        ("  Path", row[9]),
        ("Sync Policy", row[6]),
        ("Sync Status", f"{row[4]} from {row[10]} ({revision[:7]})"),
        ("Health Status", row[5]),
    )
    text = "".join(f"{title + ':':<20}{value}".rstrip() + "\n" for title, value in lines)
    rows = [
        [
            r.get("group", ""),
            r["kind"],
            r.get("namespace", ""),
            r["name"],
            r.get("status", ""),
            dig(r, "health", "status", default=""),
        ]
        for r in items(app, "status", "resources")
    ]
    heads = ["GROUP", "KIND", "NAMESPACE", "NAME", "STATUS", "HEALTH"]
    return text + ("\n" + table([heads, *rows]) if rows else "")


def history(call: Call) -> Answer:
    """``argocd app history``."""
    rows = [["ID", "DATE", "REVISION"]]
    for entry in items(_one(call), "status", "history"):
        rows.append([str(entry["id"]), str(entry.get("deployedAt", "")), str(entry.get("revision", ""))[:7]])
    return Answer(table(rows))


def sync(call: Call) -> Answer:
    """``argocd app sync``: the application is then in step, and one entry longer in its history."""
    app = _one(call)
    if call.true("dry-run"):
        return Answer(_summary(app))
    changed = clone(app)
    status = changed.setdefault("status", {})
    revision = str(dig(status, "sync", "revision", default=""))
    status["sync"] = {**status.get("sync", {}), "status": "Synced"}
    for resource in status.get("resources", []):
        resource["status"] = "Synced"
    past = status.setdefault("history", [])
    past.append({"id": len(past), "deployedAt": stamp(call.now), "revision": revision})
    status["operationState"] = {"phase": "Succeeded", "finishedAt": stamp(call.now)}
    call.store.put(changed)
    return Answer(
        f"{_summary(changed)}\nOperation:          Sync\nSync Revision:      "
        f"{revision}\nPhase:              Succeeded\n"
    )


def version(call: Call) -> Answer:
    """``argocd version``."""
    return Answer(f"argocd: {_VERSION}\n" + ("" if call.true("client") else f"argocd-server: {_VERSION}\n"))


ARGOCD = Tool(
    "argocd",
    (
        Verb.of("app list", applications, "output project"),
        Verb.of("app get", get, "output"),
        Verb.of("app history", history),
        Verb.of("app sync", sync, "dry-run? timeout"),
        Verb.of("version", version, "client? short?"),
    ),
    frozenset(["core?", "kube-context", "namespace", "server", "app-namespace", "grpc-web?", "plaintext?"]),
)
