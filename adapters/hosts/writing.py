"""Writing a host's file: whole or not at all, with a copy of what was there."""

import codecs
import errno
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import attrs

from ...domain.errors import CommandError

_COPIES = 100  # within a second


@attrs.frozen
class Written:
    """What became of *file*: its text *before* and *after*, and where the former is kept (None: nowhere)."""

    file: Path
    before: str
    after: str
    backup: Path | None = None

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return self.before != self.after


@attrs.frozen
class _Form:
    """How a file spells its text: with a byte order mark, with line ends of Windows."""

    mark: bytes = b""
    crlf: bool = False

    @classmethod
    def of(cls, content: bytes) -> "_Form":
        ends = content.count(b"\n")
        mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
        return cls(mark, crlf=0 < ends == content.count(b"\r\n"))

    def text(self, content: bytes) -> str:
        text = content.removeprefix(self.mark).decode()
        return text.replace("\r\n", "\n") if self.crlf else text

    def content(self, text: str) -> bytes:
        return self.mark + (text.replace("\n", "\r\n") if self.crlf else text).encode()


def write(file: Path, change: Callable[[str], str], stamp: str) -> Written:
    """Replace the text of *file* by what *change* makes of it; *stamp* names the copy of what was there.

    A link is followed, so that a managed dot file stays one. Nothing is written where nothing changes.

    Raises:
        CommandError: the file cannot be read, changed or written; it is then as it was.
    """
    target = file.resolve()
    try:
        content = target.read_bytes() if target.exists() else None
        form = _Form.of(content or b"")
        before = form.text(content or b"")
        after = change(before)
        if after == before:
            return Written(file, before, after)
        target.parent.mkdir(parents=True, exist_ok=True)
        backup = None if content is None else _copy(target, content, stamp)
        _replace(target, form.content(after))
    except CommandError as error:
        raise CommandError(f"{file}: {error.message}", hint=error.hint) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: cannot be changed: {error}.", hint="Nothing was written.") from error
    return Written(file, before, after, backup)


def _copy(target: Path, content: bytes, stamp: str) -> Path:
    """A copy under a name of its own: two may be made within a second."""
    name = f"{target.name}.before-kubeport-{stamp}"
    for suffix in ("", *(f"-{count}" for count in range(2, _COPIES))):
        backup = target.with_name(name + suffix)
        try:
            handle = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _mode(target))
        except FileExistsError:
            continue
        with os.fdopen(handle, "wb") as to:
            to.write(content)
        return backup
    raise FileExistsError(errno.EEXIST, "too many copies", name)


def _replace(target: Path, content: bytes) -> None:
    """Write beside *target* and rename, so that a reader sees the old file or the new one."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as to:
            to.write(content)
            to.flush()
            os.fsync(to.fileno())
        os.chmod(name, _mode(target))
        os.replace(name, target)
    except BaseException:
        os.unlink(name)
        raise


def _mode(target: Path) -> int:
    """The file's own mode; a new one is for its owner alone, since entries may hold secrets."""
    return target.stat().st_mode & 0o777 if target.exists() else 0o600
