"""Markdown with YAML front matter: split, read strictly, and every fault told with its line."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar, cast

import cattrs
import yaml

from ...domain.errors import CommandError
from .strict import STRICT

MOST_BYTES = 64 * 1024
_FENCE = "---"
_UNKNOWN, _MISSING = "there is no key", " is missing"
_STEP = re.compile(r"\.?([^.\[\]]+)|\[(\d+)\]")
T = TypeVar("T")


def read_front_matter(file: Path, kind: type[T]) -> tuple[T, str]:
    """The front matter of *file* as *kind*, an attrs class, and the text below it.

    Raises:
        CommandError: it cannot be read, has no front matter, or a key is unknown, missing, doubled or of
            the wrong type; the message names file and line.
    """
    head, body = _split(file, _text(file))
    node = _composed(file, head)
    try:
        return STRICT.structure(_plain(file, node, set()), kind), body.strip()
    except cattrs.BaseValidationError as error:
        faults = cattrs.transform_error(error, format_exception=_said)
        # a key that is misspelt is missing, too: the first is what helps
        told, _, path = min(faults, key=lambda fault: _UNKNOWN not in fault).partition(" @ ")
        raise _error(file, _line(node, path.removeprefix("$")), f"{told}{_at(path, told)}") from None


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
        if len(content) > MOST_BYTES:
            raise CommandError(f"{file}: is larger than {MOST_BYTES} bytes.")
        return content.decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{file}: cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"{file}: is not UTF-8, at byte {error.start}.") from error


def _split(file: Path, text: str) -> tuple[str, str]:
    first, *lines = text.splitlines() or [""]
    if first.rstrip() != _FENCE or _FENCE not in (line.rstrip() for line in lines):
        raise _error(file, 1, "the file does not begin with front matter between two lines of ---")
    end = next(place for place, line in enumerate(lines) if line.rstrip() == _FENCE)
    return "\n".join(lines[:end]), "\n".join(lines[end + 1 :])


def _composed(file: Path, head: str) -> yaml.Node:
    try:
        node = yaml.compose(head, Loader=yaml.SafeLoader)
    except RecursionError:
        raise _error(file, 2, "the front matter is nested too deeply") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        told = getattr(error, "problem", None) or "not YAML"
        raise _error(file, mark.line + 2 if mark else 2, told) from None
    if not isinstance(node, yaml.MappingNode):
        raise _error(file, 2, "the front matter is no table of keys and values")
    return node


def _plain(file: Path, node: yaml.Node, seen: set[int]) -> Any:
    """The value of *node*; a key that is there twice, and a node that is *seen* again, are refused."""
    if id(node) in seen:
        raise _error(file, _line_of(node), "aliases are not taken: write it out")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        found = dict[str, Any]()
        for key, value in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            if not isinstance(key, yaml.ScalarNode) or key.value in found:
                raise _error(file, _line_of(key), f"the key {str(key.value)[:64]!r} is there twice")
            found[key.value] = _plain(file, value, seen)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_plain(file, one, seen) for one in cast("list[yaml.Node]", node.value)]
    loader: Any = yaml.SafeLoader("")
    try:
        return loader.construct_object(node)
    except (yaml.YAMLError, ValueError, TypeError, OverflowError):
        raise _error(file, _line_of(node), "the value is none of a text, a number, true or false") from None


def _said(error: BaseException, _: type | None) -> str:
    if isinstance(error, cattrs.ForbiddenExtraKeysError):
        known = ", ".join(sorted(one.name for one in cast("Any", error.cl).__attrs_attrs__))
        return f"{_UNKNOWN} {', '.join(sorted(error.extra_fields))}; keys: {known}"
    if isinstance(error, KeyError):
        return f"{error.args[0]}{_MISSING}"
    return str(error.args[0]) if error.args else type(error).__name__


def _at(path: str, told: str) -> str:
    place = path.removeprefix("$").lstrip(".")
    inner = place.rpartition(".")[0] if told.endswith(_MISSING) else place
    return f" at {inner}" if inner else ""


def _line(node: yaml.Node, path: str) -> int:
    """The line in the file of what *path* (``.arguments[0].type``) leads to, as far as it does."""
    for name, place in _STEP.findall(path):
        inner = next(_inside(node, name, place), None)
        if inner is None:
            break
        node = inner
    return _line_of(node)


def _inside(node: yaml.Node, name: str, place: str) -> Iterator[yaml.Node]:
    if isinstance(node, yaml.MappingNode) and name:
        pairs = cast("list[tuple[yaml.Node, yaml.Node]]", node.value)
        yield from (value for key, value in pairs if key.value == name)
    if isinstance(node, yaml.SequenceNode) and place:
        yield from cast("list[yaml.Node]", node.value)[int(place) : int(place) + 1]


def _line_of(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 2  # the fence is line 1


def _error(file: Path, line: int, told: str) -> CommandError:
    return CommandError(f"{file}, line {line}: {told}.")
