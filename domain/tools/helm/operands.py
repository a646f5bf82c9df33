"""The operands of helm's verbs, and the rules that look at a whole call."""

from collections.abc import Iterable

from ...effect import Effect
from ..grammar import Demand, Subject
from ..invocation import Invocation
from ..slots import Slot, named, slots
from ..values import COUNT
from .values import CHART, OPEN_TEXT, RELEASE

CHART_FORM = "Write REPO/NAME of a configured repository: helm search repo lists them."

_RELEASE = Slot("RELEASE", RELEASE, named("release"))
_CHART = Slot("REPO/NAME", CHART, named("chart"))

one_release = slots(_RELEASE)
releases = slots(Slot("RELEASE", RELEASE, named("release"), many=True))
release_and_revision = slots(_RELEASE, Slot("REVISION", COUNT, optional=True))
release_and_chart = slots(_RELEASE, _CHART)
one_chart = slots(_CHART)
keywords = slots(Slot("KEYWORD", OPEN_TEXT, optional=True, many=True))


def all_releases(call: Invocation) -> tuple[Subject, ...]:
    """``list`` takes no operand and is about every release."""
    call.expect_operands(0, 0)
    return (Subject("release"),)


def new_release(call: Invocation) -> tuple[Subject, ...]:
    """``install [NAME] CHART``: either a name or --generate-name."""
    if not call.is_true("generate-name"):
        return release_and_chart(call)
    return (Subject("release"), *_chart_alone(call))


def rendered_release(call: Invocation) -> tuple[Subject, ...]:
    """``template [NAME] CHART``: the name may be left out."""
    if len(call.operands) > 1 and not call.is_true("generate-name"):
        return release_and_chart(call)
    return _chart_alone(call)


def _chart_alone(call: Invocation) -> tuple[Subject, ...]:
    if call.is_true("generate-name") and len(call.operands) > 1:
        raise call.error(
            "A name and --generate-name exclude each other.", call.operands[0].span,
            "Leave one of them out."
        )
    return one_chart(call)


def no_server_dry_run(call: Invocation) -> Iterable[Demand]:
    """A dry run on the server lets the chart's templates read any object, Secrets included."""
    use = call.use("dry-run")
    if use is not None and use.value == "server":
        yield call.demand(
            Effect.NEVER, "--dry-run=server lets the chart's lookup() read the cluster", use.span,
            "Write --dry-run=client.",
        )
