"""Which cluster and namespace a call goes to."""

import attrs

IN_CLUSTER = "in-cluster"


@attrs.frozen
class ContextRef:
    """One context of the kubeconfig: its name and the namespace it selects; never a credential.

    *in_cluster* marks the service account that a pod gets without any kubeconfig: the tools find
    it by themselves, so it is never placed as a flag.
    """

    name: str
    namespace: str = ""
    in_cluster: bool = False


@attrs.frozen
class Kubeconfig:
    """What the kubeconfig says about contexts, in the order of the file; *current* may be empty."""

    contexts: tuple[ContextRef, ...] = ()
    current: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all contexts."""
        return tuple(ref.name for ref in self.contexts)

    def as_rows(self) -> list[dict[str, str | bool]]:
        """One row a context for JSON: name, the namespace it selects, whether it is current."""
        return [
            {"name": ref.name, "namespace": ref.namespace or "default", "current": ref.name == self.current}
            for ref in self.contexts
        ]

    def find(self, name: str) -> ContextRef | None:
        """The context called *name*, or None."""
        return next((ref for ref in self.contexts if ref.name == name), None)


@attrs.frozen
class Target:
    """Where a call goes: both parts resolved once, checked and echoed in the result.

    An empty *context* means that the call reaches no cluster, or one that needs no context (argocd
    with its own server). An empty *namespace* means cluster-wide or not applicable;
    *all_namespaces* is ``-A``. *assumed* tells that nobody chose the context.
    """

    context: str = ""
    namespace: str = ""
    all_namespaces: bool = False
    in_cluster: bool = False
    assumed: bool = False
