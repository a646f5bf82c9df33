"""The page of errors: every code with its category, and every reason that the code can give."""

import ast
from collections.abc import Iterator
from pathlib import Path

from kubeport.domain import errors as module
from kubeport.domain.diagnosis import kinds
from kubeport.domain.errors import KubeportError

from .markdown import code, page, prose, sentence, table

ROOT = Path(__file__).parents[2]
ROOMS = ("domain", "application", "adapters", "containers")
_LEAD = """\
An error has a `code`; many have a machine-readable `reason`, too. What to do about each is told in
[troubleshooting](../how-to/troubleshoot.md)."""
_TOOLS = """\
When a tool fails, what it wrote on stderr is read for what went wrong. The first of these that fits is told; `failed` is all else."""
_OWN = "These come from Kubeport itself. `…` stands for what differs from case to case."


def errors() -> str:
    """The page."""
    return page(
        "Errors",
        _LEAD,
        "## Codes",
        table(("code", "category", "when"), ((code(k.code), k.category, prose(k)) for k in classes())),
        "## Reasons that a tool's own failure gives",
        _TOOLS,
        table(("reason", "code", "message", "hint"), _diagnosed()),
        "## Reasons of Kubeport",
        _OWN,
        table(("reason", "message"), sorted(set(own_reasons()))),
    )


def classes() -> list[type[KubeportError]]:
    """The classes of errors that a client can meet, in the order of the module."""
    found = (kind for kind in vars(module).values() if isinstance(kind, type))
    return [kind for kind in found if issubclass(kind, KubeportError) and kind is not KubeportError]


def _diagnosed() -> Iterator[tuple[str, ...]]:
    for kind in kinds():
        told = "AUTHENTICATION_ERROR" if kind.authentication else "EXECUTION_ERROR"
        yield (code(kind.reason), code(told), kind.message, kind.hint)


def own_reasons() -> Iterator[tuple[str, str]]:
    """Reason and message of every error that the source makes with a reason written out."""
    defaults = {kind.__name__: getattr(kind(""), "reason", "") for kind in classes()}
    for file in sorted(file for room in ROOMS for file in (ROOT / room).rglob("*.py")):
        if "fake_cluster" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (reason := _reason(node, defaults)):
                yield (code(reason), _message(node))


def _reason(call: ast.Call, defaults: dict[str, str]) -> str:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    if name not in defaults:
        return ""
    given = next((word.value for word in call.keywords if word.arg == "reason"), None)
    return str(given.value) if isinstance(given, ast.Constant) else ""


def _message(call: ast.Call) -> str:
    words = {word.arg: word.value for word in call.keywords}
    node = call.args[0] if call.args else words.get("message")
    if isinstance(node, ast.Constant):
        return sentence(str(node.value))
    if isinstance(node, ast.JoinedStr):
        return sentence("".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values))
    return "…"
