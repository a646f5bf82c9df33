"""Who a caller is to Kubernetes, as the settings want it."""

import os.path
from fnmatch import fnmatchcase

import attrs

from ..domain.errors import PolicyDenied
from ..domain.identity import Identity, fault_of, kubeconfig_name
from ..domain.policy import Caller
from ..domain.tools.invocation import Invocation
from .ports import WatchPlace
from .settings import Settings
from .target import reaches_a_context

RULE = "identity"


@attrs.frozen
class Identities:
    """Gives each caller its Kubernetes identity; whatever asks a cluster for a caller asks here first.

    ``of(caller)`` is the identity, for argv (``placed_flags``), jobs and kubeconfigs;
    ``place(place, caller)`` is a ``WatchPlace`` that is watched in the caller's name. Both refuse a caller
    who has no identity of its own where ``identity.mode`` wants one: nobody gets the server's rights then.
    """

    settings: Settings

    def of(self, caller: Caller) -> Identity:
        """The identity of *caller*; the server's own (empty) where the mode is ``none``.

        Raises:
            PolicyDenied: the caller has no name, or one that nobody is impersonated as (rule ``identity``).
        """
        mode = self.settings.identity.mode
        if mode == "none":
            return Identity()
        known = self._known(caller)
        return self._impersonated(known) if mode == "impersonate" else self._own_file(known)

    def for_call(self, call: Invocation, caller: Caller) -> Identity:
        """The identity that *call* of *caller* runs under.

        What reaches no cluster needs nobody's name: it sees no kubeconfig, unless the mode is ``none``.

        Raises:
            PolicyDenied: as ``of``.
        """
        if call.help or self.settings.identity.mode == "none":
            return Identity()
        shows_kubeconfig = call.tool == "kubectl" and call.verb.path[:1] == ("config",)
        has_own_server = call.tool == "argocd" and call.verb.targets
        if shows_kubeconfig or has_own_server or reaches_a_context(call, self.settings):
            return self.of(caller)
        return Identity(kubeconfig=os.path.devnull)

    def place(self, place: WatchPlace, caller: Caller) -> WatchPlace:
        """*place* as *caller* may watch it.

        Raises:
            PolicyDenied: as ``of``.
        """
        own = self.of(caller)
        return attrs.evolve(place, user=own.user, groups=own.groups, kubeconfig=own.kubeconfig)

    def _known(self, caller: Caller) -> Caller:
        """*caller*, or who an unnamed one is: over stdio the local user, if the operator says so."""
        settings = self.settings.identity
        if caller.name:
            return caller
        if settings.local_user and self.settings.server.transport == "stdio":
            return Caller(settings.local_user, settings.local_groups)
        raise PolicyDenied(
            "The cluster is asked in the caller's own name here, and this caller has none.",
            hint="Connect with a token; over stdio the operator sets identity.local_user.",
            rule=RULE,
        )

    def _impersonated(self, caller: Caller) -> Identity:
        settings = self.settings.identity
        user = settings.user.replace("{name}", caller.name)
        _check("user", caller.name, user)
        groups = list[str]()
        for group in caller.groups:
            templated = settings.group.replace("{group}", group)
            if any(fnmatchcase(templated, pattern) for pattern in settings.allowed_groups):
                _check("group", group, templated)
                groups.append(templated)
        return Identity(user, tuple(dict.fromkeys(groups)))

    def _own_file(self, caller: Caller) -> Identity:
        folder = os.path.abspath(self.settings.identity.kubeconfigs)
        return Identity(kubeconfig=os.path.join(folder, kubeconfig_name(caller.name)))


def _check(what: str, claimed: str, name: str) -> None:
    """Refuse a *name*, made of what was *claimed*, that must not be impersonated."""
    fault = fault_of(name) or ("" if claimed.strip() else "it is empty")
    if fault:
        raise PolicyDenied(
            f"The {what} {name!r} is not impersonated: {fault}.",
            hint=f"The operator gives such names a prefix by identity.{what}, or the caller another name.",
            rule=RULE,
        )
