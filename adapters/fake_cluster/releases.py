"""Helm releases and charts as values; ``helm.py`` answers for them."""

from typing import Any

import attrs

from .data import Obj


@attrs.frozen
class Chart:
    """A chart that a repository offers; *name* with its repository, such as ``bitnami/nginx``."""

    name: str
    version: str
    app_version: str = ""
    description: str = ""


@attrs.frozen
class Release:
    """One revision of a release; *chart* with its version, such as ``shop-0.3.1``.

    *objects* are what its chart rendered; *updated* is in seconds since the epoch.
    """

    name: str
    chart: str
    namespace: str = "default"
    revision: int = 1
    app_version: str = ""
    status: str = "deployed"
    description: str = "Install complete"
    updated: float = 0.0
    values: dict[str, Any] = attrs.field(factory=dict[str, Any])
    objects: tuple[Obj, ...] = ()
    notes: str = ""

    @property
    def chart_name(self) -> str:
        """The chart without its version."""
        return self.chart.rpartition("-")[0]

    @property
    def chart_version(self) -> str:
        """The version of the chart."""
        return self.chart.rpartition("-")[2]
