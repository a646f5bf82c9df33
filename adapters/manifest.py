"""What a manifest is about: the identity of every object in it, and nothing else of it.

What is judged must be what kubectl will send. So whatever two YAML parsers could read differently
is refused: aliases, merge keys, tags on keys, a key twice, a key that differs in case only from
one that identifies.
"""

import re
from collections.abc import Iterator

import attrs
import yaml

from ..domain.errors import CommandError
from ..domain.manifest import ManifestObject
from .yaml_events import Flaw, YamlEvents, flaw_at

MAX_BYTES = 1024 * 1024
MAX_OBJECTS = 500

_HINT = "Separate objects with a line of ---, or hand over one List in JSON."
_OTHER_BREAK = re.compile("\r(?!\n)|[\x85\u2028\u2029]")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)
_SURROGATES = re.compile(r"(\\\\)|\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_ROOT_KEYS = ("apiVersion", "kind", "metadata", "items")
_METADATA_KEYS = ("name", "namespace", "generateName", "labels", "annotations")


class YamlManifest:
    """Reads manifests in YAML (several documents) or JSON."""

    def read(self, text: str) -> tuple[ManifestObject, ...]:
        """The objects of all documents, those inside Lists included.

        Raises:
            CommandError: too large, not YAML or JSON, without any object, or an object without
                kind; the message names line and column and quotes nothing.
        """
        if len(text) > MAX_BYTES or len(text.encode(errors="replace")) > MAX_BYTES:
            raise CommandError(f"The manifest is larger than {MAX_BYTES} bytes.")
        found = _attempt(text)
        if isinstance(found, str):
            raise CommandError(f"The manifest cannot be used: {found}.", hint=_HINT)
        if not found:
            raise CommandError("The manifest holds no object.", hint=_HINT)
        return found


def _attempt(text: str) -> tuple[ManifestObject, ...] | str:
    """The objects, or what is wrong."""
    try:
        _check_breaks(text)
        events = _StrictEvents(_as_yaml(text))
        return tuple(_objects(events))
    except Flaw as flaw:
        return str(flaw)


def _check_breaks(text: str) -> None:
    """Refuse what ends a line for YAML and not for kubectl, which looks for --- by lines."""
    found = _OTHER_BREAK.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        raise Flaw("a line break of this kind is not allowed", line, column)


def _as_yaml(text: str) -> str:
    """JSON may indent with tabs and write a character as two escapes, which YAML does not know."""
    if not text.lstrip().startswith("{"):
        return text
    return _SURROGATES.sub(_joined, _INDENT.sub(lambda found: " " * len(found[0]), text))


def _joined(found: "re.Match[str]") -> str:
    if found[1]:
        return found[1]
    return (bytes.fromhex(found[2]) + bytes.fromhex(found[3])).decode("utf-16-be")


@attrs.define(eq=False)
class _StrictEvents(YamlEvents):
    """Events of which none is passed over unchecked."""

    def take(self) -> yaml.Event:
        """The next event, unless it is an alias, a directive or a tagged collection."""
        event = YamlEvents.take(self)
        if isinstance(event, yaml.AliasEvent):
            raise flaw_at(event, "aliases are not accepted: write the value out")
        if isinstance(event, yaml.DocumentStartEvent) and (event.version or event.tags):
            raise flaw_at(event, "directives are not accepted")
        if isinstance(event, yaml.CollectionStartEvent) and event.tag is not None:
            raise flaw_at(event, "a tag is not accepted here")
        return event

    def check_key(self, event: yaml.ScalarEvent, seen: set[str]) -> None:
        """Refuse a key with a tag and a key that was there before, too."""
        YamlEvents.check_key(self, event, seen)
        if event.tag is not None:
            raise flaw_at(event, "a tag is not accepted on a key")
        if event.value in seen:
            raise flaw_at(event, "the same key a second time")

    def skip(self) -> None:
        """Pass over a node of any form, checking all that is in it."""
        if isinstance(self.peek(), yaml.MappingStartEvent):
            for _ in self.fields():
                pass
        elif isinstance(self.peek(), yaml.SequenceStartEvent):
            for _ in self.items():
                pass
        else:
            self.take()

    def identifying_fields(self, keys: tuple[str, ...]) -> Iterator[str]:
        """The fields of a mapping; one that differs from any of *keys* in case only is refused."""
        folded = {key.lower() for key in keys}
        for key in self.fields():
            if key not in keys and key.lower() in folded:
                raise flaw_at(self.peek(), "a key in the wrong case: " + ", ".join(keys))
            yield key


@attrs.define(eq=False)
class _Draft:
    """An object, or a List of them, as far as it has been read."""

    at: yaml.Event
    kind: str = ""
    api_version: str = ""
    name: str = ""
    namespace: str = ""
    keys: tuple[str, ...] = ()
    items: "list[_Draft] | None" = None


def _objects(events: _StrictEvents) -> Iterator[ManifestObject]:
    count = 0
    for _ in events.documents():
        draft = _draft(events)
        if draft is None:
            continue
        for found in _expanded(draft):
            count += 1
            if count > MAX_OBJECTS:
                raise flaw_at(draft.at, f"more than {MAX_OBJECTS} objects")
            yield found


def _draft(events: _StrictEvents) -> _Draft | None:
    """What is at the cursor; None for null, which kubectl passes over between documents."""
    at = events.peek()
    draft = _Draft(at)
    for key in events.identifying_fields(_ROOT_KEYS):
        if key == "kind":
            draft.kind = events.string()
        elif key == "apiVersion":
            draft.api_version = events.string()
        elif key == "metadata":
            _read_metadata(events, draft)
        elif key == "items":
            draft.items = [item for _ in events.items() if (item := _draft(events)) is not None]
    return draft if isinstance(at, yaml.MappingStartEvent) else None


def _read_metadata(events: _StrictEvents, draft: _Draft) -> None:
    for key in events.identifying_fields(_METADATA_KEYS):
        if key == "name":
            draft.name = events.string()
        elif key == "namespace":
            draft.namespace = events.string()
        elif key in ("labels", "annotations"):
            draft.keys += tuple(events.fields())


def _expanded(draft: _Draft) -> Iterator[ManifestObject]:
    """The object itself, or those of a List; in a ConfigMapList an item may leave out its kind."""
    if not draft.kind:
        raise flaw_at(draft.at, "an object without kind")
    if draft.items is None:
        yield ManifestObject(draft.kind, draft.name, draft.namespace, draft.api_version, draft.keys)
        return
    if not draft.kind.endswith("List"):
        raise flaw_at(draft.at, "an object with items whose kind does not end in List")
    for item in draft.items:
        if not item.kind and not item.api_version:
            item.kind, item.api_version = draft.kind.removesuffix("List"), draft.api_version
        yield from _expanded(item)
