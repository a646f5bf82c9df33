"""What the API sends, taken apart: pages of a list, and the lines of a watch."""

from collections.abc import AsyncIterator

import attrs

from .json_text import Row, parsed, row, rows, text

MAX_LINE = 4 * 1024 * 1024
ONE = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
MANY = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
_TYPES = frozenset({"ADDED", "MODIFIED", "DELETED"})


class Malformed(Exception):
    """The server sends what the API does not know; the text says what is missing."""


@attrs.frozen
class Meta:
    """What is kept of an object's metadata; *release* is its label ``name``."""

    namespace: str
    name: str
    uid: str
    version: str
    release: str = ""


@attrs.frozen
class Page:
    """A part of a list: its objects, the version of the whole, and where the next part begins."""

    objects: tuple[Meta, ...]
    version: str
    next: str


@attrs.frozen
class Event:
    """One line of a watch: what happened to *meta*; without one only *version* has moved on."""

    version: str
    meta: Meta | None = None
    gone: bool = False


@attrs.frozen
class Fault:
    """A line that says that the watch cannot go on, with the HTTP status that it means."""

    status: int


def page(answer: bytes) -> Page:
    """The part of a list that *answer* is.

    Raises:
        Malformed: it is none.
    """
    found = parsed(answer) or {}
    about = row(found.get("metadata"))
    if found.get("kind") != "PartialObjectMetadataList":
        raise Malformed("no list of metadata")
    objects = tuple(_meta(one) for one in rows(found.get("items")))
    return Page(objects, _needed(about, "resourceVersion"), text(about.get("continue")))


def event(line: bytes) -> Event | Fault:
    """What *line* of a watch says.

    Raises:
        Malformed: nothing that the API knows.
    """
    found = parsed(line)
    if found is None:
        raise Malformed("a line that is no event")
    kind, obj = found.get("type"), row(found.get("object"))
    if kind == "ERROR":
        code = obj.get("code")
        return Fault(code if isinstance(code, int) else 0)
    if obj.get("kind") != "PartialObjectMetadata":
        raise Malformed("an event with something else than metadata")
    if kind == "BOOKMARK":
        return Event(_needed(row(obj.get("metadata")), "resourceVersion"))
    if kind not in _TYPES:
        raise Malformed("an event of no known type")
    meta = _meta(obj)
    return Event(meta.version, meta, gone=kind == "DELETED")


async def lines(body: AsyncIterator[bytes], most: int = MAX_LINE) -> AsyncIterator[bytes]:
    """The lines of *body*, without what follows the last line end.

    Raises:
        Malformed: a line is longer than *most*.
    """
    rest = bytearray()
    async for part in body:
        rest += part
        whole = list[bytearray]()
        if b"\n" in part:
            *whole, rest = rest.split(b"\n")
        if max(map(len, (rest, *whole))) > most:
            raise Malformed(f"a line of more than {most} bytes")
        for line in whole:
            if line.strip():
                yield bytes(line)


def _meta(obj: Row) -> Meta:
    about = row(obj.get("metadata"))
    return Meta(
        text(about.get("namespace")),
        _needed(about, "name"),
        _needed(about, "uid"),
        _needed(about, "resourceVersion"),
        text(row(about.get("labels")).get("name")),
    )


def _needed(about: Row, key: str) -> str:
    value = text(about.get(key))
    if not value:
        raise Malformed(f"an object without {key}")
    return value
