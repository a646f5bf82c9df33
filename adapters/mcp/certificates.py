"""TLS with a certificate that is renewed while the server runs."""

import asyncio
import logging
import ssl
from pathlib import Path

import attrs

from ...domain.errors import CommandError

_log = logging.getLogger("kubeport.tls")
_SECONDS = 5.0


@attrs.define(eq=False)
class Certificate:
    """A certificate chain and its key, in PEM files; ``context`` serves TLS 1.2 and newer with it.

    Raises:
        CommandError: the files cannot be read, or do not belong together.
    """

    chain: str
    key: str
    context: ssl.SSLContext = attrs.field(init=False)
    _stamp: tuple[int, ...] = attrs.field(default=(), init=False)

    def __attrs_post_init__(self) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            self._load()
        except OSError as error:  # ssl.SSLError is one
            raise CommandError(
                f"server.tls_certificate, server.tls_key: cannot be used: {_why(error)}.",
                hint="Both are PEM files; the key belongs to the first certificate.",
            ) from error

    async def keep(self) -> None:
        """Take renewed files up until cancelled; a pair that cannot be used leaves the old one in force."""
        while True:
            await asyncio.sleep(_SECONDS)
            self.renew()

    def renew(self) -> bool:
        """Load the files if they have changed; whether they were taken up. New connections have them."""
        try:
            if self._seen() == self._stamp:
                return False
            self._load()
        except OSError as error:
            _log.error("the renewed certificate is not used, the old one is: %s", _why(error))
            return False
        _log.info("the certificate was renewed")
        return True

    def _load(self) -> None:
        stamp = self._seen()
        # tried apart first: loading half of a pair would leave the context without a usable one
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.chain, self.key)
        self.context.load_cert_chain(self.chain, self.key)
        self._stamp = stamp

    def _seen(self) -> tuple[int, ...]:
        # the files that Kubernetes mounts are links that move: what they lead to counts
        stats = [Path(file).stat() for file in (self.chain, self.key)]
        return tuple(part for one in stats for part in (one.st_mtime_ns, one.st_size, one.st_ino))


def _why(error: OSError) -> str:
    """What went wrong, without a content of the files."""
    return str(getattr(error, "reason", "") or error.strerror or type(error).__name__)
