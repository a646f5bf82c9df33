"""The aliases that helm is configured with are found where helm looks, and nothing else is kept."""

import os
from pathlib import Path

import pytest
from tests.adapters.reachable import texts_kept_by

from kubeport.adapters.helm_repositories import HelmRepositories, repositories_path
from kubeport.domain.errors import ExecutionFailed

LISTED = """\
apiVersion: ""
generated: "0001-01-01T00:00:00Z"
repositories:
- caFile: ""
  insecure_skip_tls_verify: false
  name: bitnami
  pass_credentials_all: false
  password: hunter2-of-bitnami
  url: https://charts.example.com/bitnami
  username: somebody
- name: in-house
  url: https://user:hunter3@charts.example.com/
"""
LAYOUTS: dict[str, dict[str, str]] = {
    "home": {"HOME": "/h"},
    "no-home": {},
    "xdg": {"HOME": "/h", "XDG_CONFIG_HOME": "/x"},
    "xdg-empty": {"HOME": "/h", "XDG_CONFIG_HOME": ""},
    "helm-home": {"HOME": "/h", "XDG_CONFIG_HOME": "/x", "HELM_CONFIG_HOME": "/c"},
    "file": {"HOME": "/h", "HELM_CONFIG_HOME": "/c", "HELM_REPOSITORY_CONFIG": "/f/r.yaml"},
    "file-empty": {"HOME": "/h", "HELM_REPOSITORY_CONFIG": ""},
}
EXPECTED = {
    "home": "/h/.config/helm/repositories.yaml",
    "no-home": ".config/helm/repositories.yaml",
    "xdg": "/x/helm/repositories.yaml",
    "xdg-empty": "/h/.config/helm/repositories.yaml",
    "helm-home": "/c/repositories.yaml",
    "file": "/f/r.yaml",
    "file-empty": "",
}


def listing(tmp_path: Path, text: str) -> HelmRepositories:
    """A reader of a file with *text*."""
    path = tmp_path / "repositories.yaml"
    path.write_text(text)
    return HelmRepositories({"HELM_REPOSITORY_CONFIG": str(path)})


@pytest.mark.parametrize("layout", LAYOUTS)
def test_looks_where_helm_looks(layout: str) -> None:
    """The rules of helm for the place of its list, on Linux."""
    assert repositories_path(LAYOUTS[layout], "linux") == EXPECTED[layout]


def test_looks_in_preferences_on_a_mac() -> None:
    """macOS has its own folder, unless XDG names one."""
    assert repositories_path({"HOME": "/h"}, "darwin") == (
        "/h/Library/Preferences/helm/repositories.yaml"
    )
    assert repositories_path(LAYOUTS["xdg"], "darwin") == EXPECTED["xdg"]


def test_tells_the_aliases_in_order(tmp_path: Path) -> None:
    """Names come out, in the order of the file."""
    assert listing(tmp_path, LISTED).names() == ("bitnami", "in-house")


def test_keeps_neither_address_nor_credential(tmp_path: Path) -> None:
    """After reading, nothing that the reader keeps is a password or an address."""
    reader = listing(tmp_path, LISTED)
    reader.names()
    kept = [text for text in texts_kept_by(reader) if "hunter" in text or "://" in text]
    assert (kept, reader.names()) == ([], ("bitnami", "in-house"))


@pytest.mark.parametrize("text", ["", "repositories:\n", "repositories: []", "{}", "# nothing"])
def test_an_empty_list_has_no_aliases(tmp_path: Path, text: str) -> None:
    """Nothing configured means no names."""
    assert listing(tmp_path, text).names() == ()


def test_no_file_means_no_aliases(tmp_path: Path) -> None:
    """A helm that was never configured has none."""
    environ = {"HOME": str(tmp_path)}
    assert HelmRepositories(environ).names() == ()


def test_an_added_repository_is_seen(tmp_path: Path) -> None:
    """The list is read again when it has changed."""
    reader = listing(tmp_path, LISTED)
    reader.names()
    assert listing(tmp_path, "repositories: [{name: new, url: u}]").names() == ("new",)
    assert reader.names() == ("new",)


def test_another_file_is_followed(tmp_path: Path) -> None:
    """A change of the environment takes effect."""
    (tmp_path / "a").write_text("repositories: [{name: a}]")
    (tmp_path / "b").write_text("repositories: [{name: b}]")
    environ = {"HELM_REPOSITORY_CONFIG": str(tmp_path / "a")}
    reader = HelmRepositories(environ)
    first = reader.names()
    environ["HELM_REPOSITORY_CONFIG"] = str(tmp_path / "b")
    assert (first, reader.names()) == (("a",), ("b",))


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("repositories: {}", "line 1, column 15: expected a list"),
        ("repositories:\n- x\n", "line 2, column 3: expected a mapping"),
        ("repositories:\n- name: 1\n", "line 2, column 9: expected a text"),
        ("- a", "line 1, column 1: expected a mapping"),
        ("a: 'b", "not YAML"),
    ],
)
def test_a_broken_list_is_an_error_with_its_place(tmp_path: Path, text: str, where: str) -> None:
    """What cannot be understood is told with file and place."""
    with pytest.raises(ExecutionFailed) as caught:
        listing(tmp_path, text).names()
    assert where in caught.value.message
    assert os.path.join(tmp_path, "repositories.yaml") in caught.value.message
    assert caught.value.reason == "helm_repositories"
