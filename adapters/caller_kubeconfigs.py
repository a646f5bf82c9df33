"""The kubeconfigs that are kept for callers, one file each."""

import os
from collections import OrderedDict

import attrs

from ..domain.context import Kubeconfig
from .kubeconfig import YamlKubeconfig

MOST = 1000
"""Files that are remembered between calls; the one used longest ago goes first."""


@attrs.frozen
class KeptKubeconfig:
    """The contexts of one file; none where it does not exist, and never the account of our own Pod."""

    reader: YamlKubeconfig

    def read(self) -> Kubeconfig:
        """The contexts as they are now.

        Raises:
            ExecutionFailed: the file cannot be read.
        """
        return self.reader.read() if os.path.exists(self.reader.path or "") else Kubeconfig()


@attrs.define
class CallerKubeconfigs:
    """Gives the reader of a file; each file is parsed again only when it has changed."""

    _readers: OrderedDict[str, KeptKubeconfig] = attrs.field(
        factory=OrderedDict[str, KeptKubeconfig], init=False
    )

    def __call__(self, path: str) -> KeptKubeconfig:
        """The reader of the kubeconfig at *path*."""
        if path not in self._readers:
            # an empty environment: no service account stands in
            self._readers[path] = KeptKubeconfig(YamlKubeconfig(path, environ={}))
            if len(self._readers) > MOST:
                self._readers.popitem(last=False)
        self._readers.move_to_end(path)
        return self._readers[path]
