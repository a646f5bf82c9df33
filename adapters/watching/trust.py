"""TLS as kubectl does it: always verified, unless the kubeconfig says otherwise."""

import base64
import ssl
import tempfile

import attrs

from .faults import configured_wrong
from .plugin import Issued
from .settings import Access

_MAX = 4 * 1024 * 1024


@attrs.frozen
class Trust:
    """What a TLS connection stands on: the *authority* (empty: the system's), our own certificate, or
    nothing at all with *insecure*."""

    authority: str = attrs.field(default="", repr=False)
    certificate: bytes = attrs.field(default=b"", repr=False)
    key: bytes = attrs.field(default=b"", repr=False)
    insecure: bool = False


def trust(context: str, access: Access, issued: Issued) -> Trust:
    """What the kubeconfig and the plugin say, files read.

    Raises:
        ExecutionFailed: a file cannot be read, or what is stated contradicts itself.
    """
    cluster, user = access.cluster, access.user
    authority = _content(context, "certificate-authority", cluster.authority, cluster.authority_data)
    certificate = _content(context, "client-certificate", user.certificate, user.certificate_data)
    key = _content(context, "client-key", user.key, user.key_data)
    if cluster.insecure and authority:
        raise configured_wrong(context, "it has insecure-skip-tls-verify, and a certificate authority, too")
    if bool(certificate) != bool(key):
        raise configured_wrong(context, "its user has a client certificate or a key, and not both")
    own = (certificate, key) if certificate else (issued.certificate, issued.key)
    return Trust(authority.decode("ascii", "replace"), *own, cluster.insecure)


def tls_context(context: str, stands_on: Trust) -> ssl.SSLContext:
    """The settings for connections that stand on *stands_on*.

    Raises:
        ExecutionFailed: a certificate or a key is not one.
    """
    try:
        tls = ssl.create_default_context(cadata=stands_on.authority or None)
        _as_go(tls)
        if stands_on.insecure:
            tls.check_hostname, tls.verify_mode = False, ssl.CERT_NONE
        if stands_on.certificate:
            _load(tls, stands_on.key + b"\n" + stands_on.certificate)
    except (ssl.SSLError, ValueError):
        raise configured_wrong(context, "a certificate or key of the kubeconfig is not valid PEM") from None
    except OSError as error:
        raise configured_wrong(context, f"its client certificate cannot be used: {error.strerror}") from None
    return tls


def _as_go(tls: ssl.SSLContext) -> None:
    """Accept what Go accepts (an authority without key identifiers, a leaf as authority), no common names."""
    tls.verify_flags = (tls.verify_flags & ~ssl.VERIFY_X509_STRICT) | ssl.VERIFY_X509_PARTIAL_CHAIN
    tls.hostname_checks_common_name = False
    tls.minimum_version = ssl.TLSVersion.TLSv1_2


def _load(tls: ssl.SSLContext, pem: bytes) -> None:
    """Python reads certificates from files only; this one is private and gone at once."""
    with tempfile.NamedTemporaryFile(prefix="kubeport-") as file:
        file.write(pem)
        file.flush()
        tls.load_cert_chain(file.name, password=lambda: "")  # else OpenSSL asks on the terminal


def _content(context: str, name: str, path: str, data: str) -> bytes:
    """What a certificate or key consists of: *data* in base64 comes before the file at *path*."""
    try:
        if data:
            return base64.b64decode(data, validate=False)
        if not path:
            return b""
        with open(path, "rb") as file:
            return file.read(_MAX)
    except (OSError, ValueError):
        pass
    raise configured_wrong(context, f"the {name} of the kubeconfig cannot be read")
