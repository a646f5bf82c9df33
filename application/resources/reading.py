"""Reading what a resource URI names."""

import attrs

from ...domain.errors import ExecutionFailed, ResourceNotFound
from ...domain.policy import Caller
from ...domain.resources.uri import RELEASE, ResourceUri, parse_request
from ..list_contexts import ListContexts
from ..ports import Clock
from ..request import Origin
from ..run_command import RunCommand
from .asking import Asking

JSON = "application/json"
YAML = "application/yaml"


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
    contexts: ListContexts

    async def __call__(
        self, text: str, caller: Caller = Caller(), origin: Origin = Origin()
    ) -> ResourceContent:
        """What the URI *text* names.

        Raises:
            CommandError: not a URI of ours.
            ResourceNotFound: nothing is there.
            KubeportError: refused by the policy or the cluster, or not reachable.
        """
        request = parse_request(text)
        asking = Asking(self.run, request.uri.context, request.uri.namespace, caller, origin=origin)
        try:
            if request.format == "yaml":
                return ResourceContent(text, YAML, await self._yaml(asking, request.uri))
            return ResourceContent(text, JSON, await self._json(asking, request.uri))
        except ExecutionFailed as error:
            if error.reason not in _MISSING:
                raise
            hint = f"{error.hint}\nThe parent may tell what there is: {request.uri.parent}"
            raise ResourceNotFound(f"Nothing is at {text}.", hint=hint.strip(), uri=text) from None

    async def _json(self, asking: Asking, uri: ResourceUri) -> str:
        # not before something is read: a server that only runs commands does without
        from . import object_reading, place_reading, release_reading

        if not uri.kind:
            return await place_reading.context_json(asking, uri, self.contexts)
        if uri.kind == "namespaces":
            return await place_reading.namespace_json(asking, uri, self.clock.now())
        if uri.kind == RELEASE:
            return await release_reading.release_json(asking, uri)
        if uri.kind == "secrets":
            return await object_reading.secret_json(asking, uri)
        return await object_reading.object_json(asking, uri, self.clock.now())

    async def _yaml(self, asking: Asking, uri: ResourceUri) -> str:
        from . import object_reading, release_reading

        if uri.kind == RELEASE:
            return await release_reading.release_yaml(asking, uri)
        return await object_reading.object_yaml(asking, uri)


_MISSING = ("not_found", "unknown_kind")
