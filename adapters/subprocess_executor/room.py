"""The folder that children run in: empty, private, not to be written to."""

import contextlib
import os
import tempfile

import attrs

from ...domain.errors import ExecutionFailed


@attrs.define(eq=False)
class Room:
    """An empty folder, since helm takes a bare word for a chart in the current folder."""

    _path: str = ""

    def enter(self) -> str:
        """Its path; made at first, and again when something has removed it.

        Raises:
            ExecutionFailed: there is no place for it.
        """
        if not os.path.isdir(self._path):
            self._path = _make()
        return self._path

    def clear(self) -> None:
        """Remove it."""
        if self._path:
            with contextlib.suppress(OSError):
                os.rmdir(self._path)
            self._path = ""


def _make() -> str:
    try:
        path = tempfile.mkdtemp(prefix="kubeport-")
        os.chmod(path, 0o500)
    except OSError as error:
        raise ExecutionFailed(
            f"No empty working folder could be made: {error.strerror}.",
            hint="Let the server write to its temporary folder (TMPDIR).",
            reason="not_started",
        ) from error
    return path
