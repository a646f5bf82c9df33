"""YAML as kubectl writes and reads it; the library is loaded on first use."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .answer import Trouble
from .data import Obj, items, mapping

if TYPE_CHECKING:
    import yaml


_TEXT = "tag:yaml.org,2002:str"


def dump(value: Any) -> str:
    """*value* in block style, keys in order, doubtful texts in double quotes."""
    import yaml

    return yaml.dump(value, Dumper=_dumper(), default_flow_style=False, width=10**6, allow_unicode=True)


def _dumper() -> type[yaml.SafeDumper]:
    import yaml

    class Dumper(yaml.SafeDumper):
        """A dumper without anchors that quotes as Go's library does."""

        def ignore_aliases(self, data: Any) -> bool:
            """Write everything out."""
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        # the library's own stubs leave these two methods without types
        untyped: Any = dumper
        plain = untyped.resolve(yaml.ScalarNode, value, (True, False)) == _TEXT
        style = "|" if "\n" in value else None if plain else '"'
        node: yaml.ScalarNode = untyped.represent_scalar(_TEXT, value, style)
        return node

    Dumper.add_representer(str, text)
    return Dumper


def manifests(text: str, verb: str = "apply") -> list[Obj]:
    """The objects of a manifest in YAML or JSON, those inside Lists included.

    Raises:
        Trouble: it cannot be read, or something in it is no object.
    """
    found: list[Obj] = []
    for document in _documents(text):
        obj = mapping(document)
        if obj is None or "kind" not in obj:
            raise Trouble('error: error validating "STDIN": error validating data: kind not set')
        found.extend(items(obj, "items") if str(obj["kind"]).endswith("List") else [obj])
    if not found:
        raise Trouble(f"error: no objects passed to {verb}")
    return found


def _documents(text: str) -> list[Any]:
    if text.lstrip().startswith("{"):
        try:
            return [json.loads(text)]
        except ValueError as error:
            raise Trouble(f"error: error parsing STDIN: {error}") from None
    import yaml

    try:
        return [document for document in yaml.load_all(text, Loader=_loader()) if document is not None]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        problem = getattr(error, "problem", None) or "cannot be read"
        raise Trouble(
            f"error: error parsing STDIN: error converting YAML to JSON: yaml: {where}{problem}"
        ) from None


def _loader() -> type[yaml.SafeLoader]:
    import yaml

    class Loader(yaml.SafeLoader):
        """A loader that leaves times as texts, as Kubernetes does."""

    Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda loader, node: node.value)
    return Loader


def parsed(text: str) -> Any:
    """The value of one small YAML or JSON text, such as a patch.

    Raises:
        Trouble: it cannot be read.
    """
    documents = _documents(text)
    return documents[0] if documents else None
