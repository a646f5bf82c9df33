"""What holds whatever the policy says: the operator's lists, the target and the manifest."""

from collections.abc import Iterable

import attrs

from .context import Target
from .effect import Effect
from .errors import TOOLS
from .manifest import ManifestObject
from .tools.grammar import Demand, Subject
from .tools.invocation import Invocation
from .tools.kubectl import ExecRules, exec_demands, namespace_demands, subject_demands
from .tools.kubectl.checks import DELICATE_KEYS


@attrs.frozen
class Safeguards:
    """What holds whatever the policy says: the operator's restrictions and lists.

    *deny* are command paths (``helm rollback``); *pipes* the allowed text utilities; *repositories*
    the chart repositories known, None where that is not known; *exec* the rules of kubectl exec.
    """

    tools: tuple[str, ...] = TOOLS
    deny: tuple[str, ...] = ()
    pipes: tuple[str, ...] | None = None
    repositories: tuple[str, ...] | None = None
    exec: ExecRules = ExecRules()


def situation_demands(
    call: Invocation,
    safeguards: Safeguards,
    target: Target,
    manifest: tuple[ManifestObject, ...],
) -> tuple[Demand, ...]:
    """What the operator's lists, the target and the manifest add to the demands of the call itself."""
    return (
        *_denied(call, safeguards),
        *exec_demands(call, safeguards.exec),
        *_foreign_charts(call, safeguards),
        *namespace_demands(call, target.namespace),
        *(_carried(call, thing) for thing in manifest),
        *subject_demands(call, _delicate(manifest)),
    )


def _delicate(manifest: tuple[ManifestObject, ...]) -> tuple[Subject, ...]:
    """The objects of a manifest as subjects, but for those that only some of their keys make delicate."""
    return tuple(
        Subject(thing.plural, thing.name)
        for thing in manifest
        if thing.plural not in DELICATE_KEYS or thing.keys_begin(DELICATE_KEYS[thing.plural])
    )


def _denied(call: Invocation, safeguards: Safeguards) -> Iterable[Demand]:
    for path in safeguards.deny:
        if f"{call.command} ".startswith(f"{path} "):
            yield call.demand(Effect.NEVER, f"The operator denies {path} (setting tools.deny)")


def _foreign_charts(call: Invocation, safeguards: Safeguards) -> Iterable[Demand]:
    known = safeguards.repositories
    if known is None:
        return
    for subject in call.subjects:
        if subject.kind == "chart" and subject.name.split("/")[0] not in known:
            yield Demand(
                Effect.NEVER,
                f"{subject.name} is not from a configured chart repository",
                subject.span,
                f"Configured: {', '.join(known) or 'none'}.",
            )


def _carried(call: Invocation, thing: ManifestObject) -> Demand:
    return call.demand(
        thing.effect,
        f"The manifest holds the {thing.kind} {thing.name}, which changes nodes, access "
        "or the cluster as a whole",
    )
