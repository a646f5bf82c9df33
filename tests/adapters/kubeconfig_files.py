"""Kubeconfigs on disk for the tests of their reader."""

import json
import os
from pathlib import Path

import pytest

from kubeport.adapters.kubeconfig import YamlKubeconfig
from kubeport.domain.context import ContextRef
from kubeport.domain.errors import ExecutionFailed

SECRET = "sesame-4711"


def written(path: Path, contexts: tuple[ContextRef, ...] = (), current: str = "") -> Path:
    """A kubeconfig with those contexts."""
    entries = [
        {"name": ref.name, "context": {"cluster": "c", "user": "u", "namespace": ref.namespace}}
        for ref in contexts
    ]
    path.write_text(json.dumps({"contexts": entries, "current-context": current}))
    return path


def reader(*paths: Path) -> YamlKubeconfig:
    """A reader of those files, found through KUBECONFIG."""
    return YamlKubeconfig(environ={"KUBECONFIG": os.pathsep.join(map(str, paths))})


def failure(path: Path, text: str | bytes) -> ExecutionFailed:
    """The error about a file with *text*."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ExecutionFailed) as caught:
        YamlKubeconfig(str(path)).read()
    assert caught.value.reason == "kubeconfig"
    return caught.value
