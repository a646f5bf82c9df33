"""One call as it comes from outside."""

import enum

import attrs

from ..domain.effect import Effect
from ..domain.errors import PolicyDenied
from ..domain.policy import Caller
from ..domain.understanding import Understood


class Access(enum.Enum):
    """Which calls an entry takes: those that only read, those that change, or both."""

    READ = "read"
    CHANGE = "change"
    ANY = "any"


@attrs.frozen
class Origin:
    """What a call came by, for the audit; nothing is decided by it, since clients say it of themselves.

    *client* is the program's name and version, *session* tells a client's connections apart without
    being the session's id, *trace_id* is that of W3C trace context, *transport* is ``stdio``, ``http`` ….
    """

    client: str = ""
    session: str = ""
    trace_id: str = ""
    transport: str = ""


@attrs.frozen
class Request:
    """One call as it comes from outside.

    *tool* may be empty where the command names it. *scope* is a resource URI whose context and
    namespace count (``k8s-namespace://prod/web``), instead of the two arguments. *timeout* is in
    seconds; None is the default.
    *manifest* is the text handed to ``-f -``. *fold* writes runs of alike lines once. *whole* asks
    for all of the output that is kept, not for the first part of it. *origin* is kept in the audit.
    """

    command: str
    tool: str = ""
    context: str = ""
    namespace: str = ""
    timeout: float | None = None
    manifest: str | None = None
    access: Access = Access.ANY
    caller: Caller = Caller()
    fold: bool = False
    whole: bool = False
    origin: Origin = Origin()
    scope: str = ""


def check_access(access: Access, effect: Effect, understood: Understood) -> None:
    """Refuse what belongs to the tool's sibling, and say which that is."""
    call = understood.call
    if access is Access.READ and effect > Effect.READ:
        raise PolicyDenied(
            f"The tool {call.tool} only reads, and {call.command} changes something.",
            understood.source,
            call.verb_span,
            f"Call the tool {call.tool}_change.",
            rule="read-tool",
        )
    if access is Access.CHANGE and effect is Effect.READ:
        raise PolicyDenied(
            f"The tool {call.tool}_change is for changes, and {call.command} only reads here.",
            understood.source,
            call.verb_span,
            f"Call the tool {call.tool}.",
            rule="change-tool",
        )
