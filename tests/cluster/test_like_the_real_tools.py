"""What kubectl and helm read, Kubeport reads the same way: compared with the real ones."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.adapters.test_helm_repositories import EXPECTED, LAYOUTS

from kubeport.adapters.helm_repositories import repositories_path
from kubeport.adapters.kubeconfig import YamlKubeconfig
from kubeport.domain.context import Kubeconfig
from kubeport.domain.errors import ExecutionFailed

ONE = "current-context: one\ncontexts: [{name: one}, {name: two, context: {namespace: a}}]"
TWO = (
    "current-context: two\ncontexts:\n- name: one\n  context: {namespace: b}\n"
    "- name: two\n  context: {namespace: b}\n- name: three\n  context: {namespace: b}\n"
)
BARE = "contexts: [{name: four, context: {namespace: d}}]"

# Files by name, in the order of KUBECONFIG; None is one that is missing.
FILES: dict[str, dict[str, str | None]] = {
    "one file": {"a": ONE},
    "two files": {"a": ONE, "b": TWO},
    "two files turned round": {"a": TWO, "b": ONE},
    "selection in the second": {"a": BARE, "b": TWO},
    "empty selection first": {"a": "current-context: ''", "b": TWO},
    "null selection first": {"a": "current-context: null", "b": TWO},
    "a missing file": {"gone": None, "b": TWO},
    "all missing": {"gone": None, "gone too": None},
    "empty file": {"a": "", "b": BARE},
    "only a comment": {"a": "# c\n"},
    "only a document mark": {"a": "---\n"},
    "null": {"a": "null"},
    "json": {"a": json.dumps({"kind": "Config", "contexts": [{"name": "j", "context": None}]})},
    "byte order mark": {"a": "\ufeffcurrent-context: a"},
    "two documents": {"a": "current-context: a\n---\ncurrent-context: b\n"},
    "a key twice": {"a": "current-context: a\ncurrent-context: b\ncontexts: []\n" + BARE},
    "a field twice": {"a": "contexts: [{name: a, name: b, context: {namespace: x, namespace: y}}]"},
    "dangling selection": {"a": "current-context: gone\n" + BARE},
    "other spelling of keys": {"a": "Current-Context: a\nContexts: [{Name: b}]"},
    "numbers in quotes": {"a": "contexts: [{name: '1', context: {namespace: \"2\"}}]"},
    "a date": {"a": "current-context: 2026-01-01"},
    "base sixty": {"a": "current-context: 1:30"},
    "tagged text": {"a": "current-context: !!str 1.5"},
    "null contexts": {"a": "contexts: null"},
    "null namespace": {"a": "contexts: [{name: a, context: {namespace: null}}]"},
    "aliases elsewhere": {"a": "users: &u []\nextensions: *u\n" + BARE},
    "unknown fields": {"a": "x: [{y: z}]\n" + BARE},
    "number": {"a": "contexts: [{name: 12}]"},
    "octal": {"a": "current-context: 0o7"},
    "truth": {"a": "contexts: [{name: a, context: {namespace: y}}]"},
    "a name twice": {"a": "contexts: [{name: a}, {name: a}]"},
    "contexts as mapping": {"a": "contexts: {}"},
    "context as text": {"a": "contexts: [a]"},
    "a text": {"a": "hello"},
    "a list": {"a": "[a]"},
    "another kind": {"a": "kind: Pod"},
    "another version": {"a": "apiVersion: v2"},
    "broken yaml": {"a": "a: 'b"},
    "broken in the second": {"a": ONE, "b": "a: 'b"},
    "tab": {"a": "a:\n\t- b"},
}


@pytest.mark.parametrize("layout", FILES)
def test_kubectl_reads_the_kubeconfig_the_same(layout: str, kubectl: str, tmp_path: Path) -> None:
    """Contexts, namespaces and selection are kubectl's; what it refuses is refused."""
    for name, text in FILES[layout].items():
        if text is not None:
            (tmp_path / name).write_text(text, encoding="utf-8")
    listed = os.pathsep.join(str(tmp_path / name) for name in FILES[layout])
    environ = {"KUBECONFIG": listed, "HOME": str(tmp_path)}
    assert ours(environ) == kubectls(kubectl, environ)


def test_kubectl_looks_at_home(kubectl: str, tmp_path: Path) -> None:
    """Without KUBECONFIG, and with an empty one, it is the file at home."""
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(ONE)
    for more in ({}, {"KUBECONFIG": ""}, {"KUBECONFIG": ":"}):
        environ = {"HOME": str(tmp_path)} | more
        assert ours(environ) == kubectls(kubectl, environ)


@pytest.mark.parametrize("place", ["folder", "below-a-file", os.devnull])
def test_kubectl_agrees_about_odd_files(place: str, kubectl: str, tmp_path: Path) -> None:
    """What is no readable file is an error for both; the null device is empty for both."""
    (tmp_path / "file").write_text(ONE)
    path = {"folder": tmp_path, "below-a-file": tmp_path / "file" / "x"}.get(place, Path(place))
    environ = {"KUBECONFIG": str(path), "HOME": str(tmp_path)}
    assert ours(environ) == kubectls(kubectl, environ)


@pytest.mark.parametrize("fixture", ["helm3", "helm4"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_helm_looks_in_the_same_place(
    fixture: str, layout: str, request: pytest.FixtureRequest
) -> None:
    """What ``helm env`` says is what we say."""
    helm: str = request.getfixturevalue(fixture)
    asked = subprocess.run(
        [helm, "env"], env=LAYOUTS[layout], capture_output=True, text=True, check=True
    )
    assert f'HELM_REPOSITORY_CONFIG="{EXPECTED[layout]}"' in asked.stdout.splitlines()
    assert repositories_path(LAYOUTS[layout]) == EXPECTED[layout]


def ours(environ: dict[str, str]) -> tuple[dict[str, str], str] | None:
    """Namespaces by context, and the selection, as Kubeport reads them; None if refused."""
    try:
        config: Kubeconfig = YamlKubeconfig(environ=environ).read()
    except ExecutionFailed:
        return None
    return {ref.name: ref.namespace for ref in config.contexts}, config.current


def kubectls(kubectl: str, environ: dict[str, str]) -> tuple[dict[str, str], str] | None:
    """The same as ``kubectl config view`` tells it."""
    asked = subprocess.run(
        [kubectl, "config", "view", "-o", "json"], env=environ, capture_output=True, text=True,
        check=False,
    )
    if asked.returncode != 0:
        return None
    view: dict[str, Any] = json.loads(asked.stdout)
    entries: list[dict[str, Any]] = view["contexts"] or []
    contexts = {entry["name"]: str(entry["context"].get("namespace", "")) for entry in entries}
    return contexts, view["current-context"]
