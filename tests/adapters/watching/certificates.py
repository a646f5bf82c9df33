"""Certificates for tests, made by openssl: an authority and what it signs."""

import subprocess
from pathlib import Path

import attrs


@attrs.frozen
class Pair:
    """A certificate and its key, as files."""

    certificate: Path
    key: Path


def authority(folder: Path, name: str = "authority") -> Pair:
    """A certificate that may sign others."""
    pair = Pair(folder / f"{name}.crt", folder / f"{name}.key")
    _openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
             "-subj", f"/CN={name}", "-keyout", str(pair.key), "-out", str(pair.certificate))  # fmt: skip
    return pair


def signed(by: Pair, folder: Path, name: str, alternative: str = "") -> Pair:
    """A certificate of *name* that *by* signs; *alternative* is its subject's alternative name."""
    pair, request = Pair(folder / f"{name}.crt", folder / f"{name}.key"), folder / f"{name}.csr"
    extensions = folder / f"{name}.ext"
    extensions.write_text(f"subjectAltName={alternative}\n" if alternative else "basicConstraints=CA:FALSE\n")
    _openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
             "-keyout", str(pair.key), "-out", str(request))  # fmt: skip
    _openssl("x509", "-req", "-in", str(request), "-CA", str(by.certificate), "-CAkey", str(by.key),
             "-CAcreateserial", "-days", "2", "-extfile", str(extensions),
             "-out", str(pair.certificate))  # fmt: skip
    return pair


def _openssl(*words: str) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
