"""istioctl and argocd, for which no binary can be had here: stand-ins record the argv they get."""

import json
from pathlib import Path

import pytest

from kubeport.application.request import Request
from kubeport.application.settings import SecuritySettings, Settings, ToolSettings
from kubeport.containers import live
from kubeport.domain.effect import Level

from .machine import ONE_CONTEXT, put

pytestmark = pytest.mark.anyio


def recording(folder: Path, name: str) -> str:
    """A program that prints its arguments as a JSON list."""
    each = """for a in "$@"; do printf '%s"%s"' "$s" "$a"; s=','; done"""
    return str(put(folder, name, f"#!/bin/sh\nprintf '['; s=''; {each}; printf ']'\n"))


@pytest.mark.parametrize(
    ("command", "argv"),
    [
        (
            "istioctl pc c web.prod -o json",
            "proxy-config cluster --context=dev --namespace=shop --output=json web.prod",
        ),
        ("istioctl -n web analyze", "analyze --context=dev --namespace=web"),
        ("istioctl x des po web", "experimental describe pod --context=dev --namespace=shop web"),
        (
            "istioctl tag set prod --revision 1-20 -y",
            "tag set --context=dev --revision=1-20 --skip-confirmation=true prod",
        ),
        (
            "argocd app list -o wide -l a=b",
            "app list --core=true --kube-context=dev --output=wide --selector=a=b",
        ),
        ("argocd project get default", "proj get --core=true --kube-context=dev default"),
        ("argocd app sync web --prune", "app sync --core=true --kube-context=dev --prune=true web"),
        ("argocd app delete web -y", "app delete --core=true --kube-context=dev --yes=true web"),
    ],
)
async def test_the_program_gets_the_canonical_argv(
    command: str, argv: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Verb first, target placed, each flag once in its long form; aliases are folded."""
    config = tmp_path / "config"
    config.write_text(ONE_CONTEXT)
    monkeypatch.setenv("KUBECONFIG", str(config))
    paths = {name: recording(tmp_path, name) for name in ("istioctl", "argocd")}
    kubeport = live(
        Settings(tools=ToolSettings(paths=paths), security=SecuritySettings(level=Level.ADMIN))
    )
    result = await kubeport.run(Request(command))
    await kubeport.aclose()
    assert result.error is None, result.error
    assert json.loads(result.output) == argv.split()
