"""Changes in a cluster, told as they come."""

from collections.abc import Callable
from typing import Protocol

import attrs


@attrs.frozen
class WatchPlace:
    """What one watch covers: all objects of a *kind* in a *namespace* of a *context*.

    *kind* is spelled as in ``ResourceUri``: the plural with its group (``deployments.apps``), or
    ``releases`` for Helm releases. An empty *namespace* means a cluster-wide kind, or every namespace.
    With a *user* the cluster is asked in the name of that user and its *groups* (impersonation), so
    that its RBAC answers for that user instead of for the server's own credentials. With a *kubeconfig* it
    is reached by that file alone. ``Identities.place`` fills these in.
    """

    context: str
    namespace: str
    kind: str
    user: str = ""
    groups: tuple[str, ...] = ()
    kubeconfig: str = ""


@attrs.frozen
class Change:
    """One object came (*new*), changed or went (*gone*); the object itself is not told, so that no data
    leaks. Without a *name*, anything at the place may have come, changed or gone: something was missed."""

    namespace: str
    name: str
    gone: bool = False
    new: bool = False

    @property
    def anything(self) -> bool:
        """Whether it stands for whatever there is at the place."""
        return not self.name


class Watch(Protocol):
    """A watch that runs."""

    async def stop(self) -> None:
        """End it and give back what it holds; may be called twice."""
        ...


class Watcher(Protocol):
    """Tells what changes in a cluster."""

    async def watch(self, place: WatchPlace, changed: Callable[[Change], None]) -> Watch:
        """Begin to tell every change at *place*; returns once none can be missed any more.

        What exists at the start is not told. After an expiry or a loss of the API server it goes on
        by itself, tells what changed meanwhile, and tells nothing twice. One that cannot know what it has
        missed tells, once, that anything may have changed (see ``Change``).

        Raises:
            ContextNotFound: no such context.
            AuthenticationFailed: the cluster does not know us.
            ExecutionFailed: no such kind, not permitted, or not reachable now.
        """
        ...

    async def aclose(self) -> None:
        """End all watches; may be called twice."""
        ...
