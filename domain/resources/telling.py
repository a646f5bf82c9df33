"""Parts of a summary that every kind has: identity, age, conditions, warning events."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from .links import owner_link
from .naming import link
from .tree import Tree
from .uri import ResourceUri

MOST_EVENTS = 10
_AHEAD = 300.0


def identity(uri: ResourceUri, obj: Tree, now: float) -> dict[str, Any]:
    """Who *obj* is; names come from the URI, which was judged."""
    meta = obj.at("metadata")
    created = meta.at("creationTimestamp").text(40)
    return {
        "uri": str(uri),
        "kind": obj.at("kind").text(63) or uri.kind,
        "name": uri.name,
        **({"namespace": uri.namespace} if uri.namespace and uri.kind != "namespaces" else {}),
        "context": uri.context,
        **({"created": created, "age": age(created, now)} if created else {}),
        **({"deleted": meta.at("deletionTimestamp").text(40)} if meta.at("deletionTimestamp") else {}),
        **({"labels": meta.at("labels").labels()} if meta.at("labels") else {}),
    }


def age(stamp: str, now: float) -> str:
    """How long ago *stamp* was, roughly: ``40s``, ``12m``, ``5h``, ``3d``; empty if it is no time.

    A cluster whose clock is ahead of ours a little makes things of the future.
    """
    seconds = now - instant(stamp)
    if not -_AHEAD <= seconds <= now:
        return ""
    seconds = max(0.0, seconds)
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"


def instant(stamp: str) -> float:
    """Seconds since the epoch of an RFC 3339 time; minus infinity where it is none."""
    try:
        found = datetime.fromisoformat(stamp)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("-inf")


def conditions(obj: Tree) -> list[dict[str, str]]:
    """The conditions that matter: those that do not stand as they do when all is well."""
    return [_condition(one) for one in obj.at("status", "conditions").items() if not _usual(one)]


def _usual(one: Tree) -> bool:
    kind, status = one.at("type").text(), one.at("status").text()
    return status == ("False" if kind in _ILL or kind.endswith("Pressure") else "True")


_ILL = frozenset({"Failed", "Degraded", "Stalled", "ReplicaFailure", "NetworkUnavailable", "Terminating"})


def _condition(one: Tree) -> dict[str, str]:
    fields = {
        "type": one.at("type").text(100),
        "status": one.at("status").text(40),
        "reason": one.at("reason").text(100),
        "message": one.at("message").text(),
        "since": one.at("lastTransitionTime").text(40),
    }
    return {key: value for key, value in fields.items() if value}


def warnings(events: Iterable[Tree], about: frozenset[str] | None) -> dict[str, Any]:
    """The newest warning events, of objects called one of *about* (None: any), with their number."""
    chosen = [one for one in events if about is None or one.at("involvedObject", "name").value in about]
    newest = sorted(chosen, key=_seen, reverse=True)
    return {"warnings": [_event(one) for one in newest[:MOST_EVENTS]], "total": len(newest)}


def _seen(event: Tree) -> float:
    return instant(_last(event))


def _last(event: Tree) -> str:
    paths = (("series", "lastObservedTime"), ("lastTimestamp",), ("eventTime",), ("firstTimestamp",))
    found = (event.at(*path).text(40) for path in (*paths, ("metadata", "creationTimestamp")))
    return next((stamp for stamp in found if stamp), "")


def _event(event: Tree) -> dict[str, Any]:
    about, series = event.at("involvedObject"), event.at("series", "count")
    return {
        "reason": event.at("reason").text(100),
        "message": event.at("message").text(),
        "count": max(1, event.at("count").count(), series.count()),
        "last": _last(event),
        "about": f"{about.at('kind').text(63)}/{about.at('name').text(253)}",
    }


def owned_by(uri: ResourceUri, obj: Tree) -> dict[str, str]:
    """The links upwards: parent, and owner where there is one."""
    owner = owner_link(uri.context, obj, uri.namespace)
    parent = uri.parent
    return {**({"parent": str(parent)} if parent else {}), **({"owner": owner} if owner else {})}


def linked(context: str, found: Iterable[tuple[str, str]], namespace: str) -> list[str]:
    """The URIs of objects given as kind and name."""
    return [link(context, kind, name, namespace) for kind, name in found]
