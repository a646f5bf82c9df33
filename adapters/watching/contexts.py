"""What the watches of one context share: its connection, and what its server is known to have."""

from collections.abc import Callable, Mapping

import attrs

from .access import Kubeconfigs
from .connection import Connection
from .kinds import Kinds
from .timing import Timing


@attrs.define(eq=False)
class Contexts:
    """The contexts in use, by name; credentials and kinds are kept while connections come and go."""

    environment: Callable[[], Mapping[str, str]]
    timing: Timing
    _kubeconfigs: Kubeconfigs = attrs.field(init=False)
    _known: dict[str, tuple[Connection, Kinds]] = attrs.field(
        factory=dict[str, tuple[Connection, Kinds]], init=False
    )

    def __attrs_post_init__(self) -> None:
        self._kubeconfigs = Kubeconfigs(self.environment)

    def reach(self, name: str) -> tuple[Connection, Kinds]:
        """What all watches of the context *name* share.

        Raises:
            ContextNotFound: the kubeconfig does not have it.
            ExecutionFailed: the kubeconfig cannot be read.
        """
        self._kubeconfigs.access(name)
        if name not in self._known:
            connection = Connection(name, self._kubeconfigs, self.environment, self.timing)
            self._known[name] = connection, Kinds(connection)
        return self._known[name]

    async def leave(self, name: str) -> None:
        """Nobody uses the context *name* now: close its connections."""
        connection, _ = self._known[name]
        await connection.aclose()
