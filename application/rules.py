"""Which policy and which safeguards are in force now."""

from collections.abc import Callable

import attrs

from ..domain.judging import Safeguards
from ..domain.policy import Policy
from ..domain.tools.kubectl.exec import ExecRules
from .ports import ChartRepositories
from .settings import Settings


@attrs.frozen
class Rules:
    """The policy, asked anew for each call so that it can be reloaded, and the operator's lists."""

    policy: Callable[[], Policy]
    repositories: ChartRepositories
    settings: Settings

    def safeguards(self) -> Safeguards:
        """What holds whatever the policy says."""
        tools, security = self.settings.tools, self.settings.security
        known = self.repositories.names()
        wanted = tools.helm_repositories
        return Safeguards(
            tools=tools.enabled,
            deny=tools.deny,
            pipes=security.pipes,
            repositories=tuple(name for name in known if name in wanted) if wanted else known,
            exec=_exec_rules(security.exec_programs, security.exec_denied),
        )


def _exec_rules(programs: tuple[str, ...], denied: tuple[str, ...]) -> ExecRules:
    shipped = ExecRules()
    return ExecRules(frozenset(programs) or shipped.programs, shipped.denied | frozenset(denied))
