"""One call as it comes from outside."""

import enum

import attrs

from ..domain.effect import Effect
from ..domain.errors import CommandError, PolicyDenied
from ..domain.manifest import ManifestObject
from ..domain.policy import Caller
from ..domain.tools.grammar import Meaning
from ..domain.understanding import Understood
from .ports import Limits, ManifestReader
from .settings import LimitSettings


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
    *address* is the client's, as far as the nearest proxy that is trusted knows it.
    """

    client: str = ""
    session: str = ""
    trace_id: str = ""
    transport: str = ""
    address: str = ""


@attrs.frozen
class Request:
    """One call as it comes from outside.

    *command* is a line, or its words where somebody has split it already; a word is then no pipe, whatever is
    in it. *tool* may be empty where the command names it. *scope* is a resource URI whose context and
    namespace count (``k8s-namespace://prod/web``), instead of the two arguments. *timeout* is in
    seconds; None is the default.
    *manifest* is the text handed to ``-f -``. *fold* writes runs of alike lines once. *whole* asks
    for all of the output that is kept, not for the first part of it. *origin* is kept in the audit.
    """

    command: str | tuple[str, ...]
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


def manifest_of(
    request: Request, understood: Understood, manifests: ManifestReader
) -> tuple[ManifestObject, ...]:
    """The objects of the manifest of *request*.

    Raises:
        CommandError: the command wants one and there is none, or the other way round; or it cannot be read.
    """
    call, text = understood.call, request.manifest
    wanted = call.with_meaning(Meaning.MANIFEST)
    if wanted is not None and text is None:
        hint = "Hand its text over in the argument `manifest`."
        raise call.error("-f - needs a manifest.", wanted.span, hint)
    if text is None:
        return ()
    if wanted is None:
        raise call.error(
            "A manifest is given, and the command does not take it.", hint="Write: apply -f -"
        )
    return manifests.read(text)


def limits_of(request: Request, bounds: LimitSettings) -> Limits:
    """What *request* may use.

    Raises:
        CommandError: it asks for a timeout beyond the *bounds*.
    """
    timeout = bounds.timeout if request.timeout is None else request.timeout
    if not bounds.min_timeout <= timeout <= bounds.max_timeout:
        raise CommandError(
            f"The timeout must be between {bounds.min_timeout:g} and {bounds.max_timeout:g} "
            f"seconds, not {timeout:g}."
        )
    return Limits(timeout, bounds.output_bytes)
