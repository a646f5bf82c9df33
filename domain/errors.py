"""Everything that Kubeport raises.

KubeportError
├── CommandError            VALIDATION_ERROR      the command line or an argument cannot be read
│   └── ToolNotFound        TOOL_NOT_FOUND        no such tool, or its binary is missing
├── PolicyDenied            POLICY_DENIED         understood, and not allowed
│   └── ApprovalRequired    APPROVAL_REQUIRED     allowed with a person's yes, which is not there
├── ContextNotFound         CONTEXT_NOT_FOUND     the kubeconfig has no such context
├── AuthenticationFailed    AUTHENTICATION_ERROR  401, expired token, failing credential plugin
├── ExecutionFailed         EXECUTION_ERROR       the tool ran and failed, or could not be started
│   └── Busy                EXECUTION_ERROR       too many calls run and wait
├── ResourceNotFound        RESOURCE_NOT_FOUND    nothing is where a resource URI points
├── TimedOut                TIMEOUT_ERROR         the time limit ended the call
└── InternalFault           INTERNAL_ERROR        a defect of ours

The five categories of architecture.md are: validation (the first three), authentication,
execution, timeout and internal. Four messages are literal and come first in their text.
"""

from typing import ClassVar

import attrs

TOOLS = ("kubectl", "helm", "istioctl", "argocd")
TOOL_NOT_FOUND_MESSAGE = f"Tool not found. Available tools: {', '.join(TOOLS)}."
RESTRICTED_MESSAGE = "Command is restricted for security reasons."


@attrs.frozen
class Span:
    """A stretch of a source text: offsets in characters, end exclusive."""

    start: int
    end: int

    def to(self, other: "Span") -> "Span":
        """The stretch from the start of this one to the end of *other*."""
        return Span(self.start, other.end)


@attrs.define(eq=False)
class KubeportError(Exception):
    """Base of all errors: what happened, where in the source, and what to do instead."""

    message: str
    source: str = ""
    span: Span | None = None
    hint: str = ""

    code: ClassVar[str] = "INTERNAL_ERROR"
    category: ClassVar[str] = "internal"

    def __str__(self) -> str:
        return "\n".join(part for part in (self.message, self.pointer, self.hint) if part)

    @property
    def pointer(self) -> str:
        """The line of the source that is meant with ``~~~^`` under the token, or an empty text."""
        if self.span is None or not self.source:
            return ""
        return point(self.source, self.span)


class CommandError(KubeportError):
    """The command line, or an argument of a call, cannot be read."""

    code: ClassVar[str] = "VALIDATION_ERROR"
    category: ClassVar[str] = "validation"


class ToolNotFound(CommandError):
    """No tool of that name, or its program is not on this machine."""

    code: ClassVar[str] = "TOOL_NOT_FOUND"


@attrs.define(eq=False)
class PolicyDenied(KubeportError):
    """The call is understood and the policy does not allow it.

    *rule* names the deciding rule; *level* is the lowest level that would allow the call, or an
    empty text where none does.
    """

    rule: str = ""
    level: str = ""

    code: ClassVar[str] = "POLICY_DENIED"
    category: ClassVar[str] = "validation"


@attrs.define(eq=False)
class ApprovalRequired(PolicyDenied):
    """The call may run only with a person's approval, and it does not have it; nothing was run.

    *reason* is for machines: ``declined``, ``unavailable``, ``pending``, ``expired`` …
    """

    reason: str = "required"

    code: ClassVar[str] = "APPROVAL_REQUIRED"

    @classmethod
    def told(cls, what: str, reason: str, rule: str, why: str, hint: str = "") -> "ApprovalRequired":
        """The error that says *what* there is about the approval that *rule* asks for, and *why* it does."""
        asks = f"{rule}: {why}" if why else rule
        text = f"{what} Rule: {asks}{'' if asks.endswith(('.', '?')) else '.'}"
        return cls(text, hint=hint, rule=rule, reason=reason)


class ContextNotFound(KubeportError):
    """The kubeconfig does not have the context that was asked for, or none was chosen."""

    code: ClassVar[str] = "CONTEXT_NOT_FOUND"
    category: ClassVar[str] = "validation"

    @classmethod
    def among(cls, known: tuple[str, ...], hint: str = "") -> "ContextNotFound":
        """The literal message of architecture.md with the *known* contexts."""
        listed = ", ".join(known)
        return cls(f"Context not found in kubeconfig. Available contexts: [{listed}].", hint=hint)


@attrs.define(eq=False)
class AuthenticationFailed(KubeportError):
    """The cluster does not know who we are: 401, expired token, failing credential plugin."""

    reason: str = "unauthenticated"

    code: ClassVar[str] = "AUTHENTICATION_ERROR"
    category: ClassVar[str] = "authentication"


@attrs.define(eq=False)
class ExecutionFailed(KubeportError):
    """The tool ran and failed, or could not be started; *reason* is for machines."""

    reason: str = "failed"

    code: ClassVar[str] = "EXECUTION_ERROR"
    category: ClassVar[str] = "execution"


@attrs.define(eq=False)
class Busy(ExecutionFailed):
    """Too many calls run and wait already: the reason is ``busy``; *retry_after* is in seconds."""

    reason: str = "busy"
    retry_after: float = 0.0


@attrs.define(eq=False)
class ResourceNotFound(KubeportError):
    """Nothing is where a resource URI points; *uri* is as the client wrote it."""

    uri: str = ""

    code: ClassVar[str] = "RESOURCE_NOT_FOUND"
    category: ClassVar[str] = "execution"


class TimedOut(KubeportError):
    """The time limit ended the call."""

    code: ClassVar[str] = "TIMEOUT_ERROR"
    category: ClassVar[str] = "timeout"

    @classmethod
    def after(cls, seconds: float) -> "TimedOut":
        """The literal message of architecture.md; whole seconds are written without a point."""
        return cls(
            f"Command timed out after {seconds:g} seconds.",
            hint="Narrow the command (a namespace, a selector, --tail), or raise the timeout argument.",
        )


@attrs.define(eq=False)
class RateLimited(KubeportError):
    """The caller calls too often; *retry_after* is in seconds."""

    reason: str = "too_many_calls"
    retry_after: float = 0.0

    code: ClassVar[str] = "RATE_LIMITED"
    category: ClassVar[str] = "execution"

    @classmethod
    def after(cls, seconds: float, tool: str) -> "RateLimited":
        """The error of a call of *tool* that may be made again after *seconds*."""
        told = f"Too many calls of {tool}: try again in {seconds:.1f} seconds."
        return cls(told, hint="Ask for more with fewer calls: a selector, -o, a pipe.", retry_after=seconds)


class InternalFault(KubeportError):
    """A defect of ours; the text never carries what the defect was about."""

    code: ClassVar[str] = "INTERNAL_ERROR"
    category: ClassVar[str] = "internal"


_WIDTH = 96


def point(source: str, span: Span) -> str:
    """Two lines: the part of *source* around *span*, and ``~~~^`` under it.

    Control and invisible characters are shown escaped, so that what is pointed at can be seen.
    """
    before, marked = source[: span.start], source[span.start : span.end]
    head = _visible(before)
    body = _visible(marked) or " "
    tail = _visible(source[span.end :])
    if len(head) > _WIDTH // 2:
        head = "…" + head[-_WIDTH // 2 :]
    body, tail = body[:_WIDTH], tail[: max(0, _WIDTH - len(head) - len(body))]
    return f"    {head}{body}{tail}\n    {' ' * len(head)}{'~' * (len(body) - 1)}^"


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
