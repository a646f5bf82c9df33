"""Whether an MCP host could start a server with settings: it has other variables than the shell."""

import os
from collections.abc import Mapping
from pathlib import Path

from ...domain.errors import CommandError
from .policy_file import read_policy
from .settings_file import configure


def check_hosted(
    file: str | None, overrides: Mapping[str, str], environ: Mapping[str, str] = os.environ
) -> None:
    """See to it that a host can start a server with the words of the command line.

    Raises:
        CommandError: a setting or the policy file is not understood, or the server would not speak stdio.
    """
    theirs = {name: value for name, value in environ.items() if not name.startswith("KUBEPORT_")}
    settings = configure(file, overrides, theirs).settings
    if settings.server.transport != "stdio":
        hint = "Leave server.transport out, or name a server that runs already: --url."
        raise CommandError("A host speaks stdio to what it starts.", hint=hint)
    if settings.security.policy_file:
        read_policy(Path(settings.security.policy_file))
