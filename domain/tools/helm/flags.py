"""The flags that helm's verbs share, for helm 3 and helm 4 together.

One table serves both majors: a flag that only one of them knows is in it when it does the same or
nothing where it exists, and the other one refuses it by itself. Where the majors read a flag
differently, the table takes only spellings that both read alike (``--wait=true``) or that one of
them refuses before it does anything (``--wait=watcher``).
"""

from ...effect import Effect
from ..grammar import Flag, Meaning
from ..values import BOOL, CONTEXT, COUNT, NAMESPACE, TEXT, Value, one_of
from .values import (
    BURST,
    CONSTRAINT,
    JSON_SETTING,
    LABELS,
    OPEN_TEXT,
    RATE,
    SETTING,
    WAIT_TIME,
)

_TYPED_VALUES = "write the values out with --set, --set-string, --set-json or --set-literal"


def refused(name: str, why: str, meaning: Meaning, short: str = "", value: Value = TEXT) -> Flag:
    """A flag with a value that no level allows."""
    return Flag(name, short, value, repeats=True, meaning=meaning, effect=Effect.NEVER, why=why)


def refused_switch(name: str, why: str, meaning: Meaning) -> Flag:
    """A boolean flag that no level allows to be true."""
    return Flag(name, meaning=meaning, effect=Effect.NEVER, why=why)


def admin_switch(name: str, why: str) -> Flag:
    """A boolean flag that needs the level admin when it is true."""
    return Flag(name, effect=Effect.ADMIN, why=f"--{name} {why}")


def _server(name: str) -> Flag:
    return refused(
        name, f"--{name} leads the server's credentials elsewhere: choose a context instead",
        Meaning.SERVER,
    )


def _credential(name: str) -> Flag:
    return refused(
        name, f"--{name} changes who we are to the cluster: choose a context instead",
        Meaning.CREDENTIALS,
    )


def _folder(name: str) -> Flag:
    return refused(name, f"--{name} names a path on the server: leave it out", Meaning.FILE)


def _klog(name: str, short: str = "", value: Value = TEXT) -> Flag:
    """A hidden logging flag; false is refused too: --logtostderr=false is what opens a file."""
    why = f"--{name} makes helm log requests, even into files: leave it out"
    return Flag(
        name, short, value, repeats=True, meaning=Meaning.VERBOSITY, effect=Effect.NEVER, why=why,
        strict=True,
    )


_KLOG = (
    _klog("v", "v"), _klog("vmodule"), _klog("log-file"), _klog("log-dir"),
    _klog("log-file-max-size"), _klog("log-backtrace-at"), _klog("stderrthreshold"),
    _klog("alsologtostderrthreshold"), _klog("logtostderr", value=BOOL),
    _klog("alsologtostderr", value=BOOL), _klog("one-output", value=BOOL),
    _klog("skip-headers", value=BOOL), _klog("skip-log-headers", value=BOOL),
    _klog("add-dir-header", value=BOOL), _klog("legacy-stderr-threshold-behavior", value=BOOL),
)
COMMON = (
    Flag("namespace", "n", NAMESPACE, meaning=Meaning.NAMESPACE),
    Flag("kube-context", value=CONTEXT, meaning=Meaning.CONTEXT),
    _server("kube-apiserver"), _server("kube-tls-server-name"), _server("kubeconfig"),
    _credential("kube-token"), _credential("kube-as-user"), _credential("kube-as-group"),
    _credential("kube-ca-file"),
    refused_switch(
        "kube-insecure-skip-tls-verify", "the cluster's certificate is always verified",
        Meaning.SERVER,
    ),
    _folder("registry-config"), _folder("repository-config"), _folder("repository-cache"),
    _folder("content-cache"),
    refused_switch("debug", "--debug prints values and requests: leave it out", Meaning.VERBOSITY),
    Flag("burst-limit", value=BURST), Flag("qps", value=RATE),
    Flag("color", value=one_of("never", "auto", "always")),
    Flag("colour", value=one_of("never", "auto", "always")),
    *_KLOG,
)

