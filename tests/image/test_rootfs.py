"""The root file system for this machine's Python: wherever that lies, as the base image's in /usr/local."""

import subprocess
import sys
import tempfile
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "packaging" / "image" / "rootfs.py"


def test_it_is_enough_for_another_python() -> None:
    """That Python starts in it, with its libraries, TLS and bytecode, and so does a utility."""
    python = Path(sys.executable).resolve()
    with tempfile.TemporaryDirectory(dir="/srv") as folder:
        root, venv = Path(folder, "root"), Path(folder, "venv")
        subprocess.run([python, "-m", "venv", "--without-pip", venv], check=True)
        subprocess.run([python, SCRIPT, root, venv], check=True)
        code = "import asyncio, ctypes, json, ssl; print(json.__spec__.cached, ssl.OPENSSL_VERSION[:8])"
        found = _inside(root, str(python), "-B", "-c", code).split()
        assert Path(root, found[0].lstrip("/")).exists() and found[1] == "OpenSSL"
        assert _inside(root, "/usr/bin/gawk", "BEGIN { print 6 * 7 }") == "42\n"
        assert not (root / "bin/sh").exists() and not (root / str(venv)[1:]).exists()


def _inside(root: Path, *words: str) -> str:
    """What a program prints that sees nothing but *root*."""
    done = subprocess.run(["/usr/sbin/chroot", root, *words], capture_output=True, text=True, env={})
    assert done.returncode == 0, done.stderr
    return done.stdout
