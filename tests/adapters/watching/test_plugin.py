"""Credential plugins: asked as client-go asks them, without a shell, within bounds, told without secrets."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.adapters.watching import process
from kubeport.adapters.watching.identity import AGAIN, Plugins
from kubeport.adapters.watching.plugin import Issued, issued_by, read_issued
from kubeport.adapters.watching.settings import Access, Cluster, Plugin, User
from kubeport.domain.errors import AuthenticationFailed

pytestmark = pytest.mark.anyio
V1, BETA = "client.authentication.k8s.io/v1", "client.authentication.k8s.io/v1beta1"
HERE = Cluster("https://here:6443", authority_data="QUJD")
SEEN = {"PATH": os.environ.get("PATH", os.defpath), "AWS_PROFILE": "prod"}


def script(folder: Path, *lines: str) -> str:
    """The path of a program."""
    path = folder / "get-token"
    path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    path.chmod(0o755)
    return str(path)


def printed(version: str = V1, **status: Any) -> str:
    """A line of a script that prints credentials."""
    answer = {"apiVersion": version, "kind": "ExecCredential", "status": status}
    return f"echo '{json.dumps(answer)}'"


async def ask(plugin: Plugin, seconds: float = 10.0, cluster: Cluster = HERE) -> Issued:
    """Run it."""
    return await issued_by(plugin, cluster, SEEN, seconds)


async def refusal(plugin: Plugin, seconds: float = 10.0, cluster: Cluster = HERE) -> str:
    """The message with which it fails."""
    with pytest.raises(AuthenticationFailed) as caught:
        await ask(plugin, seconds, cluster)
    assert caught.value.reason == "credential_plugin"
    return caught.value.message


@pytest.mark.parametrize("version", [V1, BETA])
async def test_a_token_is_taken_with_its_end(tmp_path: Path, version: str) -> None:
    """In the version that the kubeconfig names."""
    program = script(tmp_path, printed(version, token="t", expirationTimestamp="2026-01-01T00:00:00Z"))
    assert await ask(Plugin(version, program)) == Issued("t", expires=1767225600.0)


async def test_a_certificate_comes_with_its_key(tmp_path: Path) -> None:
    """As PEM, to be used for TLS."""
    program = script(tmp_path, printed(clientCertificateData="cert", clientKeyData="key"))
    assert await ask(Plugin(V1, program)) == Issued("", b"cert", b"key")


async def test_it_gets_the_allowed_environment_its_own_and_the_question(tmp_path: Path) -> None:
    """And nothing else; no terminal, no shell, an argument as it is written."""
    note = tmp_path / "note"
    telling = f'{{ env; echo "ARG=$1"; test -t 0 || echo NO_TERMINAL; }} > {note}'
    program = script(tmp_path, telling, printed(token="t"))
    await ask(Plugin(V1, program, ("$(touch evil); *",), (("PROFILE", "mine"),), wants_cluster=True))
    parts = (line.partition("=") for line in note.read_text().splitlines())
    seen = {name: value for name, _, value in parts}
    assert seen["ARG"] == "$(touch evil); *"
    assert "NO_TERMINAL" in seen
    assert (seen["AWS_PROFILE"], seen["PROFILE"]) == ("prod", "mine")
    assert json.loads(seen["KUBERNETES_EXEC_INFO"]) == {
        "apiVersion": V1, "kind": "ExecCredential",
        "spec": {
            "interactive": False,
            "cluster": {"server": "https://here:6443", "certificate-authority-data": "QUJD"},
        },
    }  # fmt: skip
    own = {"ARG", "NO_TERMINAL", "PWD", "OLDPWD", "SHLVL", "_", "PROFILE", "KUBERNETES_EXEC_INFO"}
    assert set(seen) - own == set(SEEN)


async def test_a_bare_name_is_looked_up_on_the_path_it_gets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative entries do not count: they would mean another file elsewhere."""
    script(tmp_path, printed(token="t"))
    plugin = Plugin(V1, "get-token")
    found = await issued_by(plugin, HERE, {"PATH": f"{tmp_path}:{SEEN['PATH']}"}, 10)
    assert found.token == "t"
    monkeypatch.chdir(tmp_path)
    with pytest.raises(AuthenticationFailed, match="not on this machine"):
        await issued_by(plugin, HERE, {"PATH": "."}, 10)


@pytest.mark.parametrize(
    ("plugin", "what"),
    [
        (Plugin("client.authentication.k8s.io/v1alpha1", "/x"), "speaks another version"),
        (Plugin(V1, "/x", mode="Always"), "needs a terminal"),
        (Plugin(V1, "/nonexistent/aws"), "plugin aws of the kubeconfig is not there"),
        (Plugin(V1, "no-such-plugin"), "is not on this machine"),
        (Plugin(V1, "/etc/passwd"), "cannot be started: Permission denied"),
        (Plugin(V1, "/bin/echo", ("a\0b",)), "its command line is not valid"),
    ],
)
async def test_what_cannot_be_run_is_said(plugin: Plugin, what: str) -> None:
    """By name, not by path or argument."""
    assert what in await refusal(plugin)


