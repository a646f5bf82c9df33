"""The entry of a host's configuration that starts or reaches Kubeport."""

from typing import Any

import attrs

from ...domain.errors import CommandError
from .table import Host


@attrs.frozen
class Entry:
    """A server as a host is told of it: *command* with *args* and *env*, or the *url* of a running one."""

    name: str
    command: str = ""
    args: tuple[str, ...] = ()
    env: dict[str, str] = attrs.field(factory=dict[str, str])
    url: str = ""

    def value(self, host: Host) -> dict[str, Any]:
        """The value behind the server's name, in the words of *host*.

        Raises:
            CommandError: the host takes no URL.
        """
        if self.url:
            return self._remote(host)
        kind = {"type": "stdio"} if host.typed else {}
        env = {"env": dict(self.env)} if self.env else {}
        return {**kind, "command": self.command, "args": list(self.args), **env}

    def _remote(self, host: Host) -> dict[str, Any]:
        if not host.url_key:
            raise CommandError(
                f"{host.title} takes no URL in this file.",
                hint="Leave out --url, or add the server in the host's own settings for connectors.",
            )
        kind = {"type": "http"} if host.typed else {}
        return {**kind, host.url_key: self.url}
