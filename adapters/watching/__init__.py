"""Watches over the Kubernetes API itself: metadata only, one connection pool for each context.

``KubernetesWatcher`` reads the kubeconfig as kubectl does, asks for metadata and nothing else, and
goes on after whatever ends a watch. HTTP comes from httpx2, which the mcp package brings along; it and
everything that needs it are loaded with the first watch.
"""

from .watcher import KubernetesWatcher

__all__ = ["KubernetesWatcher"]
