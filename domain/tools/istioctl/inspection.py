"""istioctl verbs that look at the mesh as a whole: analysis, versions, istiod, experiments."""

from ...effect import Effect
from ..grammar import Flag, Meaning, Verb
from ..shorthand import local_file, names_or, never, never_switch, output
from ..values import BOUNDED, SELECTOR, TEXT, VERSION, WORD, one_of
from . import operands as op
from .flags import (
    ADMIN_PORT,
    ALL_NAMESPACES,
    CHARTS,
    CONFIG_DUMP,
    CONTROL_PLANE,
    DRY_RUN,
    OPERATOR_FILE,
    POD_SELECTOR,
    REVISION,
    SEVERITY,
    TIMEOUT,
    resetting,
    setting,
)
from .proxies import STATUS_FLAGS

_X = ("experimental",)
_MESSAGES = output("log", "json", "yaml")
_TABLE = output("table", "json", "yaml")
_ISTIOD = "changes the log levels of istiod"
_VERSION = (Flag("short", "s"), Flag("remote"), output("json", "yaml"), REVISION)
_DESCRIBE = (Flag("ignoreUnmeshed"), ADMIN_PORT)
_VERBOSE = Flag("verbose", "v")

ANALYSIS = (
    Verb(
        ("analyze",),
        flags=(
            Flag("list-analyzers", "L"), Flag("use-kube", "k"), Flag("color"), _VERBOSE,
            Flag("failure-threshold", value=SEVERITY), Flag("output-threshold", value=SEVERITY),
            _MESSAGES, ALL_NAMESPACES, Flag("suppress", "S", TEXT, repeats=True), TIMEOUT,
            Flag("ignore-unknown"), REVISION, Flag("analyzer", value=WORD, repeats=True),
            local_file("meshConfigFile"),
            never_switch("recursive", "R", Meaning.FILE, "--recursive reads local folders"),
            never("remote-contexts", "", Meaning.SERVER, "--remote-contexts leads elsewhere"),
        ),
        instead="Leave the operand out: the live cluster is analysed, never a file.",
        summary="Problems in the configuration of the mesh",
    ),
    Verb(("admin",), group=True, aliases=("istiod",), summary="istiod itself"),
    Verb(
        ("admin", "log"),
        flags=(
            POD_SELECTOR, REVISION, output("short", "json", "yaml"), setting("level", _ISTIOD),
            setting("stack-trace-level", _ISTIOD), resetting("reset", "", _ISTIOD),
            resetting("log-reset", "", _ISTIOD), resetting("stack-trace-reset", "", _ISTIOD),
            never("ctrlz_port", "", Meaning.SERVER, "--ctrlz_port asks another port of istiod"),
        ),
        aliases=("l",), operands=op.ISTIOD_POD, namespaced=False, summary="Log levels of istiod",
    ),
    Verb(("options",), targets=False, namespaced=False, summary="Flags that every verb takes"),
    Verb(("profile",), group=True, summary="Built-in profiles (1.20 to 1.23)"),
    Verb(
        ("profile", "list"), flags=(*CHARTS, DRY_RUN), targets=False, namespaced=False,
        summary="Names of the built-in profiles",
    ),
    Verb(
        ("profile", "dump"),
        flags=(
            *CHARTS, OPERATOR_FILE, DRY_RUN, output("json", "yaml", "flags"),
            Flag("config-path", "p", WORD),
        ),
        operands=op.PROFILE, targets=False, namespaced=False,
        summary="One built-in profile in full",
    ),
    Verb(
        ("profile", "diff"), flags=(*CHARTS, OPERATOR_FILE, DRY_RUN), operands=op.TWO_PROFILES,
        targets=False, namespaced=False, summary="How two built-in profiles differ",
    ),
    Verb(
        ("remote-clusters",), flags=(REVISION,), namespaced=False,
        summary="Clusters that istiod is connected to",
    ),
    Verb(
        ("verify-install",), flags=(OPERATOR_FILE, *CHARTS, REVISION), namespaced=False,
        summary="Whether an installation is complete (1.20 to 1.23)",
    ),
    Verb(
        ("version",), flags=_VERSION, namespaced=False,
        summary="Versions of client, istiod and proxies",
    ),
)

