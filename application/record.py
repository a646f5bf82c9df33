"""What is kept of a call: its words without secrets, and the audit record (docs/how-to/audit.md)."""

import hashlib
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from ..domain.context import Target
from ..domain.judging import Decision
from ..domain.manifest import ManifestObject
from ..domain.redaction import redact, redact_words
from ..domain.result import Result
from ..domain.tools.grammar import Meaning
from ..domain.tools.invocation import Invocation
from .request import Request

Argv = tuple[tuple[str, ...], ...]

REQUEST_ID: ContextVar[str] = ContextVar("kubeport.request_id", default="")
"""The id of the call that runs, by which its log lines can be found."""
VERSION = 1
"""The version of the record; it changes when a field goes or changes its meaning, not when one comes."""

_OBJECTS = 50


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
        given = request.command
        return redact(given)[0] if isinstance(given, str) else " ".join(redact_words(given)[0])
    return " ".join(clean((call.argv(),), call)[0])


@contextmanager
def about(request_id: str) -> Generator[None]:
    """Let what is logged within be about the call *request_id*."""
    token = REQUEST_ID.set(request_id)
    try:
        yield
    finally:
        REQUEST_ID.reset(token)


def rfc3339(seconds: float) -> str:
    """*seconds* since the epoch as ``2026-01-02T03:04:05.678Z``."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def new_request_id(now: float) -> str:
    """A UUID of version 7 (RFC 9562): unique, and in the order of *now*, seconds since the epoch."""
    bits = int(now * 1000) << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62
    text = f"{bits:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def decided(
    request: Request,
    call: Invocation | None,
    argv: Argv,
    target: Target | None,
    decision: Decision | None,
    manifest: tuple[ManifestObject, ...] = (),
    approval: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The part of a record that is known before anything runs."""
    place, caller, origin = target or Target(), request.caller, request.origin
    return {
        "caller": caller.name,
        "groups": list(caller.groups),
        "client": redact(origin.client)[0],
        "session": origin.session,
        "transport": origin.transport,
        "address": origin.address,
        "trace_id": origin.trace_id,
        "tool": call.tool if call is not None else request.tool,
        "command": shown_command(request, call),
        "argv": [list(words) for words in clean(argv, call)],
        "objects": _objects(manifest),
        "context": place.context,
        "namespace": "*" if place.all_namespaces else place.namespace,
        "effect": decision.effect.word if decision else "",
        "allowed": decision.allowed if decision else False,
        "rule": decision.rule if decision else "",
        "approval": approval,
    }


def ended(result: Result, output: str, queue_time: float) -> dict[str, Any]:
    """The part that is known at the end; *output* is all of it that is kept, without secrets."""
    error, text = result.error, output.encode("utf-8", "replace")
    refused = {"allowed": False, "rule": error.rule} if error and error.rule else {}
    return {
        **refused,
        "status": result.status,
        "code": error.code if error else "",
        "reason": error.reason if error else "",
        "exit_code": result.exit_code,
        "duration": result.execution_time,
        "queue_time": round(queue_time, 3),
        "output_bytes": len(text),
        "output_sha256": hashlib.sha256(text).hexdigest(),
        "redactions": result.redactions,
    }


def audit_record(event: str, request_id: str, now: float, *parts: dict[str, Any]) -> dict[str, Any]:
    """The record of an ``intent`` or an ``outcome``; *now* is in seconds since the epoch."""
    record: dict[str, Any] = {"v": VERSION, "event": event, "time": rfc3339(now), "request_id": request_id}
    for part in parts:
        record |= part
    return record


def _objects(manifest: tuple[ManifestObject, ...]) -> list[str]:
    """What a manifest is about, the first of it: ``Deployment shop/web``."""
    first = manifest[:_OBJECTS]
    told = [f"{one.kind} {f'{one.namespace}/' if one.namespace else ''}{one.name}" for one in first]
    more = [f"and {len(manifest) - _OBJECTS} more"] if len(manifest) > _OBJECTS else []
    return [redact(one)[0] for one in (*told, *more)]
