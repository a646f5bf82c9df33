"""What stands in place of a secret: a short keyed digest, so that equal values can be compared."""

import functools

import attrs


@functools.cache
def process_key() -> bytes:
    """The key of this process, drawn once: a short secret cannot be guessed from its mark."""
    # Imported when needed: it takes longer than all else that importing the package does.
    from secrets import token_bytes

    return token_bytes(32)


def _digest(key: bytes, value: str) -> str:
    """The first eight digits of HMAC-SHA-256, however the lines of *value* are indented."""
    from hmac import digest

    plain = "\n".join(line.strip() for line in value.strip().split("\n"))
    return digest(key, plain.encode("utf-8", "surrogatepass"), "sha256").hex()[:8]


@attrs.define
class Marks:
    """Makes the marks and counts them; shared by everything that reads one stream."""

    key: bytes | None = None
    count: int = 0

    def of(self, value: str) -> str:
        """The mark for *value*, counted as one redaction."""
        self.count += 1
        key = process_key() if self.key is None else self.key
        return f"<redacted:{_digest(key, value)}>"
