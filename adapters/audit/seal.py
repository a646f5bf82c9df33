"""The chain: each record holds the hash of the one before it and its own."""

import hashlib
import hmac
import json
import secrets
from typing import Any, cast

import attrs

from .canonical import canonical


@attrs.frozen
class Link:
    """A record's place: its *chain*, its number *seq* there, its *hash*."""

    chain: str
    seq: int = 0
    hash: str = ""

    @classmethod
    def new(cls) -> "Link":
        """What the first record of a new chain is joined to."""
        return cls(secrets.token_hex(8))


@attrs.frozen
class Seal:
    """Makes and reads hashes: SHA-256, or HMAC-SHA-256 with a *key*, which a forger does not have."""

    key: bytes = attrs.field(default=b"", repr=False)

    @property
    def method(self) -> str:
        """What its hashes begin with."""
        return "hmac-sha256" if self.key else "sha256"

    def join(self, entry: dict[str, Any], last: Link) -> tuple[dict[str, Any], Link]:
        """*entry* as the record after *last*, and its own link."""
        record = {**entry, "chain": last.chain, "seq": last.seq + 1, "prev": last.hash}
        record["hash"] = self.hash(record)
        return record, Link(last.chain, last.seq + 1, record["hash"])

    def hash(self, record: dict[str, Any]) -> str:
        """The hash that *record* must have; its own field ``hash`` does not count."""
        body = canonical({name: value for name, value in record.items() if name != "hash"})
        digest = hmac.digest(self.key, body, "sha256") if self.key else hashlib.sha256(body).digest()
        return f"{self.method}:{digest.hex()}"

    def holds(self, record: dict[str, Any]) -> bool:
        """Whether *record* has the hash that it must have."""
        return hmac.compare_digest(str(record["hash"]).encode(), self.hash(record).encode())


def parsed(line: bytes) -> dict[str, Any] | None:
    """The record that *line* is; None where it is something else."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    record = cast("dict[str, Any]", found)
    kinds = {"chain": str, "seq": int, "prev": str, "hash": str}
    return record if all(type(record.get(name)) is kind for name, kind in kinds.items()) else None


def link_of(record: dict[str, Any]) -> Link:
    """The place of *record*."""
    return Link(record["chain"], record["seq"], record["hash"])
