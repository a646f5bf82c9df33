"""What tools say that they did, read strictly: a line that is not understood says nothing."""

import re

import attrs

from ..tools.grammar import Meaning
from ..tools.invocation import Invocation
from ..tools.values import NAMESPACE


@attrs.frozen
class Thing:
    """One thing that was changed; without a *name* it is something somewhere in the call's scope.

    *kind* as a tool names it; without a *namespace* it is in that of the call, or in none.
    """

    kind: str = ""
    name: str = ""
    namespace: str = ""


SOMETHING = Thing()


@attrs.frozen
class Report:
    """The *things* that a tool says it changed; *whole* tells that it said nothing else."""

    things: tuple[Thing, ...]
    whole: bool


def read_report(call: Invocation, printed: str) -> Report | None:
    """What *printed*, all that *call* printed, says of each object; None where it says no such thing."""
    done = _DONE.get(call.verb.path) or _DONE.get(call.verb.path[:1])
    if call.tool != "kubectl" or done is None or _shows_objects(call):
        return None
    lines = [line for line in printed.splitlines() if line.strip()]
    found = [_line(line, done) for line in lines]
    things = tuple(thing for one in found if one is not None for thing in one)
    return Report(_evicted(things, lines) if call.verb.path == ("drain",) else things, None not in found)


def installed_name(printed: str) -> str:
    """The name that helm chose for a release, as its first lines tell it; else an empty text."""
    found = re.search(r"^NAME: (\S+)$", printed, re.MULTILINE)
    return found[1] if found else ""


def application_namespace(printed: str, name: str) -> str:
    """The namespace of the application *name*, as argocd's summary tells it; else an empty text."""
    found = re.search(rf"^Name: +(\S+)/{re.escape(name)}$", printed, re.MULTILINE)
    return found[1] if found and NAMESPACE.accepts(found[1]) else ""


def _shows_objects(call: Invocation) -> bool:
    """Whether the objects themselves are printed instead of a line about each."""
    return any(use.flag.meaning is Meaning.OUTPUT for use in call.flags)


def _line(line: str, done: frozenset[str]) -> tuple[Thing, ...] | None:
    """What one line says was changed; None where it is not understood."""
    told = re.fullmatch(_TOLD, line)
    if told is not None and told["did"] in done:
        return (Thing(told["kind"], told["name"]),)
    if told is not None and re.fullmatch(_UNCHANGED, told["did"]):
        return ()
    deleted = re.fullmatch(_DELETED, line)
    if deleted is not None and "deleted" in done:
        return (Thing(deleted["kind"], deleted["name"], deleted["namespace"] or ""),)
    return () if re.fullmatch(_NOTHING, line) else None


def _evicted(things: tuple[Thing, ...], lines: list[str]) -> tuple[Thing, ...]:
    """*things* with the namespaces of pods, which drain tells in lines of their own."""
    told = [found.groups() for line in lines if (found := re.fullmatch(_EVICTING, line))]
    where = dict[str, set[str]]()
    for namespace, name in told:
        where.setdefault(name, set()).add(namespace)
    return tuple(_placed(thing, where.get(thing.name, set())) for thing in things)


def _placed(thing: Thing, namespaces: set[str]) -> Thing:
    if thing.kind != "pod":
        return thing
    # of two pods with one name, nothing says which of them is gone
    return attrs.evolve(thing, namespace=min(namespaces)) if len(namespaces) == 1 else SOMETHING


_NAME = r"[A-Za-z0-9][-A-Za-z0-9_.:]{0,252}"
_KIND = r"[a-z][-a-z0-9]*(?:\.[-a-z0-9.]+)?"
_TOLD = rf"(?P<kind>{_KIND})/(?P<name>{_NAME}) (?P<did>.+)"
_FROM = rf"(?: from (?P<namespace>{_NAME}) namespace)?"
_DELETED = rf'(?P<kind>{_KIND}) "(?P<name>{_NAME})" (?:force )?deleted{_FROM}'
_EVICTING = rf"evicting pod ({_NAME})/({_NAME})"
_UNCHANGED = r"unchanged|not labeled|not annotated|already .+|skipped .+|patched \(no change\)"
_NOTHING = rf"No resources found.*|{_EVICTING}|(?:label|annotation) \"[^\"]*\" not found\."

_DONE: dict[tuple[str, ...], frozenset[str]] = {
    ("annotate",): frozenset({"annotated"}),
    ("apply",): frozenset({"created", "configured", "serverside-applied", "pruned", "deleted"}),
    ("autoscale",): frozenset({"autoscaled"}),
    ("cordon",): frozenset({"cordoned"}),
    ("create",): frozenset({"created"}),
    ("delete",): frozenset({"deleted"}),
    ("drain",): frozenset({"cordoned", "drained", "evicted", "deleted"}),
    ("expose",): frozenset({"exposed"}),
    ("label",): frozenset({"labeled", "unlabeled"}),
    ("patch",): frozenset({"patched"}),
    ("replace",): frozenset({"replaced", "deleted"}),
    ("rollout", "pause"): frozenset({"paused"}),
    ("rollout", "restart"): frozenset({"restarted"}),
    ("rollout", "resume"): frozenset({"resumed"}),
    ("rollout", "undo"): frozenset({"rolled back"}),
    ("run",): frozenset({"created"}),
    ("scale",): frozenset({"scaled"}),
    ("set", "env"): frozenset({"env updated"}),
    ("set", "image"): frozenset({"image updated"}),
    ("set", "resources"): frozenset({"resource requirements updated"}),
    ("set", "selector"): frozenset({"selector updated"}),
    ("set", "serviceaccount"): frozenset({"serviceaccount updated"}),
    ("set", "subject"): frozenset({"subjects updated"}),
    ("taint",): frozenset({"tainted", "untainted", "modified"}),
    ("uncordon",): frozenset({"uncordoned"}),
}  # fmt: skip
"""The words with which kubectl says that it changed an object, by verb."""
