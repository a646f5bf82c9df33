"""A machine for the command line: a kubeconfig, a kubectl, and no settings of whoever runs the tests."""

from pathlib import Path

import pytest

ONE_CONTEXT = "contexts: [{name: dev, context: {namespace: shop}}]\ncurrent-context: dev\n"
PRINTS_ARGUMENTS = '#!/bin/sh\necho "$@"\n'


def put(folder: Path, name: str, text: str) -> Path:
    """The program *name* of the machine in *folder*: a script."""
    program = folder / "bin" / name
    program.parent.mkdir(mode=0o755, exist_ok=True)
    program.write_text(text)
    program.chmod(0o755)
    return program


def bare(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be set."""
    for name in ("KUBEPORT_CONFIG", "KUBEPORT_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "xdg"))


def furnish(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    kubectl: str = PRINTS_ARGUMENTS,
    kubeconfig: str = ONE_CONTEXT,
) -> None:
    """Make the machine in *folder* ours."""
    bare(folder, monkeypatch)
    (folder / "config").write_text(kubeconfig)
    monkeypatch.setenv("KUBECONFIG", str(folder / "config"))
    monkeypatch.setenv("KUBEPORT_TOOLS_PATHS_KUBECTL", str(put(folder, "kubectl", kubectl)))
