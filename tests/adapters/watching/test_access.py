"""How a context is reached: files, precedence and paths as kubectl has them, and no secret in a message."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.adapters.watching.access import Kubeconfigs
from kubeport.adapters.watching.kubeconfig_file import extract
from kubeport.adapters.watching.settings import Access, Cluster, Plugin, User
from kubeport.adapters.yaml_events import Flaw, YamlEvents
from kubeport.domain.errors import ContextNotFound, ExecutionFailed

WHOLE = """\
apiVersion: v1
kind: Config
current-context: prod
clusters:
- name: c
  cluster:
    server: https://prod:6443
    certificate-authority: ca.crt
    certificate-authority-data: |
      QUJD
      REVG
    insecure-skip-tls-verify: false
    tls-server-name: inner
    proxy-url: http://proxy:3128
    extensions:
    - name: client.authentication.k8s.io/exec
      extension: {a: [1, 2]}
users:
- name: u
  user:
    client-certificate: tls.crt
    client-key: /abs/tls.key
    tokenFile: token
    as: jane
    as-uid: "7"
    as-groups: [devs, ops]
    as-user-extra: {reason: [test]}
    exec:
      apiVersion: client.authentication.k8s.io/v1
      command: ./bin/plugin
      args: ["get", "-c", "two\\nlines"]
      env:
      - {name: PROFILE, value: prod}
      interactiveMode: IfAvailable
      provideClusterInfo: true
contexts:
- name: prod
  context: {cluster: c, user: u, namespace: web}
"""


def kubeconfigs(*paths: Path, **more: str) -> Kubeconfigs:
    """What reads the files at *paths*."""
    return Kubeconfigs(lambda: {"KUBECONFIG": ":".join(map(str, paths)), **more}, "/nonexistent")


def minimal(context: str, server: str, user: dict[str, Any] | None = None) -> str:
    """A kubeconfig with one context."""
    return json.dumps({
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": user or {"token": "t"}}],
        "contexts": [{"name": context, "context": {"cluster": "c", "user": "u"}}],
    })  # fmt: skip


def test_everything_is_read(tmp_path: Path) -> None:
    """Relative paths are taken from the folder of their file; a program's, too, if it is a path."""
    path = tmp_path / "config"
    path.write_text(WHOLE)
    plugin = Plugin(
        "client.authentication.k8s.io/v1", f"{tmp_path}/./bin/plugin", ("get", "-c", "two\nlines"),
        (("PROFILE", "prod"),), "IfAvailable", True,
    )  # fmt: skip
    assert kubeconfigs(path).access("prod") == Access(
        Cluster(
            "https://prod:6443", f"{tmp_path}/ca.crt", "QUJD\nREVG\n", False, "inner",
            "http://proxy:3128", True,
        ),
        User(
            certificate=f"{tmp_path}/tls.crt", key="/abs/tls.key", token_file=f"{tmp_path}/token",
            plugin=plugin, acts_as="jane", acts_as_uid="7", acts_as_groups=("devs", "ops"),
            acts_as_extra=(("reason", ("test",)),),
        ),
    )  # fmt: skip


def test_secrets_are_not_shown(tmp_path: Path) -> None:
    """Not by repr, which a log or a failing test could print."""
    path = tmp_path / "config"
    secret = {"token": "tttt", "password": "pppp", "username": "u", "client-key-data": "kkkk"}
    path.write_text(minimal("a", "https://x", secret))
    shown = repr(kubeconfigs(path).access("a"))
    assert not [value for value in ("tttt", "pppp", "kkkk") if value in shown]


