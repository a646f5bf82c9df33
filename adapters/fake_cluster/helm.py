"""helm over in-memory releases: what a command changes is what the next one lists."""

import re
from typing import Any

import attrs

from .answer import Answer, Trouble
from .data import Obj
from .grammar import Tool, Verb
from .helm_changes import install, rollback, uninstall, upgrade
from .helm_shared import grid, meant, moment, offered, present, revisions, summary
from .kinds import Kind
from .output import value_printed
from .releases import Release
from .tables import columns_for
from .tabs import table
from .world import Call

_VERSION = "v4.3.1"


def releases(call: Call) -> Answer:
    """``helm list``."""
    latest = {(r.namespace, r.name): r for r in call.world.releases}
    shown = [
        r
        for (space, _), r in sorted(latest.items())
        if call.true("all-namespaces") or space == call.namespace
    ]
    pattern = re.compile(call.value("filter"))
    shown = [r for r in shown if pattern.search(r.name) and _state_asked(call, r)]
    if call.true("short"):
        return Answer("".join(f"{r.name}\n" for r in shown))
    rows = [_row(r) for r in shown]
    heads = ["NAME", "NAMESPACE", "REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION"]
    if call.value("output", "table") != "table":
        keys = [head.lower().replace(" ", "_") for head in heads]
        return Answer(_structured(call, [dict(zip(keys, row, strict=True)) for row in rows]))
    return Answer(
        grid(([] if call.true("no-headers") else [heads]) + rows)
        if rows or not call.true("no-headers")
        else ""
    )


def _state_asked(call: Call, release: Release) -> bool:
    asked = [
        state for state in ("deployed", "failed", "pending", "superseded", "uninstalled") if call.true(state)
    ]
    return not asked or any(release.status.startswith(state) for state in asked)


def _row(r: Release) -> list[str]:
    updated = moment(r).strftime("%Y-%m-%d %H:%M:%S.%f +0000 UTC").replace(".000000", "")
    return [r.name, r.namespace, str(r.revision), updated, r.status, r.chart, r.app_version]


def _structured(call: Call, value: Any) -> str:
    if call.value("output") not in ("json", "yaml"):
        raise Trouble(
            f'Error: invalid argument "{call.value("output")}" for "-o, --output" flag: invalid format type'
        )
    return value_printed(value, call.value("output"))


def status(call: Call) -> Answer:
    """``helm status``."""
    release = meant(call)
    if call.value("output", "table") != "table":
        info = {
            "status": release.status,
            "description": release.description,
            "notes": release.notes,
        }
        whole = {
            "name": release.name,
            "namespace": release.namespace,
            "version": release.revision,
            "info": info,
        }
        return Answer(_structured(call, whole))
    return Answer(summary(release, _resources(call, release)))


def _resources(call: Call, release: Release) -> str:
    kinds: dict[str, tuple[Kind, list[Obj]]] = {}
    for obj in present(call, release):
        kind = call.store.kind_of(obj)
        kinds.setdefault(kind.resource, (kind, []))[1].append(obj)
    texts: list[str] = []
    for kind, objects in kinds.values():
        columns = [column for column in columns_for(call.store, kind) if not column.wide]
        rows = [[c.heading for c in columns]] + [[c.cell(obj, call.now) for c in columns] for obj in objects]
        texts.append(f"==> {kind.api_version}/{kind.kind}\n{table(rows)}\n")
    return "RESOURCES:\n" + "".join(texts) + "\n" if texts else ""


def history(call: Call) -> Answer:
    """``helm history``."""
    meant(call)
    listed = revisions(call, call.operands[0])[-call.number("max", 256) :]
    rows = [
        [
            str(r.revision),
            moment(r).strftime("%a %b %e %H:%M:%S %Y"),
            r.status,
            r.chart,
            r.app_version,
            r.description,
        ]
        for r in listed
    ]
    heads = ["REVISION", "UPDATED", "STATUS", "CHART", "APP VERSION", "DESCRIPTION"]
    if call.value("output", "table") != "table":
        keys = [head.lower().replace(" ", "_") for head in heads]
        return Answer(_structured(call, [dict(zip(keys, row, strict=True)) for row in rows]))
    return Answer(grid([heads, *rows]))


def get(call: Call) -> Answer:
    """``helm get``: values, manifest, notes, hooks, metadata or all of them."""
    release, part = meant(call), call.path.split()[1]
    if part == "values" and call.value("output", "table") != "table":
        return Answer(_structured(call, release.values))
    return Answer(
        {
            "values": _values(release, call.true("all")),
            "manifest": _manifest(release) + "\n",
            "hooks": "",
            "notes": f"NOTES:\n{release.notes}\n\n" if release.notes else "",
            "metadata": _metadata(release),
            "all": summary(release).partition("TEST SUITE")[0]
            + _values(release, False)
            + f"\nHOOKS:\nMANIFEST:\n{_manifest(release)}"
            + (f"\nNOTES:\n{release.notes}\n" if release.notes else ""),
        }[part]
    )


