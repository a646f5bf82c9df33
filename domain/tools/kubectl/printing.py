"""Output formats, compared exactly, and the templates that some of them carry.

kubectl ignores the case of a format and knows four that print a local file; an allow list
refuses both (security.md 4.1). Templates may not loop without bounds (section 6).
"""

import re
from collections.abc import Iterable, Iterator

from ...effect import Effect
from ..grammar import Demand, Flag, Meaning
from ..invocation import FlagUse, Invocation
from ..values import TEXT, Value

_PLAIN = ("json", "yaml", "kyaml", "name")
_TEMPLATES = ("jsonpath", "jsonpath-as-json", "go-template", "template")
_GO = ("go-template", "template")
_DEEPEST_RANGE = 3

_STRING = r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'"
_WORD = r"[a-z]*"
_ACTION = rf"\{{\{{-?\s*((?:/\*.*?\*/|{_STRING}|`[^`]*`|[^\"'`{{}}]|\}}(?!\}})|\{{(?!\{{))*+)\}}\}}"
_TEMPLATE = rf"(?s)(?:[^{{]++|\{{(?!\{{)|{_ACTION})*+"
_FORMAT_WIDTH = r"%[-+# 0]*(?:\[[0-9]+\])?(?:\*|[0-9]{5,}|[0-9]*\.(?:\*|[0-9]{5,}))"
_COUNTED = r"range\b[^.]*?\b[0-9][0-9_]{4,}"
_PATH_PART = rf"(?s)\{{\s*(?:{_STRING}|(range|end)\b)"


def formats(*plain: str, templates: tuple[str, ...] = ()) -> Value:
    """A value that is exactly one of the *plain* formats, or ``TEMPLATE=…`` of *templates*."""
    exact = frozenset(plain) | (frozenset(_GO) & frozenset(templates))
    listed = ", ".join((*plain, *(f"{name}=…" for name in templates)))

    def accepts(text: str) -> bool:
        name, equals, template = text.partition("=")
        return text in exact or (bool(equals) and name in templates and bool(template))

    return Value(f"exactly one of these formats, none reads a file: {listed}", accepts)


def output(value: Value) -> Flag:
    """The flag ``-o`` with the formats of a verb."""
    return Flag("output", "o", value=value, meaning=Meaning.OUTPUT)


OBJECT_FORMATS = formats(*_PLAIN, templates=_TEMPLATES)
TABLE_FORMATS = formats(*_PLAIN, "wide", templates=(*_TEMPLATES, "custom-columns"))

TEMPLATE_FLAGS = (
    Flag("allow-missing-template-keys"),
    Flag("show-managed-fields"),
    Flag("template", value=TEXT, meaning=Meaning.OUTPUT),
)
PRINTING = (output(OBJECT_FORMATS), *TEMPLATE_FLAGS)
TABLE_PRINTING = (output(TABLE_FORMATS), Flag("no-headers"), *TEMPLATE_FLAGS)


def printed(call: Invocation) -> Iterable[Demand]:
    """Check: template and format belong together, and the template is bounded."""
    use, template = call.use("output"), call.use("template")
    if use is None and template is None:
        return ()
    name, _, inline = (use.value if use else "").partition("=")
    if template is not None and (name not in ("", *_GO) or inline):
        raise call.error(
            "--template goes only with -o go-template, and replaces a template given there.",
            template.span,
        )
    if name in _GO and not inline and template is None:
        raise call.error(f"-o {name} needs a template: -o {name}='…'.", use.span if use else None)
    if name in _GO or template is not None:
        return tuple(_go(call, template or use, template.value if template else inline))
    return tuple(_ranges(call, use, _depth_of_paths(inline)))


def _go(call: Invocation, use: FlagUse | None, text: str) -> Iterator[Demand]:
    if not re.fullmatch(_TEMPLATE, text):
        raise call.error(
            "The template has an action that is not closed.", use.span if use else None
        )
    actions: list[str] = re.findall(_ACTION, text, re.DOTALL)
    words = [re.findall(_WORD, action)[0] for action in actions]
    for word in ("define", "template", "block"):
        if word in words:
            yield _refused(call, use, f"{{{{{word}}}}} in a template may never end.")
    if any(re.match(_COUNTED, action) for action in actions):
        yield _refused(call, use, "A range over a number counts to 9999 at most.")
    if any(re.search(_FORMAT_WIDTH, action) for action in actions):
        yield _refused(call, use, "A width in printf has at most four digits.")
    yield from _ranges(call, use, _depth_of_actions(words))


def _depth_of_actions(words: list[str]) -> int:
    """How deep ``range`` is nested; ``end`` closes the innermost of the blocks."""
    open_blocks, deepest = list[str](), 0
    for word in words:
        if word in ("range", "if", "with"):
            open_blocks.append(word)
            deepest = max(deepest, open_blocks.count("range"))
        elif word == "end" and open_blocks:
            open_blocks.pop()
    return deepest


def _depth_of_paths(text: str) -> int:
    depth = deepest = 0
    for word in re.findall(_PATH_PART, text):
        depth = max(0, depth + {"range": 1, "end": -1}.get(word, 0))
        deepest = max(deepest, depth)
    return deepest


def _ranges(call: Invocation, use: FlagUse | None, depth: int) -> Iterator[Demand]:
    if depth > _DEEPEST_RANGE:
        yield _refused(call, use, f"Ranges in a template are nested at most {_DEEPEST_RANGE} deep.")


def _refused(call: Invocation, use: FlagUse | None, why: str) -> Demand:
    return call.demand(
        Effect.NEVER, why, use.span if use else None, "Print -o json and filter it with jq."
    )