EXPERIMENTS = (
    Verb(_X, group=True, aliases=("x", "exp"), summary="Commands that may still change"),
    Verb((*_X, "authz"), group=True, summary="Authorization policies"),
    Verb(
        (*_X, "authz", "check"), flags=(CONFIG_DUMP, ADMIN_PORT), operands=op.ONE_POD,
        checks=(op.known_type,), summary="Policies that apply to a pod",
    ),
    Verb(
        (*_X, "check-inject"), flags=(Flag("labels", "l", SELECTOR, meaning=Meaning.SELECTOR),),
        operands=op.MAYBE_POD, checks=(op.known_type, names_or("labels")),
        summary="Whether, and why, a sidecar is injected",
    ),
    Verb((*_X, "config"), group=True, summary="istioctl's own settings"),
    Verb(
        (*_X, "config", "list"), Effect.NEVER, why="It prints the local settings of istioctl",
        targets=False, summary="Local settings",
    ),
    Verb((*_X, "describe"), group=True, aliases=("des",), summary="A pod or service in the mesh"),
    Verb(
        (*_X, "describe", "pod"), flags=_DESCRIBE, aliases=("po",), operands=op.PLAIN_POD,
        summary="The configuration that affects a pod",
    ),
    Verb(
        (*_X, "describe", "service"), flags=_DESCRIBE, aliases=("svc",), operands=op.SERVICE,
        summary="The configuration that affects a service",
    ),
    Verb(
        (*_X, "envoy-stats"),
        flags=(
            output("short", "json", "yaml", "prom", "prom-merged"),
            Flag("type", "t", one_of("server", "clusters")), POD_SELECTOR, ADMIN_PORT,
        ),
        aliases=("es",), operands=op.MAYBE_POD, checks=(op.known_type, names_or("selector")),
        summary="Statistics of a proxy",
    ),
    Verb((*_X, "injector"), group=True, summary="Sidecar injectors"),
    Verb((*_X, "injector", "list"), wide=True, summary="Injectors and the namespaces they serve"),
    Verb(
        (*_X, "metrics"), flags=(Flag("duration", "d", BOUNDED),), aliases=("m",),
        operands=op.WORKLOADS, summary="Request rate, errors and latency of workloads",
    ),
    Verb(
        (*_X, "precheck"),
        flags=(
            Flag("skip-controlplane"), Flag("output-threshold", value=SEVERITY), _MESSAGES,
            Flag("from-version", "f", VERSION), REVISION,
        ),
        wide=True, summary="Whether Istio can be installed or upgraded here",
    ),
    Verb(
        (*_X, "proxy-status"), flags=STATUS_FLAGS, aliases=("ps",), operands=op.MAYBE_POD,
        wide=True, checks=(op.known_type,), summary="As proxy-status",
    ),
    Verb((*_X, "revision"), group=True, aliases=("rev",), summary="Control planes (1.20)"),
    Verb(
        (*_X, "revision", "list"), flags=(*CHARTS, _TABLE, _VERBOSE), namespaced=False,
        summary="Installed revisions (1.20)",
    ),
    Verb(
        (*_X, "revision", "describe"), flags=(*CHARTS, _TABLE, _VERBOSE), operands=op.REVISION_NAME,
        namespaced=False, summary="One revision (1.20)",
    ),
    Verb(
        (*_X, "version"), flags=(*_VERSION, *CONTROL_PLANE), namespaced=False, summary="As version",
    ),
    Verb(
        (*_X, "wait"),
        flags=(
            Flag("for", value=one_of("distribution")), TIMEOUT, Flag("threshold", value=WORD),
            Flag("generation", value=WORD), Flag("proxy", value=WORD), REVISION, _VERBOSE,
        ),
        operands=op.RESOURCE, summary="Wait until the proxies have a resource (1.20 to 1.23)",
    ),
)