OUTPUT = Flag("output", "o", one_of("table", "json", "yaml"), meaning=Meaning.OUTPUT)
REVISION = Flag("revision", value=COUNT)
TIMEOUT = Flag("timeout", value=WAIT_TIME)
DESCRIPTION = Flag("description", value=OPEN_TEXT)
HISTORY_MAX = Flag("history-max", value=COUNT)
# helm 3 has a boolean, helm 4 a strategy that also reads true and false, but not True or 1
WAIT = Flag("wait", value=one_of("true", "false", "watcher", "legacy", "hookOnly"), bare="true")
# no dry run lowers the level: none and false are the real thing, in both majors
DRY_RUN = Flag(
    "dry-run", value=one_of("client", "server", "true", "none", "false"), bare="client",
    meaning=Meaning.DRY_RUN,
)
SERVER_SIDE = Flag("server-side")
SERVER_SIDE_OR_AUTO = Flag("server-side", value=one_of("true", "false", "auto"))
NO_HOOKS = admin_switch("no-hooks", "leaves out what the chart's authors rely on")
FORCING = (
    admin_switch("force", "deletes and recreates what cannot be changed"),
    admin_switch("force-replace", "deletes and recreates what cannot be changed"),
    admin_switch("force-conflicts", "overrides what others manage"),
)
TAKE_OWNERSHIP = admin_switch("take-ownership", "takes over objects that belong to others")
RECREATE_PODS = admin_switch("recreate-pods", "stops every pod of the release")


def _source(name: str) -> Flag:
    return refused(
        name, f"--{name} leads past the configured repositories: leave it out", Meaning.REMOTE,
    )


def _source_switch(name: str) -> Flag:
    return refused_switch(
        name, f"--{name} leads past the configured repositories: leave it out", Meaning.REMOTE,
    )


def _source_file(name: str) -> Flag:
    return refused(name, f"--{name} reads a file of the server: leave it out", Meaning.FILE)


TLS_FILES = (_source_file("ca-file"), _source_file("cert-file"), _source_file("key-file"))
LOGIN = (
    refused("username", "no login is taken from a command: leave it out", Meaning.CREDENTIALS),
    refused("password", "no login is taken from a command: leave it out", Meaning.CREDENTIALS),
)
KEYRING = _source_file("keyring")
VERIFY = refused_switch("verify", "--verify reads a file of the server: leave it out", Meaning.FILE)
INSECURE = (_source_switch("insecure-skip-tls-verify"), _source_switch("plain-http"))
REPOSITORY = (_source("repo"), _source_switch("pass-credentials"))
SOURCE = (
    *TLS_FILES, *LOGIN, *INSECURE, *REPOSITORY, KEYRING, VERIFY,
    Flag("devel"), Flag("version", value=CONSTRAINT),
)

VALUES = (
    Flag("set", value=SETTING, repeats=True), Flag("set-string", value=SETTING, repeats=True),
    Flag("set-json", value=JSON_SETTING, repeats=True),
    Flag("set-literal", value=SETTING, repeats=True),
    refused("set-file", f"--set-file reads a file of the server: {_TYPED_VALUES}", Meaning.FILE),
    refused("values", f"--values reads a file or a URL: {_TYPED_VALUES}", Meaning.FILE, "f"),
)
RENDERING = (
    *VALUES, *SOURCE, TIMEOUT, WAIT, DRY_RUN, DESCRIPTION,
    refused("post-renderer", "--post-renderer runs a program: leave it out", Meaning.PROGRAM),
    refused("post-renderer-args", "it steers a program: leave it out", Meaning.PROGRAM),
    refused_switch(
        "dependency-update", "--dependency-update fetches what the chart names: leave it out",
        Meaning.REMOTE,
    ),
    refused_switch("enable-dns", "it sends names out from templates: leave it out", Meaning.REMOTE),
    Flag("labels", "l", LABELS, repeats=True),
    Flag("atomic"), Flag("rollback-on-failure"), Flag("wait-for-jobs"),
    Flag("create-namespace"), Flag("disable-openapi-validation"), Flag("skip-schema-validation"),
    Flag("hide-notes"), Flag("render-subchart-notes"), Flag("skip-crds"),
)
NAMING = (
    Flag("generate-name", "g"),
    refused(
        "name-template",
        "--name-template can read the server's environment: write the name, or --generate-name",
        Meaning.CREDENTIALS,
    ),
)
