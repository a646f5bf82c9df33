"""The answer to a call, in the shape that architecture.md fixes."""

from typing import Any

import attrs

from .context import Target
from .errors import KubeportError
from .resources.scope import scope_of

MOST_TOUCHED = 100


@attrs.frozen
class ErrorDetails:
    """What went wrong: the fixed *message* and *code*, and what a client can act on.

    *reason* is machine-readable (``forbidden``, ``not_found``, ``unreachable`` …); *rule* names the
    policy rule that refused; *hint* says what to do instead; *retry_after* is in seconds; *command*,
    *exit_code* and *stderr* form ``details`` where a program ran.
    """

    message: str
    code: str
    reason: str = ""
    rule: str = ""
    hint: str = ""
    command: str = ""
    exit_code: int | None = None
    stderr: str = ""
    retry_after: float | None = None

    @classmethod
    def of(cls, error: KubeportError) -> "ErrorDetails":
        """The details of a raised error; its pointer at the source is part of the message."""
        text = "\n".join(part for part in (error.message, error.pointer) if part)
        return cls(
            text,
            error.code,
            reason=getattr(error, "reason", ""),
            rule=getattr(error, "rule", ""),
            hint=error.hint,
            retry_after=getattr(error, "retry_after", None),
        )

    def as_dict(self) -> dict[str, Any]:
        """``ErrorDetails`` of architecture.md, absent fields left out."""
        details = _present(command=self.command, exit_code=self.exit_code, stderr=self.stderr)
        return _present(
            message=self.message,
            code=self.code,
            reason=self.reason,
            rule=self.rule,
            hint=self.hint,
            retry_after=self.retry_after,
            details=details or None,
        )


@attrs.frozen
class Result:
    """What a call came to.

    *output* is the text that the last stage printed, redacted and capped; *execution_time* is in
    seconds, without the *queue_time* that the call waited for its turn. A failed or refused call
    has an *error*; it may still have output. *truncated* tells that there was more; with a
    *continuation* that handle gives the next part. *target*, *effect*, *touched* (the URIs of what a
    change has changed), *redactions*, *warnings* and *request_id*, by which the audit knows the call,
    stand beside the fixed fields, too.
    """

    output: str = ""
    exit_code: int | None = None
    execution_time: float | None = None
    error: ErrorDetails | None = None
    target: Target | None = None
    effect: str = ""
    truncated: bool = False
    continuation: str = ""
    queue_time: float | None = None
    redactions: int = 0
    warnings: tuple[str, ...] = ()
    request_id: str = ""
    touched: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """``success`` or ``error``."""
        return "success" if self.error is None else "error"

    def as_dict(self) -> dict[str, Any]:
        """``CommandResult`` of architecture.md with the additions; absent fields are left out."""
        return {
            "status": self.status,
            "output": self.output,
            **_present(
                exit_code=self.exit_code,
                execution_time=self.execution_time,
                error=None if self.error is None else self.error.as_dict(),
                target=None if self.target is None else _target(self.target),
                effect=self.effect,
                touched=list(self.touched[:MOST_TOUCHED]) or None,
                touched_count=len(self.touched) if len(self.touched) > MOST_TOUCHED else None,
                truncated=self.truncated or None,
                continuation=self.continuation,
                queue_time=self.queue_time,
                redactions=self.redactions or None,
                warnings=list(self.warnings) or None,
                request_id=self.request_id,
            ),
        }


def _target(target: Target) -> dict[str, Any] | None:
    uri = scope_of(target)
    return (
        _present(
            context=target.context,
            namespace=target.namespace,
            all_namespaces=target.all_namespaces or None,
            uri=None if uri is None else str(uri),
        )
        or None
    )


def _present(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None and value != ""}