def test_the_first_file_to_name_something_has_it_whole(tmp_path: Path) -> None:
    """Of several files in KUBECONFIG, of which some may be missing; names reach across files."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text(minimal("a", "https://one", {"token": "first"}))
    two.write_text(minimal("b", "https://two", {"token": "second", "username": "x"}))
    files = kubeconfigs(tmp_path / "missing", one, two)
    assert files.access("b").cluster.server == "https://one"
    assert files.access("b").user == User(token="first")


def test_without_kubeconfig_the_file_at_home_counts(tmp_path: Path) -> None:
    """As for kubectl."""
    (tmp_path / ".kube").mkdir()
    (tmp_path / ".kube" / "config").write_text(minimal("home", "https://home"))
    assert Kubeconfigs(lambda: {"HOME": str(tmp_path)}).access("home").cluster.server == "https://home"


def test_a_change_of_the_file_counts_at_once(tmp_path: Path) -> None:
    """New credentials are those of the next question."""
    path = tmp_path / "config"
    path.write_text(minimal("a", "https://x", {"token": "old"}))
    files = kubeconfigs(path)
    assert files.access("a").user.token == "old"
    path.write_text(minimal("a", "https://x", {"token": "new"}))
    assert files.access("a").user.token == "new"


def test_an_unknown_context_is_told_with_the_known_ones(tmp_path: Path) -> None:
    """In the literal words of the architecture."""
    path = tmp_path / "config"
    path.write_text(minimal("a", "https://x"))
    with pytest.raises(ContextNotFound, match=r"Available contexts: \[a\]"):
        kubeconfigs(path).access("b")


@pytest.mark.parametrize("chosen", [{"cluster": "none", "user": "u"}, {"cluster": "c", "user": "none"}, {}])
def test_a_context_that_selects_nothing_is_a_fault_of_the_kubeconfig(
    tmp_path: Path, chosen: dict[str, str]
) -> None:
    """There is no default server, and nobody is anonymous by a spelling mistake."""
    config = json.loads(minimal("a", "https://x"))
    config["contexts"][0]["context"] = chosen
    (tmp_path / "config").write_text(json.dumps(config))
    with pytest.raises(ExecutionFailed, match="does not have") as caught:
        kubeconfigs(tmp_path / "config").access("a")
    assert caught.value.reason == "kubeconfig"


def test_in_a_pod_the_service_account_is_a_context(tmp_path: Path) -> None:
    """Its token is read from the file each time, as it is renewed there; IPv6 needs brackets."""
    (tmp_path / "token").write_text("t")
    for host, server in (("10.0.0.1", "https://10.0.0.1:443"), ("fd00::1", "https://[fd00::1]:443")):
        environ = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443", "KUBECONFIG": "/none"}
        own = Kubeconfigs(environ.copy, str(tmp_path)).access("in-cluster")
        assert own == Access(Cluster(server, f"{tmp_path}/ca.crt"), User(token_file=f"{tmp_path}/token"))


def test_outside_a_pod_there_is_no_such_context(tmp_path: Path) -> None:
    """A token without a server, or a server without a token, is none."""
    served = {"KUBERNETES_SERVICE_HOST": "x", "KUBERNETES_SERVICE_PORT": "1"}
    for environ in ({"KUBECONFIG": "/none"}, served):
        with pytest.raises(ContextNotFound):
            Kubeconfigs(environ.copy, "/nonexistent").access("in-cluster")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("clusters: [{name: c, cluster: {insecure-skip-tls-verify: 'true'}}]", "expected true or false"),
        ("clusters: [{name: c, cluster: {insecure-skip-tls-verify: [x]}}]", "expected true or false"),
        ("users: [{name: u, user: {token: 12345678}}]", "expected a text"),
        ("users: [{name: u, user: {}}, {name: u, user: {}}]", "a second user of the same name"),
        ("contexts: hello", "expected a list"),
    ],
)
def test_what_is_wrong_is_told_by_place_not_by_content(text: str, what: str) -> None:
    """A message may be read by anybody."""
    with pytest.raises(Flaw, match=what) as caught:
        extract(YamlEvents(text))
    assert "12345678" not in str(caught.value)


@pytest.mark.parametrize(("word", "truth"), [("true", True), ("yes", True), ("False", False), ("~", False)])
def test_truth_is_what_yaml_has(word: str, truth: bool) -> None:
    """As the YAML library of kubectl reads it."""
    text = f"clusters: [{{name: c, cluster: {{insecure-skip-tls-verify: {word}}}}}]"
    assert extract(YamlEvents(text)).clusters["c"].insecure is truth


@given(st.text(max_size=200) | st.text(alphabet="clusters:[]{}nameu- \n'\"|&*", max_size=80))
def test_any_text_is_a_kubeconfig_or_flawed(text: str) -> None:
    """Nothing else is raised."""
    try:
        extract(YamlEvents(text))
    except Flaw as flaw:
        assert flaw.what
