"""Writing a host's file: whole or not at all, with a copy of what was there."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import attrs

from ...domain.errors import CommandError


@attrs.frozen
class Written:
    """What became of *file*: whether it *changed*, and where its former content is (None: there was none)."""

    file: Path
    changed: bool
    backup: Path | None = None


def write(file: Path, change: Callable[[str], str], stamp: str) -> Written:
    """Replace the content of *file* by what *change* makes of it; *stamp* names the copy.

    A link is followed, so that a managed dot file stays one. Nothing is written where nothing changes.

    Raises:
        CommandError: the file cannot be read or written; it is then as it was.
    """
    target = file.resolve()
    try:
        before = target.read_text(encoding="utf-8") if target.exists() else None
        after = change(before or "")
        if after == before:
            return Written(file, changed=False)
        target.parent.mkdir(parents=True, exist_ok=True)
        backup = None if before is None else _copy(target, before, stamp)
        _replace(target, after)
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{file}: cannot be changed: {error}.", hint="Nothing was written.") from error
    return Written(file, changed=True, backup=backup)


def _copy(target: Path, content: str, stamp: str) -> Path:
    backup = target.with_name(f"{target.name}.before-kubeport-{stamp}")
    handle = os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _mode(target))
    with os.fdopen(handle, "w", encoding="utf-8") as to:
        to.write(content)
    return backup


def _replace(target: Path, content: str) -> None:
    """Write beside *target* and rename, so that a reader sees the old file or the new one."""
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as to:
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
