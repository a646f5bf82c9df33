"""The contexts that a caller may name."""

import attrs

from ..domain.context import Kubeconfig
from .ports import KubeconfigReader


@attrs.frozen
class ListContexts:
    """Read the contexts anew at each call, so that a changed kubeconfig shows at once."""

    kubeconfig: KubeconfigReader

    def __call__(self) -> Kubeconfig:
        """The contexts, their namespaces and which one is current.

        Raises:
            ExecutionFailed: the kubeconfig exists and cannot be read.
        """
        return self.kubeconfig.read()
