"""``kubeport tools install``: how to get the programs that are missing; it fetches nothing itself."""

import argparse
import sys
from collections.abc import Callable
from typing import Any

import attrs

from ...domain.errors import TOOLS, KubeportError
from ..installation import extra
from .terminal import print_json


@attrs.frozen
class Way:
    """How one tool is got: by an *extra* of ours, by Homebrew's *formula*, from its publisher's *page*."""

    page: str
    formula: str
    extra: str = ""


WAYS = {
    "kubectl": Way("https://kubernetes.io/docs/tasks/tools/", "kubernetes-cli", "kubectl"),
    "helm": Way("https://helm.sh/docs/intro/install/", "helm"),
    "istioctl": Way("https://istio.io/latest/docs/ops/diagnostic-tools/istioctl/", "istioctl"),
    "argocd": Way("https://argo-cd.readthedocs.io/en/stable/cli_installation/", "argocd"),
}


def obtain(locate: Callable[[str], str], arguments: argparse.Namespace) -> int:
    """Print where each tool is, or how to get it; always exit code 0, since nothing was tried."""
    rows = [_row(locate, name) for name in ((arguments.name,) if arguments.name else TOOLS)]
    if arguments.json:
        print_json(rows)
        return 0
    for row in rows:
        if row["path"]:
            print(f"{row['tool']}: {row['path']}")
        else:
            print(f"{row['tool']} is not there. Any of these:")
            for way in row["ways"]:
                print(f"  {way}")
    return 0


def _row(locate: Callable[[str], str], name: str) -> dict[str, Any]:
    try:
        return {"tool": name, "path": locate(name), "ways": []}
    except KubeportError:
        return {"tool": name, "path": "", "ways": _ways(name)}


def _ways(name: str) -> list[str]:
    way = WAYS[name]
    found = [extra(way.extra)] if way.extra else []
    if sys.platform == "darwin":
        found.append(f"brew install {way.formula}")
    return [*found, f"its publisher's page: {way.page}", f"--set tools.paths.{name}=/absolute/path/{name}"]
