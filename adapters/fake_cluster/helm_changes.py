"""``helm install``, ``upgrade``, ``rollback`` and ``uninstall``."""

import re
from typing import Any

import attrs

from .answer import Answer, Trouble, beyond
from .change import keep
from .controllers import Controllers
from .data import Obj, clone, merge, name_of, namespace_of
from .helm_shared import meant, offered, present, revisions, summary
from .releases import Chart, Release
from .world import Call


def install(call: Call) -> Answer:
    """``helm install``: a first revision of a chart that a repository offers."""
    if len(call.operands) != 2:
        raise Trouble("Error: INSTALLATION FAILED: must either provide a name or specify --generate-name")
    name, word = call.operands
    if revisions(call, name):
        raise Trouble(
            "Error: INSTALLATION FAILED: release name check failed: cannot reuse a name that is still in use"
        )
    chart = offered(call, word, "INSTALLATION FAILED: ")
    _namespace(call)
    return _add(call, _made(call, chart, name, 1, "Install complete", _given(call)))


def _namespace(call: Call) -> None:
    if call.namespace in [name_of(obj) for obj in call.store.named("namespaces")]:
        return
    if not call.true("create-namespace"):
        raise Trouble(
            f'Error: INSTALLATION FAILED: create: failed to create: namespaces "{call.namespace}" not found'
        )
    if not call.dry_run:
        obj = call.store.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": call.namespace}})
        Controllers(call.store, call.now).settle(obj)


def _made(call: Call, chart: Chart, name: str, number: int, what: str, values: dict[str, Any]) -> Release:
    return Release(
        name,
        f"{chart.name.rpartition('/')[2]}-{chart.version}",
        call.namespace,
        number,
        chart.app_version,
        description=what,
        updated=call.now,
        values=values,
    )


def _given(call: Call) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for flag in ("set", "set-string"):
        for pair in call.values(flag):
            key, equals, text = pair.partition("=")
            if not equals or not re.fullmatch(r"[\w-]+(\.[\w-]+)*", key):
                raise beyond(f"set {pair}; it reads key.key=value")
            tree: Any = text if flag == "set-string" else _scalar(text)
            for part in reversed(key.split(".")):
                tree = {part: tree}
            values = merge(values, tree)
    return values


def _scalar(text: str) -> Any:
    if re.fullmatch(r"-?(0|[1-9]\d*)", text):
        return int(text)
    return {"true": True, "false": False, "null": None}.get(text, text)


def _add(call: Call, release: Release, first: str = "") -> Answer:
    if call.value("dry-run", "none") != "none":
        return Answer(
            summary(attrs.evolve(release, status="pending-install", description="Dry run complete"))
        )
    for place, other in enumerate(call.world.releases):
        if (other.name, other.namespace, other.status) == (
            release.name,
            release.namespace,
            "deployed",
        ):
            call.world.releases[place] = attrs.evolve(other, status="superseded")
    call.world.releases.append(release)
    return Answer(first + summary(release))


def upgrade(call: Call) -> Answer:
    """``helm upgrade``: a further revision; with ``--install`` the first one, if there is none."""
    if len(call.operands) != 2:
        raise Trouble(
            'Error: "helm upgrade" requires 2 arguments\n\nUsage:  helm upgrade [RELEASE] [CHART] [flags]'
        )
    name, word = call.operands
    before = revisions(call, name)
    if not before and call.true("install"):
        first = f'Release "{name}" does not exist. Installing it now.\n'
        answer = install(call)
        return Answer(first + answer.stdout, answer.stderr, answer.exit_code)
    if not before:
        raise Trouble(f'Error: UPGRADE FAILED: "{name}" has no deployed releases')
    chart = offered(call, word, "UPGRADE FAILED: ")
    values = (
        merge(before[-1].values, _given(call))
        if call.true("reuse-values") or not _given(call)
        else _given(call)
    )
    new = _made(
        call,
        chart,
        name,
        before[-1].revision + 1,
        "Upgrade complete",
        {} if call.true("reset-values") else values,
    )
    new = attrs.evolve(new, objects=before[-1].objects, notes=before[-1].notes)
    return _add(call, new, f'Release "{name}" has been upgraded. Happy Helming!\n')


def rollback(call: Call) -> Answer:
    """``helm rollback``: an earlier revision once more, under a new number."""
    last = meant(call)
    number = int(call.operands[1]) if call.operands[1:] and call.operands[1].isdigit() else 0
    number = number or last.revision - 1
    found = [r for r in revisions(call, last.name) if r.revision == number]
    if not found:
        raise Trouble("Error: release has no " + f"{number} version")
    new = attrs.evolve(
        found[0],
        revision=last.revision + 1,
        status="deployed",
        description=f"Rollback to {number}",
        updated=call.now,
    )
    _add(call, new)
    if call.value("dry-run", "none") == "none":
        _render(call, last, new)
    return Answer("Rollback was a success! Happy Helming!\n")


def _render(call: Call, old: Release, new: Release) -> None:
    """Make the objects those of the *new* revision; what only the *old* one has goes."""
    wanted = {_identity(obj) for obj in new.objects}
    for obj in present(call, old):
        if _identity(obj) not in wanted:
            Controllers(call.store, call.now).remove(obj)
    for given in new.objects:
        kind = call.store.kind_of(given)
        there = call.store.find(kind, namespace_of(given) or new.namespace, name_of(given))
        if there is None:
            Controllers(call.store, call.now).settle(call.store.add(given, new.namespace))
        elif any(there.get(key) != given[key] for key in ("spec", "data") if key in given):
            keep(
                call,
                {
                    **there,
                    **{
                        key: value for key, value in clone(given).items() if key not in ("metadata", "status")
                    },
                },
            )


def _identity(obj: Obj) -> tuple[str, str, str]:
    return str(obj["kind"]), namespace_of(obj), name_of(obj)


def uninstall(call: Call) -> Answer:
    """``helm uninstall``: the release goes, and with it the objects of its chart."""
    text = ""
    for name in call.operands:
        found = revisions(call, name)
        if not found and call.true("ignore-not-found"):
            continue
        if not found:
            raise Trouble(f"Error: uninstall: Release not loaded: {name}: release: not found", stdout=text)
        text += f'release "{name}" uninstalled\n'
        if call.value("dry-run", "none") == "none":
            for obj in present(call, found[-1]):
                Controllers(call.store, call.now).remove(obj)
            call.world.releases[:] = [release for release in call.world.releases if release not in found]
    return Answer(text)
