"""The verbs of helm that no level allows; their flags stand here so that the tables are complete.

``__complete`` and ``__completeNoDesc`` are absent on purpose: they read ``--help`` as a word to
complete, so that even a call for their documentation would run them.
"""

from ...effect import Effect
from ..grammar import Flag, Meaning, Verb
from ..values import TEXT
from .flags import INSECURE, KEYRING, LOGIN, REPOSITORY, SOURCE, TLS_FILES, VALUES, VERIFY

_LOCAL = "works on files of the server"
_PLUGIN = "runs programs on the server, and plugins are never used"
_OPERATOR = "changes which repositories are trusted: that is up to the operator"
_WRITES = "writes files on the server"
_CREDENTIALS = "handles credentials of the server"


def _never(
    path: str, why: str, *flags: Flag, aliases: tuple[str, ...] = (), group: bool = False,
    instead: str = "",
) -> Verb:
    return Verb(
        tuple(path.split()), Effect.NEVER, flags, aliases, group=group, targets=False,
        namespaced=False, why=f"helm {path} {why}", instead=instead,
    )


def _valued(name: str, short: str = "") -> Flag:
    return Flag(name, short, TEXT, meaning=Meaning.FILE)


_NO_DESCRIPTIONS = Flag("no-descriptions")
_REMOTE = (*TLS_FILES, *INSECURE, *LOGIN)
_DEPENDENCIES = (*_REMOTE, KEYRING, VERIFY, Flag("skip-refresh"))
_DESTINATION = _valued("destination", "d")
_SIGNING = (Flag("sign"), _valued("key"), KEYRING, _valued("passphrase-file"), _DESTINATION)
_VERSION = _valued("version")
_SHOW = "To look at a chart: helm show all REPO/NAME, helm template RELEASE REPO/NAME."
_LIST = "To see the repositories: helm repo list."

REFUSED = (
    _never("create", _WRITES, _valued("starter", "p")),
    _never("dependency", _LOCAL, aliases=("dep", "dependencies"), group=True, instead=_SHOW),
    _never("dependency build", _LOCAL, *_DEPENDENCIES, instead=_SHOW),
    _never("dependency list", _LOCAL, _valued("max-col-width"), aliases=("ls",), instead=_SHOW),
    _never("dependency update", _LOCAL, *_DEPENDENCIES, aliases=("up",), instead=_SHOW),
    _never("env", "prints paths and credentials of the server", instead="helm version"),
    _never(
        "lint", _LOCAL, *VALUES, _valued("kube-version"), Flag("quiet"),
        Flag("skip-schema-validation"), Flag("strict"), Flag("with-subcharts"), instead=_SHOW,
    ),
    _never(
        "package", _LOCAL, *_REMOTE, *_SIGNING, _VERSION, _valued("app-version"),
        Flag("dependency-update", "u"),
    ),
    _never(
        "pull", _WRITES, *SOURCE, _DESTINATION, Flag("prov"), Flag("untar"), _valued("untardir"),
        aliases=("fetch",), instead=_SHOW,
    ),
    _never("push", "sends files of the server elsewhere", *_REMOTE),
    _never("verify", _LOCAL, KEYRING),
    _never(
        "repo add", _OPERATOR, *TLS_FILES, *LOGIN, INSECURE[0], REPOSITORY[1],
        Flag("allow-deprecated-repos"), Flag("force-update"), Flag("no-update"),
        Flag("password-stdin"), _valued("timeout"),
        instead=_LIST,
    ),
    _never("repo index", _WRITES, Flag("json"), _valued("merge"), _valued("url"), instead=_LIST),
    _never("repo remove", _OPERATOR, aliases=("rm",), instead=_LIST),
    _never(
        "repo update", "fetches from every repository: that is up to the operator",
        _valued("timeout"), Flag("fail-on-repo-update-fail"), aliases=("up",), instead=_LIST,
    ),
    _never("registry", _CREDENTIALS, group=True),
    _never(
        "registry login", _CREDENTIALS, *TLS_FILES, _valued("password", "p"),
        _valued("username", "u"), Flag("insecure"), Flag("password-stdin"), Flag("plain-http"),
    ),
    _never("registry logout", _CREDENTIALS),
    _never(
        "search hub", "asks a third party", _valued("endpoint"), Flag("fail-on-no-result"),
        Flag("list-repo-url"), _valued("max-col-width"), _valued("output", "o"),
        instead="helm search repo KEYWORD",
    ),
    _never("plugin", _PLUGIN, group=True),
    _never("plugin install", _PLUGIN, *_REMOTE, KEYRING, VERIFY, _VERSION, aliases=("add",)),
    _never("plugin list", "tells what could be run", _valued("type"), aliases=("ls",)),
    _never("plugin package", _LOCAL, *_SIGNING),
    _never("plugin uninstall", _PLUGIN, aliases=("rm", "remove")),
    _never("plugin update", _PLUGIN, aliases=("up",)),
    _never("plugin verify", _LOCAL, KEYRING),
    _never("completion", "is for a person's shell", group=True),
    _never("completion bash", "is for a person's shell", _NO_DESCRIPTIONS),
    _never("completion fish", "is for a person's shell", _NO_DESCRIPTIONS),
    _never("completion powershell", "is for a person's shell", _NO_DESCRIPTIONS),
    _never("completion zsh", "is for a person's shell", _NO_DESCRIPTIONS),
    _never("docs", _WRITES, _valued("dir"), _valued("type"), Flag("generate-headers")),
)
