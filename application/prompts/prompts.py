"""The prompts of one Kubeport: which there are, filled and completed."""

import attrs

from .catalogue import Catalogue
from .completion import CompletePrompt
from .filling import FillPrompt


@attrs.frozen
class Prompts:
    """The use cases of prompts, each a callable object."""

    list: Catalogue
    fill: FillPrompt
    complete: CompletePrompt
