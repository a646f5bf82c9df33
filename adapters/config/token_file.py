"""The tokens of a small team in a TOML file: names, groups, scopes and hashes; read again when it changes."""

import logging
import re
import stat
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

import attrs

from ...domain.effect import SCOPES
from ...domain.errors import CommandError
from .stamps import Stamp
from .stamps import stamp as stamp_of
from .strict import STRICT, as_table, read_toml

_log = logging.getLogger("kubeport.authentication")
_HASH = re.compile(r"[0-9a-f]{64}")
_KEYS = ("name", "sha256", "groups", "scopes", "expires")


@attrs.frozen
class TokenRow:
    """One row of the file; the fields are those of an authenticator's known token."""

    name: str
    sha256: str
    groups: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    expires: float = float("inf")


def read_tokens(file: Path) -> tuple[TokenRow, ...]:
    """The rows of *file*.

    Raises:
        CommandError: it cannot be read, everybody may change it, or a row is wrong; names the row, and no
            hash.
    """
    content = read_toml(file)
    if file.stat().st_mode & (stat.S_IWOTH | stat.S_IWGRP):
        raise CommandError(f"{file}: others may change it.", hint=f"chmod go-w {file}")
    rows: Any = content.pop("tokens", None)
    if content or not isinstance(rows, list):
        raise CommandError(f"{file}: expected tables [[tokens]] and nothing else.")
    found = tuple(
        _row(row, f"{file}: token {place}") for place, row in enumerate(cast("list[object]", rows), 1)
    )
    if len({row.sha256 for row in found}) < len(found):
        raise CommandError(f"{file}: one token is there twice.")
    return found


def _row(row: object, where: str) -> TokenRow:
    table = as_table(row)
    if table is None or set(table) - set(_KEYS):
        raise CommandError(f"{where}: expected the keys {', '.join(_KEYS)}.")
    name, sha256 = table.get("name"), table.get("sha256")
    if not isinstance(name, str) or not name.strip():
        raise CommandError(f"{where}: name is missing.")
    if not isinstance(sha256, str) or not _HASH.fullmatch(sha256):
        raise CommandError(f"{where} ({name}): sha256 is not 64 hexadecimal digits.")
    scopes = _texts(table.get("scopes"), f"{where} ({name}): scopes")
    if not scopes or set(scopes) - set(SCOPES):
        raise CommandError(f"{where} ({name}): scopes: expected some of {', '.join(SCOPES)}.")
    groups = _texts(table.get("groups", []), f"{where} ({name}): groups")
    return TokenRow(name, sha256, groups, scopes, _end(table.get("expires"), f"{where} ({name}): expires"))


def _texts(value: object, where: str) -> tuple[str, ...]:
    try:
        return STRICT.structure(value, tuple[str, ...])
    except ValueError as error:
        raise CommandError(f"{where}: {error}.") from error


def _end(value: object, where: str) -> float:
    """The moment that a TOML date or time means, UTC where it does not say."""
    if value is None:
        return float("inf")
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    raise CommandError(f"{where}: expected a date such as 2027-01-31.")


@attrs.define
class TokenFile:
    """The tokens in a file that may change; calling it gives those that are good now.

    A file that has become wrong is logged, and leaves no token good: one that was taken away must not
    live on.

    Raises:
        CommandError: at the start, as ``read_tokens``.
    """

    file: Path
    _rows: tuple[TokenRow, ...] = attrs.field(init=False)
    _stamp: Stamp = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._stamp = stamp_of(self.file)
        self._rows = read_tokens(self.file)

    def __call__(self) -> tuple[TokenRow, ...]:
        """The rows as they are now; never raises."""
        stamp = stamp_of(self.file)
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._rows = read_tokens(self.file)
                _log.info("the tokens were read again")
            except (CommandError, OSError) as error:
                self._rows = ()
                _log.error("no token is good until this is mended: %s", error)
        return self._rows
