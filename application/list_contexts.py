"""The contexts that a caller may name."""

from collections.abc import Callable

import attrs

from ..domain.context import Kubeconfig
from ..domain.effect import Level
from ..domain.errors import PolicyDenied
from ..domain.policy import Caller, Policy
from ..domain.tools.invocation import Invocation
from .identity import RULE, Identities
from .ports import KubeconfigReader
from .rules import Rules


@attrs.frozen
class ListContexts:
    """Read the contexts anew at each call, so that a changed kubeconfig or policy shows at once.

    A context in which the policy gives the caller nothing at all is left out, as if it did not exist.
    *kubeconfig* is the server's own; *kept* reads the file of a caller who has one.
    """

    kubeconfig: KubeconfigReader
    kept: Callable[[str], KubeconfigReader]
    identities: Identities
    rules: Rules

    def __call__(self, caller: Caller = Caller(), policy: Policy | None = None) -> Kubeconfig:
        """The contexts that *caller* may use, their namespaces and which one is current.

        *policy* stands in for the one in force.

        Raises:
            ExecutionFailed: the kubeconfig exists and cannot be read.
            PolicyDenied: the caller has no Kubernetes identity (rule ``identity``).
        """
        known, judged = self.all(caller), policy or self.rules.policy()
        usable = (ref for ref in known.contexts if judged.most(caller, ref.name) is not Level.NONE)
        contexts = tuple(usable)
        current = known.current if any(ref.name == known.current for ref in contexts) else ""
        return Kubeconfig(contexts, current)

    def all(self, caller: Caller) -> Kubeconfig:
        """What the kubeconfig that counts for *caller* says, whatever the policy; raises as calling it."""
        own = self.identities.of(caller).kubeconfig if self.is_kept else ""
        if not own:
            return self.kubeconfig.read()
        known = self.kept(own).read()
        if not known.contexts:
            raise PolicyDenied(
                "There is no kubeconfig for this caller.",
                hint=f"The operator puts one at {own.rpartition('/')[2]} in the folder identity.kubeconfigs.",
                rule=RULE,
            )
        return known

    def check(self) -> None:
        """Whether the server's own kubeconfig can be read, where it counts.

        Raises:
            ExecutionFailed: it exists and cannot be read.
        """
        if not self.is_kept:
            self.kubeconfig.read()

    def reader(self, caller: Caller, policy: Policy | None = None) -> "CallersContexts":
        """The contexts of *caller* as a ``KubeconfigReader``."""
        return CallersContexts(self, caller, policy)

    def check_listing(self, call: Invocation, caller: Caller, policy: Policy | None = None) -> None:
        """Refuse a command that prints the kubeconfig to a caller who may not use all of it.

        Raises:
            PolicyDenied: there are contexts that the caller must not learn of (rule ``contexts``).
        """
        if call.tool != "kubectl" or call.verb.path[:1] != ("config",) or call.help:
            return
        if len(self(caller, policy).contexts) < len(self.all(caller).contexts):
            raise PolicyDenied(
                "The kubeconfig is not shown: it has more than this caller may use.",
                call.source,
                call.verb_span,
                "The tool contexts lists what can be used.",
                rule="contexts",
            )

    @property
    def is_kept(self) -> bool:
        """Whether each caller has a kubeconfig of its own, kept by the operator."""
        return self.identities.settings.identity.mode == "kubeconfig"


@attrs.frozen
class CallersContexts:
    """A ``KubeconfigReader`` of the contexts that one caller may use."""

    contexts: ListContexts
    caller: Caller
    policy: Policy | None = None

    def read(self) -> Kubeconfig:
        """The contexts as they are now."""
        return self.contexts(self.caller, self.policy)
