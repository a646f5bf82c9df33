"""Flags that several argocd verbs share, and the types of their values."""

from ...effect import Effect
from ..grammar import Flag, Meaning
from ..shorthand import ALNUM, from_set, local_file, never, never_switch, output
from ..values import BOUNDED, NAME, POSITIVE, WORD, Value, list_of, one_of
from ..values import SELECTOR as LABELS

_SCHEMES = frozenset({"https", "http", "ssh", "git", "oci"})
_URL_SIGNS = frozenset(ALNUM + "-._~:/@+*%!=?&,")

GLOB = from_set("a name or a pattern such as prod-*", ALNUM + "-_.:/*!@+=")
GROUP = Value("an API group, empty for the core", lambda text: not text or GLOB.accepts(text))
KEY_ID = from_set("a key ID", ALNUM)
HOST = from_set("a host name", ALNUM + "-_.:*[]")
POSITION = Value("a position, counted from 1", lambda text: text == "-1" or POSITIVE.accepts(text))
RESOURCE_FILTER = Value(
    "GROUP:KIND:NAME, where * stands for any",
    lambda text: text.count(":") == 2 and GLOB.accepts(text.lstrip(":")),
)


def _is_url(text: str) -> bool:
    """No scheme that leads to a local disk, no blank, and no password in front of the host."""
    scheme, found, rest = text.removeprefix("!").partition("://")
    user, at, _ = (rest if found else "").split("/", 1)[0].partition("@")
    return (
        bool(text)
        and text[0] != "-"
        and _URL_SIGNS.issuperset(text)
        and (not found or scheme in _SCHEMES)
        and not (at and ":" in user)
    )


URL = Value("an address such as https://git.example.com/team/app.git, without a password", _is_url)


def many(name: str, short: str = "", value: Value = WORD) -> Flag:
    """A flag that may be given several times."""
    return Flag(name, short, value, repeats=True)


def listed(name: str, short: str = "", value: Value = GLOB) -> Flag:
    """A flag that takes a list between commas and may be given several times."""
    return Flag(name, short, list_of(value), repeats=True)


def one(name: str, short: str = "", value: Value = WORD) -> Flag:
    """A flag with one value."""
    return Flag(name, short, value)


def destructive(name: str, why: str) -> Flag:
    """A switch that makes a change destructive."""
    return Flag(name, effect=Effect.ADMIN, why=why)


APP_NAMESPACE = one("app-namespace", "N", NAME)
APPSET_NAMESPACE = one("appset-namespace", "N", NAME)
SELECTOR = Flag("selector", "l", LABELS, meaning=Meaning.SELECTOR)
SECONDS = one("timeout", value=POSITIVE)
PROJECT = one("project", value=NAME)
PROJECTS = many("project", "p", NAME)
SOURCE_NAME = one("source-name")
SOURCE_POSITION = one("source-position", value=POSITION)
SOURCES = (
    one("revision"), many("revisions"), many("source-names"),
    listed("source-positions", value=POSITION),
)
RESOURCES = many("resource", value=RESOURCE_FILTER)
OBJECT = (
    one("group", value=GROUP), one("kind"), one("namespace", value=NAME), one("resource-name"),
)
YES = Flag("yes", "y")
TABLE = output("json", "yaml", "wide")
TABLE_OR_NAME = output("json", "yaml", "wide", "name")
TABLE_OR_URL = output("json", "yaml", "wide", "url")
TREES = output("json", "yaml", "wide", "tree", "tree=detailed")
LOCAL = (local_file("local"), local_file("local-repo-root"))
DIFF_BATCHES = (
    one("server-side-diff-concurrency", value=POSITION),
    one("server-side-diff-max-batch-kb", value=POSITIVE),
)
NORMALIZER = one("ignore-normalizer-jq-execution-timeout", value=BOUNDED)

_TARGET = "chooses another server, cluster or session; the context is an argument of the call"
_TRUST = "changes whom argocd trusts"
_PARTS = "chooses which parts of Argo CD are asked"
COMMON = (
    Flag("grpc-web"), Flag("logformat", value=one_of("json", "text")),
    Flag("loglevel", value=one_of("info", "warn", "error"), meaning=Meaning.VERBOSITY),
    never("server", "", Meaning.SERVER, f"--server {_TARGET}"),
    never("config", "", Meaning.CREDENTIALS, f"--config {_TARGET}"),
    never("argocd-context", "", Meaning.SERVER, f"--argocd-context {_TARGET}"),
    never("kube-context", "", Meaning.SERVER, f"--kube-context {_TARGET}"),
    never("port-forward-namespace", "", Meaning.LISTENER, f"--port-forward-namespace {_TARGET}"),
    never("auth-token", "", Meaning.CREDENTIALS, "--auth-token carries a credential"),
    never("header", "H", Meaning.CREDENTIALS, "--header can carry a credential"),
    never("client-crt", "", Meaning.CREDENTIALS, "--client-crt reads a local file"),
    never("client-crt-key", "", Meaning.CREDENTIALS, "--client-crt-key reads a local file"),
    never("server-crt", "", Meaning.SERVER, f"--server-crt {_TRUST}"),
    never("server-name", "", Meaning.SERVER, f"--server-name {_PARTS}"),
    never("controller-name", "", Meaning.SERVER, f"--controller-name {_PARTS}"),
    never("repo-server-name", "", Meaning.SERVER, f"--repo-server-name {_PARTS}"),
    never("redis-name", "", Meaning.SERVER, f"--redis-name {_PARTS}"),
    never("redis-haproxy-name", "", Meaning.SERVER, f"--redis-haproxy-name {_PARTS}"),
    never("redis-compress", "", Meaning.SERVER, f"--redis-compress {_PARTS}"),
    never("grpc-web-root-path", "", Meaning.SERVER, "--grpc-web-root-path chooses another address"),
    never("http-retry-max", "", Meaning.SERVER, "--http-retry-max multiplies requests"),
    never_switch("core", "", Meaning.SERVER, f"--core {_TARGET}"),
    never_switch("port-forward", "", Meaning.LISTENER, "--port-forward opens a listener"),
    never_switch("insecure", "", Meaning.SERVER, f"--insecure {_TRUST}"),
    never_switch("plaintext", "", Meaning.SERVER, "--plaintext turns encryption off"),
    never_switch("prompts-enabled", "", Meaning.INTERACTIVE, "There is nobody to answer a prompt"),
)
