"""A small YAML file that is read again only when it has changed."""

import os
import stat
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import attrs

from ..domain.errors import ExecutionFailed
from .yaml_events import Flaw, YamlEvents

MAX_BYTES = 4 * 1024 * 1024

_SETTLED_NS = 2_000_000_000
_T = TypeVar("_T")
_Stamp = tuple[int, int, int, int]


@attrs.define(eq=False)
class YamlFile(Generic[_T]):
    """What *extract* finds in the file at *path*; *noun* and *reason* tell of failures.

    Only what *extract* returns is kept.
    """

    path: str
    extract: Callable[[YamlEvents], _T]
    noun: str
    reason: str
    _stamp: _Stamp | None = attrs.field(default=None, init=False)
    _found: tuple[_T, ...] = attrs.field(default=(), init=False, repr=False)

    def read(self) -> _T | None:
        """The findings as of now, or None where there is no file.

        Raises:
            ExecutionFailed: the file cannot be read or is not of its form; no content is quoted.
        """
        stamp = self._stat()
        if stamp is None:
            return None
        if stamp != self._stamp:
            self._found = (self._load(),)
            self._stamp = stamp if _is_settled(stamp) else None
        return self._found[0]

    def _stat(self) -> _Stamp | None:
        try:
            status = os.stat(self.path)
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            what = _why(error)
        else:
            if stat.S_ISREG(status.st_mode) or _is_null_device(status):
                return (status.st_mtime_ns, status.st_size, status.st_ino, status.st_dev)
            what = "it is not a regular file"
        raise self._failed(f"cannot be read: {what}")

    def _load(self) -> _T:
        found = self._attempt()
        if isinstance(found, str):
            # Raised here, where no frame and no cause of the error holds what the file says.
            raise self._failed(found)
        return found[0]

    def _attempt(self) -> tuple[_T] | str:
        """What was found, or what is wrong."""
        try:
            with open(self.path, "rb") as file:
                content = file.read(MAX_BYTES + 1)
            if len(content) > MAX_BYTES:
                return f"is larger than {MAX_BYTES} bytes"
            return (self.extract(YamlEvents(content.decode("utf-8-sig"))),)
        except OSError as error:
            return f"cannot be read: {_why(error)}"
        except UnicodeDecodeError as error:
            return f"is not UTF-8, at byte {error.start}"
        except Flaw as flaw:
            return f"cannot be used, {flaw}"

    def _failed(self, what: str) -> ExecutionFailed:
        return ExecutionFailed(f"The {self.noun} {self.path} {what}.", reason=self.reason)


def _is_settled(stamp: _Stamp) -> bool:
    """Whether a later change must show in the time stamp, however coarse the file system's is."""
    return time.time_ns() - stamp[0] > _SETTLED_NS


def _is_null_device(status: os.stat_result) -> bool:
    return stat.S_ISCHR(status.st_mode) and os.path.samestat(status, os.stat(os.devnull))


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or "its path is not valid"
