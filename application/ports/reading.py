"""Files that others keep: kubeconfigs, lists of chart repositories, manifests."""

from typing import Protocol

from ...domain.context import Kubeconfig
from ...domain.manifest import ManifestObject


class KubeconfigReader(Protocol):
    """Knows the contexts."""

    def read(self) -> Kubeconfig:
        """The contexts as they are now; empty where there is no kubeconfig.

        Raises:
            ExecutionFailed: a file exists and cannot be read; the message names file and line,
                never a content.
        """
        ...


class ChartRepositories(Protocol):
    """Knows the chart repositories that helm is configured with."""

    def names(self) -> tuple[str, ...]:
        """The aliases, such as ``bitnami``; empty where helm has none.

        Raises:
            ExecutionFailed: helm's file exists and cannot be read.
        """
        ...


class ManifestReader(Protocol):
    """Reads what a manifest is about."""

    def read(self, text: str) -> tuple[ManifestObject, ...]:
        """The objects of all documents, those inside Lists included.

        Raises:
            CommandError: not YAML or JSON, or an object without kind; names the line.
        """
        ...
