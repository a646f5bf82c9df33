"""Keeping what a model gets to see within a size, whatever a cluster holds."""

import json
from typing import Any, cast

from .tree import Tree
from .uri import SCHEMES

MOST_BYTES = 16 * 1024
MOST_YAML = 256 * 1024


def encoded(value: Any) -> str:
    """*value* as compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def fitted(summary: dict[str, Any], most: int = MOST_BYTES) -> str:
    """*summary* as JSON of at most *most* bytes; one that had to be shortened says so."""
    text = encoded(summary)
    for items, chars in _STEPS:
        if len(text.encode()) <= most:
            return text
        note = {"shortened": f"Lists have at most {items} entries here, texts {chars} characters."}
        text = encoded({key: _squeezed(value, items, chars) for key, value in summary.items()} | note)
    if len(text.encode()) <= most:
        return text
    return encoded({"uri": summary.get("uri", ""), "shortened": "It is too large to be shown."})


def cut_text(text: str, most: int = MOST_YAML, *, cut: bool = False) -> str:
    """The first lines of a YAML *text*, at most *most* bytes; *cut* tells that more is missing already.

    What is left out is said in a comment at the end.
    """
    if len(text.encode()) > most:
        text = text.encode()[:most].decode(errors="ignore").rpartition("\n")[0]
    elif not cut:
        return text
    return f"{text.rstrip()}\n# … cut here: it is longer than this.\n"


def _squeezed(value: Any, items: int, chars: int) -> Any:
    if isinstance(value, dict):
        pairs = list(cast("dict[str, Any]", value).items())[: max(items, _LEAST_KEYS)]
        return {key: _squeezed(one, items, chars) for key, one in pairs}
    if isinstance(value, list):
        return [_squeezed(one.value, items, chars) for one in Tree(value).items(items)]
    # half a URI is of no use: lists of them get shorter instead
    if isinstance(value, str) and len(value) > chars and not value.startswith(_URIS):
        return value[: chars - 1] + "…"
    return value


_STEPS = ((30, 400), (20, 200), (12, 120), (6, 80), (3, 60), (1, 40))
_LEAST_KEYS = 12
_URIS = tuple(f"{scheme.name}://" for scheme in SCHEMES)