def _values(release: Release, computed: bool) -> str:
    text = value_printed(release.values, "yaml") if release.values else "null\n"
    return f"{'COMPUTED' if computed else 'USER-SUPPLIED'} VALUES:\n{text}"


def _manifest(release: Release) -> str:
    return "".join(
        f"---\n# Source: {release.chart_name}/templates/{str(obj['kind']).lower()}.yaml\n"
        f"{value_printed(obj, 'yaml')}"
        for obj in release.objects
    )


def _metadata(release: Release) -> str:
    return (
        f"NAME: {release.name}\nCHART: {release.chart_name}\nVERSION: {release.chart_version}\n"
        f"APP_VERSION: {release.app_version}\nNAMESPACE: {release.namespace}\nREVISION: {release.revision}\n"
        f"STATUS: {release.status}\nDEPLOYED_AT: {moment(release).strftime('%Y-%m-%dT%H:%M:%SZ')}\n"
    )


def repositories(call: Call) -> Answer:
    """``helm repo list``."""
    if not call.world.repositories:
        return Answer(stderr="no repositories to show\n")
    rows = [[name, f"https://{name}.invalid/charts"] for name in call.world.repositories]
    if call.value("output", "table") != "table":
        return Answer(_structured(call, [{"name": name, "url": url} for name, url in rows]))
    return Answer(grid([["NAME", "URL"], *rows]))


def search(call: Call) -> Answer:
    """``helm search repo``."""
    if not call.world.repositories:
        raise Trouble("Error: no repositories configured")
    words = [word.lower() for word in call.operands]
    found = [
        c for c in call.world.charts if all(word in f"{c.name} {c.description}".lower() for word in words)
    ]
    if call.value("output", "table") != "table":
        return Answer(_structured(call, [attrs.asdict(chart) for chart in found]))
    if not found:
        return Answer("No results found\n")
    rows = [[c.name, c.version, c.app_version, c.description] for c in found]
    return Answer(grid([["NAME", "CHART VERSION", "APP VERSION", "DESCRIPTION"], *rows]))


def show(call: Call) -> Answer:
    """``helm show chart``."""
    if not call.operands:
        raise Trouble('Error: "helm show chart" requires 1 argument')
    chart = offered(call, call.operands[0])
    fields = {
        "apiVersion": "v2",
        "name": chart.name.rpartition("/")[2],
        "version": chart.version,
        "appVersion": chart.app_version,
        "description": chart.description,
    }
    return Answer(value_printed({key: value for key, value in fields.items() if value}, "yaml"))


def version(call: Call) -> Answer:
    """``helm version``."""
    return Answer(f"{_VERSION}\n" if call.true("short") else f'version.BuildInfo{{Version:"{_VERSION}"}}\n')


_GET = "revision output all? template "
_APPLY = (
    "version set set-string dry-run wait timeout create-namespace? description atomic? rollback-on-failure? "
)
HELM = Tool(
    "helm",
    (
        *(
            Verb.of(
                word,
                releases,
                "all-namespaces? all? short? filter output no-headers? deployed? failed? pending? "
                "superseded? uninstalled? max offset date? reverse?",
            )
            for word in ("list", "ls")
        ),
        Verb.of("status", status, "revision output show-resources? show-desc?"),
        *(Verb.of(word, history, "max output") for word in ("history", "hist")),
        *(
            Verb.of(f"get {part}", get, _GET)
            for part in ("values", "manifest", "notes", "hooks", "metadata", "all")
        ),
        Verb.of("install", install, _APPLY),
        Verb.of(
            "upgrade",
            upgrade,
            _APPLY + "install? reuse-values? reset-values? reset-then-reuse-values? history-max force?",
        ),
        Verb.of("rollback", rollback, "wait timeout dry-run force? cleanup-on-fail? history-max"),
        *(
            Verb.of(word, uninstall, "dry-run ignore-not-found? wait timeout cascade description")
            for word in ("uninstall", "delete")
        ),
        *(Verb.of(f"repo {word}", repositories, "output") for word in ("list", "ls")),
        Verb.of("search repo", search, "output versions? max-col-width"),
        Verb.of("show chart", show, "version"),
        Verb.of("version", version, "short? template"),
    ),
    frozenset(
        [
            "kube-context", "namespace", "kubeconfig", "burst-limit", "qps", "debug?", "color",
            "kube-as-user", "kube-as-group",
        ]
    ),
)  # fmt: skip
