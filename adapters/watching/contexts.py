"""What the watches of one context share: its connection, and what its server is known to have."""

from collections.abc import Callable, Mapping

import attrs

from ..loading_rules import with_kubeconfig
from .access import Kubeconfigs
from .connection import Connection
from .kinds import Kinds
from .timing import Timing


@attrs.define(eq=False)
class Contexts:
    """The contexts in use, by name; credentials and kinds are kept while connections come and go.

    A context of a kubeconfig that is kept for a caller is known by that file, too, and reached by it alone.
    """

    environment: Callable[[], Mapping[str, str]]
    timing: Timing
    _kubeconfigs: dict[str, Kubeconfigs] = attrs.field(factory=dict[str, Kubeconfigs], init=False)
    _known: dict[tuple[str, str], tuple[Connection, Kinds]] = attrs.field(
        factory=dict[tuple[str, str], tuple[Connection, Kinds]], init=False
    )

    def reach(self, name: str, kubeconfig: str = "") -> tuple[Connection, Kinds]:
        """What all watches of the context *name* (in the file *kubeconfig*) share.

        Raises:
            ContextNotFound: the kubeconfig does not have it.
            ExecutionFailed: the kubeconfig cannot be read.
        """

        def environment() -> Mapping[str, str]:
            return with_kubeconfig(self.environment(), kubeconfig)

        found, key = self._kubeconfigs.get(kubeconfig) or Kubeconfigs(environment), (name, kubeconfig)
        found.access(name)
        self._kubeconfigs[kubeconfig] = found  # now only: nobody would leave a file that lacks the context
        if key not in self._known:
            connection = Connection(name, found, environment, self.timing)
            self._known[key] = connection, Kinds(connection)
        return self._known[key]

    async def leave(self, name: str, kubeconfig: str = "") -> None:
        """Nobody uses the context *name* now: close its connections."""
        connection, _ = self._known[name, kubeconfig]
        if kubeconfig:  # callers come and go
            del self._known[name, kubeconfig]
            if not any(file == kubeconfig for _, file in self._known):
                self._kubeconfigs.pop(kubeconfig, None)
        await connection.aclose()
