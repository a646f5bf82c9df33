"""Listing what can be read: contexts, and the namespaces of each."""

import attrs

from ...domain.policy import Caller


@attrs.frozen
class ListedResource:
    """One resource of a list: a context or a namespace."""

    uri: str
    name: str
    title: str
    description: str
    mime_type: str = "application/json"


@attrs.frozen
class ResourcePage:
    """One page; *next_cursor* leads to the next one and is empty on the last."""

    resources: tuple[ListedResource, ...]
    next_cursor: str = ""


@attrs.frozen
class ListResources:
    """List contexts in the kubeconfig's order, then the namespaces of each, sorted by name."""

    async def __call__(self, cursor: str = "", caller: Caller = Caller()) -> ResourcePage:
        """The page at *cursor*, the first one where it is empty.

        Raises:
            CommandError: the cursor is none of ours.
            ExecutionFailed: the kubeconfig cannot be read.
        """
        raise NotImplementedError