async def test_an_extension_of_the_cluster_is_not_left_out_silently() -> None:
    """A plugin that depends on it would act on half the question."""
    extended = attrs.evolve(HERE, extended=True)
    assert "extension" in await refusal(Plugin(V1, "/x", wants_cluster=True), cluster=extended)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("echo s3cret >&2; exit 3", "ended with code 3"),
        ("echo s3cret", "printed no credentials"),
        ("kill -9 $$", "ended with code -9"),
        ("head -c 1100000 /dev/zero; sleep 60", "printed more than 1048576 bytes"),
        ("sleep 60", "did not end within 0.5 seconds"),
        ("sleep 60 & exit 0", "did not end within 0.5 seconds"),
    ],
)
async def test_a_failing_plugin_is_told_without_what_it_prints(tmp_path: Path, line: str, what: str) -> None:
    """And in time."""
    began = time.monotonic()
    message = await refusal(Plugin(V1, script(tmp_path, line)), 0.5)
    assert what in message
    assert "s3cret" not in message
    assert time.monotonic() - began < 5


async def test_no_child_outlives_it(tmp_path: Path) -> None:
    """Neither after the time limit nor after a cancellation."""
    program = script(tmp_path, f"echo $$ > {tmp_path}/pids", f"sleep 60 & echo $! >> {tmp_path}/pids", "wait")
    await refusal(Plugin(V1, program), 0.3)
    assert not _living(tmp_path)
    task = asyncio.create_task(ask(Plugin(V1, program)))
    await asyncio.sleep(0.3)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert not _living(tmp_path)


def _living(folder: Path) -> list[str]:
    """The processes noted in *folder* that still run."""
    pids = (folder / "pids").read_text().split()
    assert len(pids) == 2
    stats = [Path(f"/proc/{pid}/stat") for pid in pids]
    return [stat.parent.name for stat in stats if stat.exists() and " Z " not in stat.read_text()]


STATUS = st.dictionaries(
    st.sampled_from(["token", "clientCertificateData", "clientKeyData", "expirationTimestamp", "x"]),
    st.text(max_size=5) | st.none() | st.integers() | st.just("2026-01-01T00:00:00Z"),
)


@given(st.binary(max_size=50) | STATUS.map(
    lambda status: json.dumps({"apiVersion": V1, "kind": "ExecCredential", "status": status}).encode()
))  # fmt: skip
def test_any_answer_is_credentials_or_none(text: bytes) -> None:
    """A token is one line; a certificate has a key."""
    issued = read_issued(text, V1)
    if issued is not None:
        assert issued.token or issued.certificate
        assert issued.token.isprintable()
        assert bool(issued.certificate) == bool(issued.key)


@pytest.mark.parametrize(
    "other", [{"kind": "Config"}, {"apiVersion": BETA}, {"status": None}, {"status": {}}]
)
def test_an_answer_to_another_question_is_none(other: dict[str, Any]) -> None:
    """Kind and version are those that were asked for."""
    answer = {"apiVersion": V1, "kind": "ExecCredential", "status": {"token": "t"}, **other}
    assert read_issued(json.dumps(answer).encode(), V1) is None


class Watch:
    """A clock and a plugin that counts its runs."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.runs = 0
        self.fails = False
        self.lasts = 0.0
        self.plugins = Plugins(self._issue, lambda: self.now, lambda: self.now)

    async def _issue(self, access: Access) -> Issued:
        self.runs += 1
        if self.fails:
            raise AuthenticationFailed("no")
        return Issued(f"token-{self.runs}", expires=self.now + self.lasts if self.lasts else 0.0)


ACCESS = Access(HERE, User(plugin=Plugin(V1, "x")))


async def test_credentials_are_kept_until_they_end() -> None:
    """A little earlier, so that none is over while it travels."""
    watch = Watch()
    watch.lasts = 100
    assert await watch.plugins.current(ACCESS) == await watch.plugins.current(ACCESS)
    watch.now += 95
    assert (await watch.plugins.current(ACCESS)).token == "token-2"


async def test_refused_credentials_are_renewed_but_not_at_once() -> None:
    """Many watches with the same refused token run the plugin once."""
    watch = Watch()
    first = await watch.plugins.current(ACCESS)
    await watch.plugins.refuse(first)
    assert await watch.plugins.current(ACCESS) == first
    watch.now += AGAIN
    await watch.plugins.refuse(first)
    second = await watch.plugins.current(ACCESS)
    await watch.plugins.refuse(first)
    assert await watch.plugins.current(ACCESS) == second
    assert watch.runs == 2


async def test_a_failing_plugin_is_not_run_again_at_once() -> None:
    """Its failure is told again instead, for a while."""
    watch = Watch()
    watch.fails = True
    for _ in range(3):
        with pytest.raises(AuthenticationFailed, match="no"):
            await watch.plugins.current(ACCESS)
    assert watch.runs == 1
    watch.now += AGAIN
    watch.fails = False
    assert (await watch.plugins.current(ACCESS)).token == "token-2"


async def test_another_kubeconfig_is_another_question() -> None:
    """A changed user asks anew at once."""
    watch = Watch()
    await watch.plugins.current(ACCESS)
    other = Access(HERE, User(plugin=Plugin(V1, "y")))
    assert (await watch.plugins.current(other)).token == "token-2"


async def test_many_ask_at_once_and_it_runs_once() -> None:
    """The others wait for its answer."""
    watch = Watch()
    issued = await asyncio.gather(*[watch.plugins.current(ACCESS) for _ in range(20)])
    assert (len(set(issued)), watch.runs) == (1, 1)


def test_the_bound_of_the_output_is_a_megabyte() -> None:
    """Credentials are small."""
    assert process.MAX_BYTES == 1024 * 1024
