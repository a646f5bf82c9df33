"""Secret values never leave, whatever the verb: a property of resource and output together.

Everything here was seen with kubectl 1.37.1 (security.md 0.7): label, annotate, patch and wait
print the object with -o; a sort order or a comparison tells a value bit by bit; a JSON patch can
copy a value into a label.
"""

import re
from collections.abc import Iterable, Iterator
from typing import cast

from ...effect import Effect
from ..grammar import Demand, Subject
from ..invocation import FlagUse, Invocation
from .kinds import canonical

SECRETS = "secrets"
_SAFE_FORMATS = frozenset({"wide", "name"})
_SAFE_SORT = (
    r"\{?\.?(?:type|metadata\.(?:name|namespace|uid|generation|creationTimestamp|resourceVersion"
    r"|labels\.[-\w./\\]+))\}?"
)
_SAFE_FIELDS = r"(?:type|metadata\.name|metadata\.namespace)(?:==|=|!=)[^,=]*"
_SAFE_OPERATIONS = frozenset({"add", "replace", "remove"})
_DESCRIBE = "Use kubectl describe secret NAME: it shows the keys and the sizes of the values."


def secrets(call: Invocation) -> Iterable[Demand]:
    """Check: what the call is about includes no Secret, or nothing of its values is told."""
    return secret_demands(call, call.subjects)


def secret_demands(call: Invocation, subjects: Iterable[Subject]) -> tuple[Demand, ...]:
    """Every way in which *call* would tell the values of a Secret among *subjects*."""
    if not any(subject.kind == SECRETS for subject in subjects):
        return ()
    return (*_formats(call), *_oracles(call), *_last_applied(call), *_patches(call))


def referenced(call: Invocation) -> Iterable[Demand]:
    """Check: ``set env --from=secret/…`` prints nothing of what it read."""
    source = call.use("from")
    if source is None or canonical(source.value.partition("/")[0]) != SECRETS:
        return ()
    return tuple(_formats(call))


def pruned(call: Invocation) -> Iterable[Demand]:
    """Check of apply: what ``--prune`` deletes may be Secrets, and is not printed whole."""
    return tuple(_formats(call)) if call.is_true("prune") else ()


def _formats(call: Invocation) -> Iterator[Demand]:
    for name in ("output", "template"):
        use = call.use(name)
        if use is not None and use.value not in _SAFE_FORMATS:
            yield _refused(call, use, "Secrets are printed as a table, -o wide or -o name only.")


def _oracles(call: Invocation) -> Iterator[Demand]:
    sort, fields = call.use("sort-by"), call.use("field-selector")
    if sort is not None and not re.fullmatch(_SAFE_SORT, sort.value):
        yield _refused(call, sort, "Secrets are sorted by .metadata.name or .type only.")
    if fields is not None and fields.value and not all(
        re.fullmatch(_SAFE_FIELDS, part) for part in fields.value.split(",")
    ):
        yield _refused(call, fields, "Secrets are selected by metadata.name or type only.")
    for use in call.flags:
        if use.flag.name == "for" and use.value.startswith("jsonpath"):
            yield _refused(call, use, "Waiting for a field of a Secret tells its value.")


def _last_applied(call: Invocation) -> Iterator[Demand]:
    listing = call.use("list")
    if call.verb.path == ("annotate",) and listing is not None and listing.value == "true":
        yield _refused(call, listing, "Annotations of a Secret may hold its last applied values.")
    if call.verb.path == ("apply", "view-last-applied"):
        yield call.demand(Effect.NEVER, "It prints the values of Secrets.", None, _DESCRIBE)


def _patches(call: Invocation) -> Iterator[Demand]:
    patch = call.use("patch")
    if patch is None or call.value("type") != "json":
        return
    if not _only_sets(patch.value):
        yield _refused(call, patch, "A JSON patch of a Secret may add, replace and remove only.")


def _only_sets(text: str) -> bool:
    """Whether *text* is a JSON list of steps, each with exactly one harmless operation."""
    import json  # two milliseconds that only a JSON patch of a Secret needs

    try:
        steps: object = json.loads(text, object_pairs_hook=_operation)
    except (ValueError, RecursionError):
        return False
    return isinstance(steps, list) and all(
        isinstance(step, str) and step in _SAFE_OPERATIONS for step in cast("list[object]", steps)
    )


def _operation(pairs: list[tuple[str, object]]) -> str:
    """The operation of one step; a repeated key is none, since readers differ about it."""
    found = [value for key, value in pairs if key == "op"]
    return str(found[0]) if len(found) == 1 else ""


def _refused(call: Invocation, use: FlagUse, why: str) -> Demand:
    return call.demand(Effect.NEVER, why, use.span, _DESCRIBE)
