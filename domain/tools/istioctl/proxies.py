"""istioctl's views into proxies: proxy-status, proxy-config and ztunnel-config."""

from ...effect import Effect
from ..grammar import Flag, Operands, Sensitivity, Verb
from ..shorthand import names_or, output
from ..values import COUNT, NAMESPACE, WORD
from . import operands as op
from .flags import (
    ADMIN_PORT,
    CONFIG_DUMP,
    CONTROL_PLANE,
    POD_SELECTOR,
    PORT,
    REVISION,
    resetting,
    setting,
)

_LOG_LEVELS = "changes the log levels of a proxy"
_SHORT = output("short", "json", "yaml")
_VERBOSE = Flag("verbose")
_ADDRESS = Flag("address", value=WORD)
_LISTENER_TYPE = Flag("type", value=WORD)
_ROUTE_NAME = Flag("name", value=WORD)
_HEADERS = Flag("with-headers")
_SERVICE = (
    Flag("fqdn", value=WORD), Flag("direction", value=WORD), Flag("subset", value=WORD), PORT,
)
_ENDPOINT = (_ADDRESS, PORT, Flag("cluster", value=WORD), Flag("status", value=WORD))
_RESET = resetting("reset", "r", _LOG_LEVELS)
_LEVEL = setting("level", _LOG_LEVELS)

_CONFIG = (_SHORT, ADMIN_PORT, CONFIG_DUMP)
_ZTUNNEL = (*_CONFIG, Flag("node", value=WORD))

STATUS_FLAGS = (
    *CONTROL_PLANE, REVISION, CONFIG_DUMP, ADMIN_PORT, output("table", "json", "yaml"),
    Flag("verbosity", "v", COUNT),
)


def _view(name: str, summary: str, *own: Flag, aliases: tuple[str, ...] = ()) -> Verb:
    """A subcommand of proxy-config that prints one part of a proxy's configuration."""
    return Verb(
        ("proxy-config", name), flags=(*_CONFIG, *own), aliases=aliases, operands=op.ONE_POD,
        checks=(op.known_type,), summary=summary,
    )


def _ztunnel(
    name: str, summary: str, *own: Flag, aliases: tuple[str, ...] = (),
    operands: Operands = op.MAYBE_POD
) -> Verb:
    """A subcommand of ztunnel-config; without a pod it asks any ztunnel."""
    return Verb(
        ("ztunnel-config", name), flags=(*_ZTUNNEL, *own), aliases=aliases, operands=operands,
        checks=(op.known_type,), summary=summary,
    )


PROXIES = (
    Verb(
        ("proxy-status",), flags=STATUS_FLAGS, aliases=("ps",), operands=op.MAYBE_POD, wide=True,
        checks=(op.known_type,), summary="Whether each proxy has the configuration istiod sent",
    ),
    Verb(
        ("proxy-config",), group=True, aliases=("pc",),
        summary="Parts of one proxy's configuration",
    ),
    _view(
        "all", "Everything a proxy knows", *_SERVICE, _HEADERS, _VERBOSE, _ADDRESS, _LISTENER_TYPE,
        _ROUTE_NAME, aliases=("a",),
    ),
    _view("bootstrap", "What a proxy was started with", aliases=("b",)),
    _view("cluster", "Upstream clusters", *_SERVICE, aliases=("clusters", "c")),
    _view("ecds", "Extension configuration", aliases=("ec",)),
    _view("eds", "Endpoints as discovered", *_ENDPOINT),
    _view("endpoint", "Endpoints and their health", *_ENDPOINT, aliases=("endpoints", "ep")),
    _view(
        "listener", "Listeners", _ADDRESS, _LISTENER_TYPE, PORT, _VERBOSE, Flag("waypoint"),
        aliases=("listeners", "l"),
    ),
    Verb(
        ("proxy-config", "log"), flags=(output("short"), ADMIN_PORT, POD_SELECTOR, _LEVEL, _RESET),
        aliases=("o",), operands=op.MAYBE_POD, checks=(op.known_type, names_or("selector")),
        summary="Log levels of a proxy",
    ),
    Verb(
        ("proxy-config", "rootca-compare"), flags=(_SHORT, ADMIN_PORT), aliases=("rc",),
        operands=op.TWO_PODS, checks=(op.known_type,),
        summary="Whether two proxies trust the same root",
    ),
    _view("route", "Routes", _ROUTE_NAME, _VERBOSE, aliases=("routes", "r")),
    Verb(
        ("proxy-config", "secret"), Effect.ADMIN, flags=_CONFIG, aliases=("secrets", "s"),
        operands=op.ONE_POD, checks=(op.known_type, op.table_only), sensitivity=Sensitivity.SECRETS,
        why="The secrets of a proxy are credentials of a workload",
        summary="Certificates of a proxy, as a table",
    ),
    _view(
        "workload", "Workloads of a ztunnel (1.20 to 1.23)", _ADDRESS, _VERBOSE,
        Flag("node", value=WORD), aliases=("workloads", "w"),
    ),
    Verb(
        ("ztunnel-config",), group=True, aliases=("zc",),
        summary="Parts of a ztunnel's configuration",
    ),
    _ztunnel("all", "Everything a ztunnel knows", _HEADERS),
    _ztunnel("certificate", "Certificates of a ztunnel", aliases=("certificates", "certs", "cert")),
    _ztunnel(
        "connections", "Open connections", Flag("direction", value=WORD), Flag("raw"),
        Flag("workload-namespace", value=NAMESPACE), aliases=("cons",),
    ),
    _ztunnel("log", "Log levels of ztunnels", _LEVEL, _RESET, aliases=("o",)),
    _ztunnel(
        "policy", "Authorization policies", Flag("policy-namespace", value=NAMESPACE),
        aliases=("policies", "p", "pol"),
    ),
    _ztunnel(
        "service", "Services", Flag("service-namespace", value=NAMESPACE),
        aliases=("services", "s", "svc"),
    ),
    _ztunnel(
        "workload", "Workloads", _ADDRESS, _VERBOSE, Flag("workload-namespace", value=NAMESPACE),
        Flag("workload-node", value=WORD), aliases=("workloads", "w"),
    ),
)
