"""What helm tells about charts, repositories and itself, without any cluster."""

from ..grammar import Flag, Operands, Verb, no_operands
from ..values import COUNT
from . import operands as op
from .flags import OUTPUT, SOURCE
from .values import CONSTRAINT, FIELDS, OPEN_TEXT


def _local(
    *path: str, summary: str, flags: tuple[Flag, ...] = (), operands: Operands = no_operands,
    aliases: tuple[str, ...] = (), group: bool = False, instead: str = "",
) -> Verb:
    """A verb that reads the server's copy of the repositories, or helm itself."""
    return Verb(
        path, flags=flags, operands=operands, aliases=aliases, group=group, targets=False,
        namespaced=False, summary=summary, instead=instead,
    )


def _show(part: str, what: str, *flags: Flag) -> Verb:
    return _local(
        "show", part, summary=f"Show {what} of a chart.", flags=(*SOURCE, *flags),
        operands=op.one_chart, instead=op.CHART_FORM,
    )


CHARTS = (
    _local("search", group=True, summary="Search for charts."),
    _local(
        "search", "repo", summary="Search the configured repositories.", operands=op.keywords,
        flags=(
            Flag("devel"), Flag("fail-on-no-result"), Flag("max-col-width", value=COUNT), OUTPUT,
            Flag("regexp", "r"), Flag("version", value=CONSTRAINT), Flag("versions", "l"),
        ),
    ),
    _local("repo", group=True, summary="The configured repositories."),
    _local(
        "repo", "list", aliases=("ls",), flags=(OUTPUT, Flag("no-headers")),
        summary="List the configured repositories.",
    ),
    _local("show", aliases=("inspect",), group=True, summary="Show one part of a chart."),
    _show("all", "every part"),
    _show("chart", "the definition"),
    _show("crds", "the custom resource definitions"),
    _show("readme", "the README"),
    _show("values", "the default values", Flag("jsonpath", value=OPEN_TEXT)),
    _local(
        "version", summary="Show the version of helm.",
        flags=(Flag("client", "c"), Flag("short"), Flag("template", value=FIELDS)),
    ),
)
