"""Reading what a resource URI names."""

import attrs

from ...domain.policy import Caller
from ...domain.resources.uri import parse_request
from ..ports import Clock
from ..run_command import RunCommand


@attrs.frozen
class ResourceContent:
    """What is behind a URI: *uri* is as the client wrote it, *text* is JSON or YAML."""

    uri: str
    mime_type: str
    text: str


@attrs.frozen
class ReadResource:
    """Read a resource as a compact summary in JSON, or as YAML with ``?format=yaml``."""

    run: RunCommand
    clock: Clock

    async def __call__(self, text: str, caller: Caller = Caller()) -> ResourceContent:
        """What the URI *text* names.

        Raises:
            CommandError: not a URI of ours.
            ResourceNotFound: nothing is there.
            KubeportError: refused by the policy or the cluster, or not reachable.
        """
        request = parse_request(text)
        raise NotImplementedError(request)
