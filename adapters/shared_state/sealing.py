"""Texts sealed with a key that the replicas share: Redis keeps nothing that it could read or change.

AES-256-GCM with a random nonce (NIST SP 800-38D); what a text belongs to is authenticated with it, so
that nobody can move one entry to another's place.
"""

import hashlib
import hmac
import os

_NONCE = 12


class Seal:
    """Seals and opens with keys derived from one secret of the operator's, at least 32 characters."""

    def __init__(self, secret: str) -> None:
        # imported here: only a server with shared state pays for it
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        root = secret.encode()
        self._naming = hmac.digest(root, b"kubeport names", "sha256")
        self._keys = hmac.digest(root, b"kubeport keys", "sha256")
        self._cipher = AESGCM(hmac.digest(root, b"kubeport texts", "sha256"))

    def name(self, *parts: str) -> str:
        """A name for *parts* that tells nobody what they are, the same on every replica."""
        told = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
        return hmac.new(self._naming, told, hashlib.sha256).hexdigest()[:32]

    def key(self, purpose: str) -> bytes:
        """A key of 32 bytes for *purpose*, the same on every replica."""
        return hmac.digest(self._keys, purpose.encode(), "sha256")

    def close(self, text: str, place: str) -> bytes:
        """*text* sealed for *place*."""
        nonce = os.urandom(_NONCE)
        return nonce + self._cipher.encrypt(nonce, text.encode(), place.encode())

    def open(self, sealed: bytes, place: str) -> str | None:
        """The text; None where it was changed, or sealed with another key or for another place."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], place.encode()).decode()
        except (InvalidTag, ValueError):
            return None
