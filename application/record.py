"""What is kept of a call: its words without secrets, and the audit record."""

from typing import Any

from ..domain.context import Target
from ..domain.judging import Decision
from ..domain.redaction import redact, redact_words
from ..domain.result import Result
from ..domain.tools.grammar import Meaning
from ..domain.tools.invocation import Invocation
from .request import Request

Argv = tuple[tuple[str, ...], ...]


def clean(argv: Argv, call: Invocation | None) -> Argv:
    """*argv* without secrets: what looks like one, and every value of a flag that carries some."""
    hidden = _carried(call) if call is not None else dict[str, str]()
    bare = (tuple(hidden.get(word, word) for word in words) for words in argv)
    return tuple(redact_words(words)[0] for words in bare)


def _carried(call: Invocation) -> dict[str, str]:
    """The words of flags such as --from-literal=KEY=VALUE, and the same without the value."""
    found = dict[str, str]()
    for use in call.flags:
        if use.flag.meaning is Meaning.CREDENTIALS:
            key, equals, _ = use.value.partition("=")
            shown = f"{key}=<redacted>" if equals else "<redacted>"
            found[f"--{use.flag.name}={use.value}"] = f"--{use.flag.name}={shown}"
    return found


def shown_command(request: Request, call: Invocation | None) -> str:
    """The command in one line without secrets: as it was understood, else as it was written."""
    if call is None:
        return redact(request.command)[0]
    return " ".join(clean((call.argv(),), call)[0])


def audit_record(
    request: Request,
    result: Result,
    call: Invocation | None,
    argv: Argv,
    target: Target | None,
    decision: Decision | None,
    now: float,
) -> dict[str, Any]:
    """The record of one call, refused or not; *now* is in seconds since the epoch."""
    place = target or Target()
    return {
        "time": now,
        "caller": request.caller.name,
        "tool": call.tool if call is not None else request.tool,
        "command": shown_command(request, call),
        "argv": [list(words) for words in clean(argv, call)],
        "context": place.context,
        "namespace": "*" if place.all_namespaces else place.namespace,
        "effect": decision.effect.word if decision else "",
        "allowed": decision.allowed if decision else False,
        "rule": decision.rule if decision else "",
        "status": result.status,
        "code": result.error.code if result.error else "",
        "exit_code": result.exit_code,
        "duration": result.execution_time,
        "output_bytes": len(result.output.encode()),
        "redactions": result.redactions,
    }
