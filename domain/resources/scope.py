"""The URI of where a call goes, so that it can be handed on."""

from ..context import Target
from .uri import ResourceUri


def scope_of(target: Target) -> ResourceUri | None:
    """The namespace of *target*, else its context; None for a call that reaches no context."""
    if not target.context:
        return None
    if target.namespace:
        return ResourceUri.of_namespace(target.context, target.namespace)
    return ResourceUri(target.context)
