"""Which policy and which safeguards are in force now."""

from collections.abc import Callable

import attrs

from ..domain.effect import Level
from ..domain.policy import Caller, Policy
from ..domain.safeguards import Safeguards
from ..domain.tools.kubectl.exec import ExecRules
from .ports import ChartRepositories
from .settings import Settings


@attrs.frozen
class Rules:
    """The policy, asked anew for each call so that it can be reloaded, and the operator's lists."""

    policy: Callable[[], Policy]
    repositories: ChartRepositories
    settings: Settings

    def safeguards(self, *, charts: bool = False) -> Safeguards:
        """What holds whatever the policy says; the chart repositories only for a call of *charts*.

        Raises:
            ExecutionFailed: helm's list of repositories exists and cannot be read.
        """
        tools, security = self.settings.tools, self.settings.security
        return Safeguards(
            tools=tools.enabled,
            deny=tools.deny,
            pipes=security.pipes,
            repositories=self._repositories() if charts else None,
            exec=_exec_rules(security.exec_programs, security.exec_denied),
        )

    def may_change(self, caller: Caller) -> bool:
        """Whether policy and credential let *caller* change anything anywhere."""
        return self.policy().most(caller) in (Level.WRITE, Level.ADMIN)

    def _repositories(self) -> tuple[str, ...]:
        known, wanted = self.repositories.names(), self.settings.tools.helm_repositories
        return tuple(name for name in known if name in wanted) if wanted else known


def _exec_rules(programs: tuple[str, ...], denied: tuple[str, ...]) -> ExecRules:
    shipped = ExecRules()
    return ExecRules(frozenset(programs) or shipped.programs, shipped.denied | frozenset(denied))
