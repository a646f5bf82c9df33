"""The flags that many verbs share, and those of every verb."""

from ...effect import Effect
from ..grammar import Flag, Meaning
from ..values import (
    BOOL,
    CONTEXT,
    FIELD_SELECTOR,
    NAMESPACE,
    POSITIVE,
    SELECTOR,
    TEXT,
    VERBOSITY,
    Value,
    one_of,
)
from .forms import MANAGER, REQUEST_TIMEOUT, TIMEOUT

_WHY = {
    Meaning.FILE: "Kubeport reads and writes no files: name objects by kind and name.",
    Meaning.PROGRAM: "Kubeport runs no other program.",
    Meaning.LISTENER: "Kubeport opens no listener: use get, describe or logs.",
    Meaning.SERVER: "It would send credentials elsewhere: choose the cluster with --context.",
    Meaning.CREDENTIALS: "Credentials come from the operator alone: leave it out.",
    Meaning.VERBOSITY: "It logs requests and bodies: use -v with 0 to 4.",
    Meaning.STREAM: "It never ends: leave it out and repeat the call, or use kubectl wait.",
    Meaning.INTERACTIVE: "There is no terminal: leave it out.",
    Meaning.REMOTE: "Nothing is fetched from elsewhere.",
}
_STRICT = frozenset({Meaning.SERVER, Meaning.CREDENTIALS})


def banned(
    meaning: Meaning,
    name: str,
    short: str = "",
    value: Value = TEXT,
    *,
    bare: str | None = None,
    repeats: bool = False,
    why: str = "",
) -> Flag:
    """A flag that exists and is refused at every level, with the reason of its *meaning*."""
    return Flag(
        name,
        short,
        value,
        bare,
        repeats,
        meaning,
        Effect.NEVER,
        why or _WHY[meaning],
        strict=meaning in _STRICT,
    )


def admin(name: str, value: Value = BOOL, *, why: str, bare: str | None = None) -> Flag:
    """A flag of a changing verb that only the level admin may give."""
    return Flag(name, value=value, bare=bare, effect=Effect.ADMIN, why=why)


FILENAME = banned(Meaning.FILE, "filename", "f", repeats=True)
KUSTOMIZE = banned(
    Meaning.FILE,
    "kustomize",
    "k",
    why="Kubeport builds no kustomization: hand the finished manifest over in `manifest`.",
)
RECURSIVE = banned(Meaning.FILE, "recursive", "R", BOOL)
FILES = (FILENAME, KUSTOMIZE, RECURSIVE)
LOCAL = banned(
    Meaning.FILE, "local", value=BOOL, why="It works on files only: use --dry-run=client instead."
)
MANIFEST = Flag(
    "filename", "f",
    value=Value(
        "'-' alone, with the manifest in the argument `manifest`; files and URLs are never read",
        frozenset({"-"}).__contains__,
    ),
    meaning=Meaning.MANIFEST,
)  # fmt: skip

SELECT = Flag("selector", "l", value=SELECTOR, meaning=Meaning.SELECTOR)
SELECT_AND = Flag("selector", "l", value=SELECTOR, repeats=True, meaning=Meaning.SELECTOR)
FIELD_SELECT = Flag("field-selector", value=FIELD_SELECTOR, meaning=Meaning.SELECTOR)
EVERYWHERE = Flag("all-namespaces", "A", meaning=Meaning.ALL_NAMESPACES)
ALL = Flag("all")
CHUNKS = Flag("chunk-size", value=POSITIVE)
DRY_RUN = Flag("dry-run", value=one_of("client", "server"), bare="client", meaning=Meaning.DRY_RUN)
FIELD_MANAGER = Flag("field-manager", value=MANAGER)
VALIDATE = Flag(
    "validate", value=one_of("strict", "warn", "ignore", "true", "false"), bare="strict"
)
SAVE_CONFIG = Flag("save-config")
RECORD = Flag("record")  # notes the command in an annotation; deprecated, in no help text, and taken
SUBRESOURCE = Flag("subresource", value=one_of("status", "scale", "resize"))
ENDS = Flag("timeout", value=TIMEOUT)
POD_RUNNING = Flag("pod-running-timeout", value=TIMEOUT)
CASCADES = one_of("background", "orphan", "foreground")
RAW_REFUSED = banned(
    Meaning.SERVER,
    "raw",
    why="Requests to API paths are not made: use the verb with kind and name.",
)

COMMON = (
    Flag("namespace", "n", value=NAMESPACE, meaning=Meaning.NAMESPACE),
    Flag("context", value=CONTEXT, meaning=Meaning.CONTEXT),
    Flag("request-timeout", value=REQUEST_TIMEOUT),
    Flag("v", "v", value=VERBOSITY, meaning=Meaning.VERBOSITY),
    Flag("disable-compression"),
    Flag("match-server-version"),
    Flag("warnings-as-errors"),
    Flag("log-flush-frequency", value=TIMEOUT),
    banned(Meaning.VERBOSITY, "vmodule"),
    banned(Meaning.SERVER, "server", "s"),
    banned(Meaning.SERVER, "cluster"),
    banned(Meaning.SERVER, "kubeconfig"),
    banned(Meaning.SERVER, "tls-server-name"),
    banned(Meaning.SERVER, "proxy-url"),
    banned(Meaning.SERVER, "certificate-authority"),
    banned(Meaning.SERVER, "insecure-skip-tls-verify", value=BOOL),
    banned(Meaning.CREDENTIALS, "user"),
    banned(Meaning.CREDENTIALS, "token"),
    banned(Meaning.CREDENTIALS, "username"),
    banned(Meaning.CREDENTIALS, "password"),
    banned(Meaning.CREDENTIALS, "client-certificate"),
    banned(Meaning.CREDENTIALS, "client-key"),
    banned(Meaning.CREDENTIALS, "as"),
    banned(Meaning.CREDENTIALS, "as-group", repeats=True),
    banned(Meaning.CREDENTIALS, "as-uid"),
    banned(Meaning.CREDENTIALS, "as-user-extra", repeats=True),
    banned(
        Meaning.PROGRAM, "kuberc", why="Aliases and defaults of a kuberc change what a verb means."
    ),
    banned(Meaning.FILE, "cache-dir", why="It writes files: the operator chooses the cache."),
    banned(Meaning.FILE, "profile", why="It writes files: leave it out."),
    banned(Meaning.FILE, "profile-output", why="It writes files: leave it out."),
)
EARLY = frozenset({"namespace", "context", "request-timeout"})
