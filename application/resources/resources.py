"""The resources of one Kubeport: what can be read, listed and completed."""

import attrs

from .completion import CompleteResource
from .listing import ListResources
from .reading import ReadResource


@attrs.frozen
class Resources:
    """The three use cases of resources, each a callable object."""

    read: ReadResource
    list: ListResources
    complete: CompleteResource
