"""The URIs of what a call changed: as the tool says it, else as the call was understood."""

from ..context import Target
from ..effect import Effect
from ..manifest import ManifestObject
from ..tools.grammar import Meaning, Subject
from ..tools.invocation import Invocation
from ..tools.kubectl.kinds import lookup
from .naming import kind_of, link
from .reported import SOMETHING, Thing, application_namespace, installed_name, read_report
from .scope import scope_of
from .uri import RELEASE, SCHEMES, canonical_kind

_LOOKS_ONLY = (("cluster-info", "dump"), ("proxy-config", "secret"))
"""Commands that need a high level for what they show, and change nothing."""


def touched(
    call: Invocation,
    target: Target,
    manifest: tuple[ManifestObject, ...] = (),
    printed: str | None = None,
    succeeded: bool = True,
) -> tuple[str, ...]:
    """The URIs of what *call* changed at *target*, each once, in the order in which it is told.

    *printed* is all that the tool printed, None where that is not known. What cannot be named, as
    behind a selector, is told by the URI of the scope. Of a call that has not *succeeded* only what
    the tool itself says counts.
    """
    scope = scope_of(target)
    if scope is None or not _changes(call):
        return ()
    report = None if printed is None else read_report(call, printed)
    found = report.things if report is not None else ()
    if succeeded and (report is None or not report.whole):
        found = (*_understood(call, manifest, printed or ""), *found)
    homes = {_identity(one): one.namespace for one in manifest}
    named = (_uri(thing, target, homes) for thing in found)
    return tuple(dict.fromkeys(uri or str(scope) for uri in named))


def _changes(call: Invocation) -> bool:
    rehearsed = call.with_meaning(Meaning.DRY_RUN)
    dry = rehearsed is not None and rehearsed.value not in ("none", "false")
    return call.effect > Effect.READ and not dry and not call.help and call.verb.path not in _LOOKS_ONLY


def _understood(call: Invocation, manifest: tuple[ManifestObject, ...], printed: str) -> tuple[Thing, ...]:
    """What the call itself names, and something where it names nothing."""
    if call.with_meaning(Meaning.MANIFEST) is not None:
        named = [Thing(*_identity(one), one.namespace) for one in manifest]
    else:
        named = [_subject(call, one, printed) for one in call.subjects if one.kind != "chart"]
    return tuple(named) or (SOMETHING,)


def _identity(one: ManifestObject) -> tuple[str, str]:
    return kind_of(one.api_version, one.kind), one.name


def _subject(call: Invocation, subject: Subject, printed: str) -> Thing:
    kind, name, namespace = _KINDS.get(subject.kind, subject.kind), subject.name, subject.namespace
    if call.tool == "helm" and not name:
        name = installed_name(printed)
    if call.tool == "argocd":
        chosen = call.value("app-namespace") or call.value("appset-namespace") or ""
        namespace = namespace or chosen or application_namespace(printed, name)
    made = _MADE.get(call.verb.path)
    if made is not None:
        kind, name = made, call.value("name") or name
    nameable = call.tool == "kubectl" or (kind in _NAMEABLE and (namespace or call.tool != "argocd"))
    return Thing(kind, name, namespace) if nameable else SOMETHING


def _uri(thing: Thing, target: Target, homes: dict[tuple[str, str], str]) -> str:
    """The URI of *thing*; empty where it cannot be named."""
    if not thing.name or thing.kind == "all":
        return ""
    kind = _PLURALS.get(thing.kind) or canonical_kind(thing.kind)
    namespace = thing.namespace or homes.get((kind, thing.name), "") or target.namespace
    known = lookup(kind)
    if target.all_namespaces and not namespace and (known is None or known.namespaced):
        return ""
    return link(target.context, kind, thing.name, namespace)


_KINDS = {
    "release": RELEASE,
    "application": "applications.argoproj.io",
    "applicationset": "applicationsets.argoproj.io",
    "appproject": "appprojects.argoproj.io",
    "gateways": "gateways.gateway.networking.k8s.io",
}
"""What helm, argocd and istioctl call something else than kubectl does."""

_NAMEABLE = frozenset(_KINDS.values()) | {
    "pods", "deployments", "daemonsets", "statefulsets", "replicasets", "services",
}  # fmt: skip
_MADE: dict[tuple[str, ...], str] = {("expose",): "services", ("autoscale",): "horizontalpodautoscalers"}
"""Commands that are about one object and make another, of the same name unless they say."""

_PLURALS = {
    kind.replace("s.", ".", 1): kind
    for kind in (scheme.kind for scheme in SCHEMES)
    if "." in kind and lookup(kind) is None
}
"""Custom kinds with a scheme of their own, which kubectl reports in the singular."""
