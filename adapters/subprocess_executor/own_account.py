"""A kubeconfig for the account of our own Pod; it names the files of the account, and holds no secret.

The tools find that account by themselves, but not where they are to impersonate: client-go's configuration
inside a cluster takes no user to act as, and kubectl and helm then ask localhost:8080.
"""

import contextlib
import json
import os
import shutil
import tempfile

import attrs

from ...domain.context import IN_CLUSTER
from ...domain.errors import ExecutionFailed
from ..loading_rules import SERVICE_ACCOUNT, own_server


@attrs.define(eq=False)
class OwnAccount:
    """Writes the file when it is first needed, and again when something has removed it."""

    service_account: str = SERVICE_ACCOUNT
    _folder: str = ""

    def path(self) -> str:
        """The absolute path of the file.

        Raises:
            ExecutionFailed: we are in no Pod, or it cannot be written.
        """
        file = os.path.join(self._folder, "config")
        if self._folder and os.path.isfile(file):
            return file
        self.clear()
        content = self._content()
        try:
            self._folder = tempfile.mkdtemp(prefix="kubeport-account-")
            file = os.path.join(self._folder, "config")
            with open(file, "x", encoding="utf-8") as text:
                json.dump(content, text)
        except OSError as error:
            raise ExecutionFailed(
                f"The kubeconfig of the Pod's own account could not be written: {error.strerror}.",
                hint="Let the server write to its temporary folder (TMPDIR).",
                reason="not_started",
            ) from error
        return file

    def clear(self) -> None:
        """Remove it."""
        if self._folder:
            with contextlib.suppress(OSError):
                shutil.rmtree(self._folder)
            self._folder = ""

    def _content(self) -> dict[str, object]:
        """As JSON, which every reader of YAML takes."""
        server = own_server(os.environ)
        if not server:
            raise ExecutionFailed("The server runs in no Pod.", reason="not_started")
        authority, token = (os.path.join(self.service_account, name) for name in ("ca.crt", "token"))
        cluster = {"server": server, "certificate-authority": authority}
        context = {"cluster": IN_CLUSTER, "user": IN_CLUSTER}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": IN_CLUSTER,
            "clusters": [{"name": IN_CLUSTER, "cluster": cluster}],
            "users": [{"name": IN_CLUSTER, "user": {"tokenFile": token}}],
            "contexts": [{"name": IN_CLUSTER, "context": context}],
        }
