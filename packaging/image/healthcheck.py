"""The image's health check: whether the HTTP server answers /livez. Over stdio there is nothing to ask."""

import os
import ssl
import sys
import urllib.request
from pathlib import Path


def setting(words: list[str], option: str, variable: str, otherwise: str) -> str:
    """What the server was started with: an option, else a variable, else the default."""
    for at, word in enumerate(words):
        if word == option and at + 1 < len(words):
            return words[at + 1]
        if word.startswith(option + "="):
            return word.partition("=")[2]
    return os.environ.get(variable) or otherwise


def alive(words: list[str]) -> bool:
    """Whether the server that *words* started is alive; a stdio server is, as long as it runs."""
    if setting(words, "--transport", "KUBEPORT_SERVER_TRANSPORT", "stdio") != "http":
        return True
    port = os.environ.get("KUBEPORT_SERVER_OPERATIONS_PORT") or "0"
    apart = port != "0"
    if not apart:
        port = setting(words, "--port", "KUBEPORT_SERVER_PORT", "8080")
    scheme = "https" if os.environ.get("KUBEPORT_SERVER_TLS_CERTIFICATE") and not apart else "http"
    url = f"{scheme}://127.0.0.1:{port}/livez"
    # It asks itself: whose certificate it is does not matter.
    context = None
    if scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with urllib.request.urlopen(url, timeout=3, context=context) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(not alive(Path("/proc/1/cmdline").read_text().split("\0")))
