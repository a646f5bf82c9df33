"""How a package that only some users need is added to this Kubeport, and how uvx finds Kubeport.

Kubeport is not published yet: on a package index the name can be anybody's. So what people are told names
the place that this very installation came from; the bare name only where it came from an index itself.
"""

import json
import os
import shlex
import sys
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit


def extra(*names: str) -> str:
    """The command that adds the extras *names*."""
    source, wanted = origin(), f"[{','.join(names)}]"
    if not source:
        named = f"kubeport{wanted}"
    elif os.path.isdir(source):
        named = f"{source}{wanted}"
    else:
        named = f"kubeport{wanted} @ {source}"
    return f"{_install()} {shlex.quote(named)}"


def origin() -> str:
    """The folder or URL that Kubeport was installed from; empty where it came from an index."""
    try:
        told = metadata.distribution("kubeport").read_text("direct_url.json")
    except metadata.PackageNotFoundError:
        told = None
    found = _place(json.loads(told)) if told else ""
    return found or _checkout()


def _place(told: dict[str, Any]) -> str:
    """What PEP 610 keeps, as pip takes it; empty for a file that is gone."""
    url = str(told.get("url", ""))
    revision = told.get("vcs_info")
    if revision:
        return f"{revision['vcs']}+{url}@{revision['commit_id']}"
    parts = urlsplit(url)
    if parts.scheme != "file":
        return url
    path = unquote(parts.path)
    if os.path.isdir(path):
        return path
    return url if os.path.isfile(path) else ""


def _checkout() -> str:
    """The checkout that this file lies in, if it does."""
    root = Path(__file__).resolve().parents[1]
    return str(root) if (root / "pyproject.toml").is_file() else ""


def _install() -> str:
    """By pip of this very Python; an environment of uv has none, and uv puts packages there."""
    python = shlex.quote(sys.executable)
    return f"{python} -m pip install" if find_spec("pip") else f"uv pip install --python {python}"
