"""What helm's commands have in common: finding releases and charts, and showing them."""

from datetime import UTC, datetime

from .answer import Trouble
from .data import Obj, name_of, namespace_of
from .releases import Chart, Release
from .world import Call


def revisions(call: Call, name: str) -> list[Release]:
    """Every revision of the release *name* in the namespace meant."""
    return [r for r in call.world.releases if (r.name, r.namespace) == (name, call.namespace)]


def meant(call: Call) -> Release:
    """The revision that the call is about: the last one, or that of ``--revision``."""
    if not call.operands:
        raise Trouble(
            f'Error: "helm {call.path}" requires 1 argument\n\nUsage:  helm {call.path} RELEASE_NAME [flags]'
        )
    found, wanted = revisions(call, call.operands[0]), call.number("revision", 0)
    found = [release for release in found if wanted in (0, release.revision)]
    if not found:
        raise Trouble("Error: release: not found")
    return found[-1]


def grid(rows: list[list[str]]) -> str:
    """A table as helm prints it: padded cells with tabs between them."""
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    if len(rows) == 1:
        widths = [0] * len(widths)
    return "".join("\t".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + "\n" for row in rows)


def moment(release: Release) -> datetime:
    """When the revision was made."""
    return datetime.fromtimestamp(release.updated, UTC)


def summary(release: Release, resources: str = "") -> str:
    """What helm says of one revision."""
    notes = f"NOTES:\n{release.notes}\n" if release.notes else ""
    return (
        f"NAME: {release.name}\nLAST DEPLOYED: {moment(release).strftime('%a %b %e %H:%M:%S %Y')}\n"
        f"NAMESPACE: {release.namespace}\nSTATUS: {release.status}\nREVISION: {release.revision}\n"
        f"DESCRIPTION: {release.description}\n{resources}TEST SUITE: None\n{notes}"
    )


def present(call: Call, release: Release) -> list[Obj]:
    """The objects of a revision that are still there."""
    found = (
        call.store.find(call.store.kind_of(o), namespace_of(o) or release.namespace, name_of(o))
        for o in release.objects
    )
    return [obj for obj in found if obj is not None]


def offered(call: Call, word: str, failed: str = "") -> Chart:
    """The chart that *word* names.

    Raises:
        Trouble: no repository has it.
    """
    repository, slash, _ = word.partition("/")
    if not slash or word.startswith((".", "/", "oci:", "http")):
        raise Trouble(
            f"Error: {failed}the in-memory cluster has the charts of its repositories only, not {word}"
        )
    if repository not in call.world.repositories:
        raise Trouble(f"Error: {failed}repo {repository} not found")
    wanted = call.value("version")
    for chart in call.world.charts:
        if chart.name == word and wanted in ("", chart.version):
            return chart
    raise Trouble(
        f'Error: {failed}chart "{word.partition("/")[2]}" matching {wanted} not found in {repository} index'
    )
