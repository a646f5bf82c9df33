"""istioctl verbs that change the mesh: installation, revision tags and waypoints."""

from ...effect import Effect
from ..grammar import Flag, Verb, no_operands
from ..shorthand import local_file, names_or, output
from ..values import BOUNDED, NAME, WORD, one_of
from . import operands as op
from .flags import (
    ALL_NAMESPACES,
    CHARTS,
    CONFIRMED,
    DRY_RUN,
    FORCE,
    MANIFESTS,
    OPERATOR_FILE,
    REVISION,
    SET,
)
from .settings import safe_settings

_INSTALL = (
    SET, CONFIRMED, REVISION, DRY_RUN, Flag("readiness-timeout", value=BOUNDED), Flag("verify"),
    OPERATOR_FILE, FORCE, *CHARTS,
)
_CHANGES_MESH = "It changes the control plane of the mesh"
_CHANGES_INJECTION = "It changes which control plane serves whole namespaces"
_TAG = (
    Flag("overwrite"), CONFIRMED, REVISION, Flag("webhook-name", value=NAME),
    Flag("auto-inject-namespaces"), MANIFESTS,
)
_WAYPOINT = (Flag("name", value=NAME), Flag("service-account", "s", NAME))
_FOR = Flag("for", value=one_of("service", "workload", "all", "none"))
_WAIT = (Flag("wait", "w"), Flag("waypoint-timeout", value=BOUNDED))
_REDIRECTS = "It changes how the traffic of a namespace flows"


def _install(path: str, summary: str, *aliases: str) -> Verb:
    return Verb(
        tuple(path.split()), Effect.ADMIN, _INSTALL, aliases, checks=(op.confirmed, safe_settings),
        namespaced=False, why=_CHANGES_MESH, summary=summary,
    )


def _waypoint(
    path: str, effect: Effect, summary: str, *own: Flag, waypoints: bool = False
) -> Verb:
    """A waypoint verb as it is today or, below experimental, as it was until 1.22."""
    return Verb(
        tuple(path.split()), effect, (*_WAYPOINT, *own), summary=summary,
        operands=op.WAYPOINTS if waypoints else no_operands,
        checks=(names_or("all", "revision", "service-account"),) if waypoints else (),
        why=_REDIRECTS if effect is Effect.ADMIN else "",
    )


INSTALLATION = (
    _install("install", "Install or reconfigure Istio", "apply"),
    _install("upgrade", "Upgrade Istio in place"),
    Verb(
        ("uninstall",), Effect.ADMIN,
        (
            CONFIRMED, REVISION, DRY_RUN, SET, FORCE, OPERATOR_FILE, MANIFESTS, Flag("purge"),
            Flag("verbose", "v"),
        ),
        checks=(op.confirmed, safe_settings), namespaced=False, why="It removes the mesh",
        summary="Remove Istio",
    ),
    Verb(("manifest",), group=True, summary="Manifests of an installation"),
    Verb(
        ("manifest", "generate"),
        flags=(
            SET, REVISION, DRY_RUN, Flag("filter", value=WORD, repeats=True),
            Flag("component", value=WORD, repeats=True), Flag("cluster-specific"), OPERATOR_FILE,
            FORCE, *CHARTS, local_file("output", "o"),
        ),
        checks=(safe_settings,), namespaced=False, summary="What an installation would create",
    ),
    _install("manifest install", "As install", "apply"),
    Verb(("tag",), group=True, summary="Names for control plane revisions"),
    Verb(
        ("tag", "list"), flags=(output("table", "json", "yaml"),), aliases=("show",),
        namespaced=False, summary="Tags and their revisions",
    ),
    Verb(
        ("tag", "set"), Effect.ADMIN, _TAG, operands=op.TAG, checks=(op.confirmed,),
        namespaced=False, why=_CHANGES_INJECTION, summary="Create or move a tag",
    ),
    Verb(
        ("tag", "remove"), Effect.ADMIN, (CONFIRMED,), ("delete",), operands=op.TAG,
        checks=(op.confirmed,), namespaced=False, why=_CHANGES_INJECTION, summary="Remove a tag",
    ),
    Verb(("waypoint",), group=True, summary="Waypoint proxies"),
    _waypoint(
        "waypoint apply", Effect.ADMIN, "Create a waypoint", _FOR, REVISION,
        Flag("enroll-namespace"), Flag("overwrite"), *_WAIT,
    ),
    _waypoint(
        "waypoint delete", Effect.ADMIN, "Remove waypoints", REVISION, Flag("all"), waypoints=True,
    ),
    _waypoint("waypoint generate", Effect.READ, "The manifest of a waypoint", _FOR, REVISION),
    _waypoint("waypoint list", Effect.READ, "Waypoints of a namespace", ALL_NAMESPACES),
    _waypoint(
        "waypoint status", Effect.READ, "Whether waypoints are ready", ALL_NAMESPACES, *_WAIT,
    ),
    Verb(("experimental", "waypoint"), group=True, summary="Waypoints (1.20 to 1.22)"),
    _waypoint(
        "experimental waypoint apply", Effect.ADMIN, "As waypoint apply", _FOR, REVISION,
        Flag("enroll-namespace"), *_WAIT,
    ),
    _waypoint(
        "experimental waypoint delete", Effect.ADMIN, "As waypoint delete", REVISION, Flag("all"),
        waypoints=True,
    ),
    _waypoint(
        "experimental waypoint generate", Effect.READ, "As waypoint generate", _FOR, REVISION,
    ),
    _waypoint("experimental waypoint list", Effect.READ, "As waypoint list", ALL_NAMESPACES),
)
