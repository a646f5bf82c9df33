"""What ``--set PATH=VALUE`` may not do: lead to local charts, or to images from anywhere."""

from collections.abc import Iterable

from ...effect import Effect
from ..grammar import Demand
from ..invocation import FlagUse, Invocation

OFFICIAL_HUBS = (
    "docker.io/istio",
    "gcr.io/istio-release",
    "gcr.io/istio-testing",
    "registry.istio.io/release",
    "registry.istio.io/testing",
)
_IMAGE_KEYS = frozenset({"hub", "image", "repository"})
_PROFILE_SIGNS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def safe_settings(call: Invocation) -> Iterable[Demand]:
    """Every ``--set`` of the call, held against the rules of this module."""
    for use in call.flags:
        if use.flag.name == "set":
            path, value = _parted(call, use)
            yield from _charts(call, use)
            yield from _profile(call, use, path, value)
            yield from _images(call, use, path, value)


def _parted(call: Invocation, use: FlagUse) -> tuple[str, str]:
    """Path and value as istioctl reads them: it strips blanks and cleans the path like a file's."""
    path, equals, value = use.value.partition("=")
    path, value = path.strip(), value.strip()
    if not equals or not path or ".." in path or value.startswith("{"):
        raise call.error(
            "--set: expected PATH=VALUE such as profile=minimal.", use.span,
            "Set one value at a time.",
        )
    return path.rstrip("./").casefold(), value


def _charts(call: Invocation, use: FlagUse) -> Iterable[Demand]:
    if "installpackagepath" in use.value.casefold():
        yield call.demand(
            Effect.NEVER, "installPackagePath installs charts from elsewhere", use.span,
            "The charts built into istioctl are the only ones.",
        )


def _profile(call: Invocation, use: FlagUse, path: str, value: str) -> Iterable[Demand]:
    if _last(path) == "profile" and not _PROFILE_SIGNS.issuperset(value):
        yield call.demand(
            Effect.NEVER, "A profile with a path is a local file", use.span,
            "Name a built-in one, such as default, demo, minimal or ambient.",
        )


def _images(call: Invocation, use: FlagUse, path: str, value: str) -> Iterable[Demand]:
    key = _last(path)
    # a hub is a registry with or without a slash; what else has none is an image of the hub
    leads = key in _IMAGE_KEYS and (key == "hub" or "/" in value)
    if leads and value not in OFFICIAL_HUBS:
        yield call.demand(
            Effect.NEVER, f"It would run images from {value}", use.span,
            f"Only Istio's own registries: {', '.join(OFFICIAL_HUBS)}.",
        )


def _last(path: str) -> str:
    return path.rpartition(".")[2]
