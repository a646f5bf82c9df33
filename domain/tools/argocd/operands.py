"""Operands of argocd and the rules that look at a whole call of it."""

from collections.abc import Iterable

from ...command import Token
from ...effect import Effect
from ..grammar import Check, Demand, Subject, no_operands
from ..invocation import Invocation
from ..slots import Slot, named, slots
from ..values import COUNT, NAME, WORD, Value, one_of
from .flags import GLOB, GROUP, HOST, KEY_ID, URL

_QUALIFIED = Value(
    "a name, or NAMESPACE/NAME",
    lambda text: text.count("/") < 2 and all(NAME.accepts(part) for part in text.split("/")),
)


def _of(kind: str, token: Token) -> Subject:
    namespace, _, name = token.text.rpartition("/")
    return Subject(kind, name, token.span, namespace)


def _application(token: Token) -> Subject:
    return _of("application", token)


def _set(token: Token) -> Subject:
    return _of("applicationset", token)


_PROJECT = Slot("PROJECT", NAME, named("appproject"))
_SERVER = Slot("SERVER/NAME", URL, named("cluster"))
_REPOSITORY = Slot("REPOSITORY", URL, named("repository"))
_ROLE = Slot("ROLE", NAME)
_NAMESPACE = Slot("NAMESPACE", GLOB)
_DESTINATION = (_PROJECT, Slot("SERVER/NAME", URL), _NAMESPACE)
_KIND = (Slot("GROUP", GROUP), Slot("KIND", GLOB))

NOTHING = no_operands
APPLICATION = slots(Slot("APPLICATION", _QUALIFIED, _application))
APPLICATIONS = slots(Slot("APPLICATION", _QUALIFIED, _application, optional=True, many=True))
NEW_APPLICATION = slots(Slot("APPLICATION", _QUALIFIED, _application, optional=True))
ACTION = slots(Slot("APPLICATION", _QUALIFIED, _application), Slot("ACTION", WORD))
ROLLBACK = slots(Slot("APPLICATION", _QUALIFIED, _application), Slot("ID", COUNT, optional=True))
APPLICATION_SET = slots(Slot("APPLICATIONSET", _QUALIFIED, _set))
APPLICATION_SETS = slots(Slot("APPLICATIONSET", _QUALIFIED, _set, many=True))

CLUSTER = slots(_SERVER)
CLUSTERS = slots(Slot("SERVER/NAME", URL, named("cluster"), many=True))
REPOSITORY = slots(_REPOSITORY)
REPOSITORIES = slots(Slot("REPOSITORY", URL, named("repository"), many=True))
CREDENTIALS_URLS = slots(Slot("URL", URL, named("repocreds"), many=True))
CERTIFICATE = slots(Slot("HOST", HOST, named("certificate")))
KEY = slots(Slot("KEY-ID", KEY_ID, named("gpgkey")))
CAN_I = slots(
    Slot("ACTION", GLOB),
    Slot(
        "RESOURCE",
        one_of(
            "clusters", "projects", "applications", "applicationsets", "repositories",
            "write-repositories", "certificates", "accounts", "gpgkeys", "logs", "exec",
            "extensions",
        ),
    ),
    Slot("SUBRESOURCE", GLOB),
)

PROJECT = slots(_PROJECT)
PROJECTS = slots(Slot("PROJECT", NAME, named("appproject"), many=True))
PROJECT_DESTINATION = slots(*_DESTINATION)
PROJECT_ACCOUNT = slots(*_DESTINATION, Slot("SERVICE-ACCOUNT", GLOB))
PROJECT_SOURCE = slots(_PROJECT, Slot("URL", URL))
PROJECT_NAMESPACE = slots(_PROJECT, _NAMESPACE)
PROJECT_KIND = slots(_PROJECT, *_KIND)
PROJECT_KIND_NAME = slots(_PROJECT, *_KIND, Slot("NAME", GLOB, optional=True))
PROJECT_KEY = slots(_PROJECT, Slot("KEY-ID", KEY_ID))
PROJECT_ROLE = slots(_PROJECT, _ROLE)
PROJECT_GROUP = slots(_PROJECT, _ROLE, Slot("GROUP", GLOB))
PROJECT_ID = slots(_PROJECT, Slot("ID", COUNT))
PROJECT_IDS = slots(_PROJECT, Slot("ID", COUNT, many=True))


def either(*flags: str) -> Check:
    """argocd refuses the call without one of the *flags*; so do we, before it starts."""

    def check(call: Invocation) -> Iterable[Demand]:
        if not any(call.use(name) for name in flags):
            raise call.error(f"{call.command} needs --{' or --'.join(flags)}.")
        return ()

    return check


def needs(*flags: str) -> Check:
    """argocd refuses the call without each of the *flags*; so do we, before it starts."""

    def check(call: Invocation) -> Iterable[Demand]:
        for name in flags:
            if call.use(name) is None:
                raise call.error(f"{call.command} needs --{name}.")
        return ()

    return check


def confirmed(call: Invocation) -> Iterable[Demand]:
    """argocd can ask before it deletes, and there is nobody at a terminal to answer."""
    if not call.is_true("yes"):
        raise call.error(
            f"{call.command} asks for a confirmation that nobody can give.", hint="Add -y."
        )
    return ()


def previewed(call: Invocation) -> Iterable[Demand]:
    """``--preview-changes`` waits for an answer unless it is given beforehand."""
    if call.is_true("preview-changes") and not call.is_true("assumeYes"):
        raise call.error(
            "--preview-changes asks for a confirmation that nobody can give.",
            hint="Use argocd app diff first, or add --assumeYes.",
        )
    return ()


def bounded(call: Invocation) -> Iterable[Demand]:
    """Without ``--timeout`` the wait has no end."""
    if call.use("timeout") is None:
        raise call.error(
            f"{call.command} would wait without an end.", hint="Add --timeout 60 (seconds)."
        )
    return ()


def forceful(call: Invocation) -> Iterable[Demand]:
    """Sync options that make every later sync do what --force and --replace do once."""
    for use in call.flags:
        if use.flag.name == "sync-option" and use.value.casefold() in _FORCEFUL:
            yield call.demand(
                Effect.ADMIN, f"{use.value} deletes and recreates objects at every sync", use.span
            )


_FORCEFUL = frozenset(f"{name}={on}" for name in ("force", "replace") for on in ("true", "t", "1"))


def no_secret(call: Invocation) -> Iterable[Demand]:
    """What is read through an application can be any object it manages, a Secret too."""
    kind = call.use("kind")
    if kind is not None and kind.value.casefold() in ("secret", "secrets"):
        yield call.demand(
            Effect.NEVER, "A Secret's content is not given out", kind.span,
            "argocd app resources lists the Secrets of an application by name.",
        )
