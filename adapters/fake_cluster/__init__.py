"""A Kubernetes cluster in memory: for tests, for demonstrations, for developing without a cluster.

``FakeCluster`` answers kubectl, helm, istioctl and argocd from plain objects, without a process, a
file, a clock or a socket. What it cannot do it says; it never makes an answer up.
"""

from .cluster import NOW, FakeCluster
from .failures import Failure
from .releases import Chart, Release
from .shop import shop
from .world import Log, Usage

__all__ = ["NOW", "Chart", "Failure", "FakeCluster", "Log", "Release", "Usage", "shop"]
