"""``kubeport doctor`` on machines where something is wrong: it says what, and always what to do."""

import io
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import pytest

from kubeport.__main__ import main
from kubeport.adapters.cli.doctor import Finding, examination

from .machine import furnish, put

KUBECONFIG = """\
contexts: [{name: dev, context: {namespace: shop, user: plain}}, {name: prod, context: {user: plain}}]
users: [{name: plain, user: {token: hunter2}}]
current-context: dev
"""
CLIENT = '*"version"*"--client"*) echo \'{"clientVersion": {"gitVersion": "v1.37.1"}}\' ;;'
VERSION = (
    """*version*) echo '{"clientVersion": {"gitVersion": "v1.37.1"},"""
    """ "serverVersion": {"gitVersion": "v%s"}}';"""
    """ echo 'I1128 08:59:31.38 13352 round_trippers.go:632] "Response" status="" milliseconds=12' >&2 ;;"""
)
RIGHTS = "*can-i*) printf 'pods   []   []   [get list watch]\\n' ;;"


def kubectl(*cases: str) -> str:
    """A kubectl that answers by the first of *cases* that its arguments match."""
    return "\n".join(["#!/bin/sh", 'case "$*" in', *cases, CLIENT, VERSION % "1.36.2", RIGHTS, "esac"]) + "\n"


def saying(pattern: str, text: str) -> str:
    """A case that fails with *text* on stderr."""
    return f"{pattern}) echo '{text}' >&2; exit 1 ;;"


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@attrs.frozen
class Scenario:
    """A machine with something wrong, and what is found: *states* by subject, *told* in detail or remedy."""

    states: dict[str, str]
    told: tuple[str, ...] = ()
    kubectl: str = kubectl()
    kubeconfig: str = KUBECONFIG
    words: tuple[str, ...] = ()
    furnish: Callable[[Path], None] = lambda _: None

    @property
    def code(self) -> int:
        """The exit code that goes with it."""
        return int("problem" in self.states.values())


def policy(text: str) -> Callable[[Path], None]:
    """A policy file."""

    def write(folder: Path) -> None:
        (folder / "policy.toml").write_text(text)

    return write


POLICY = ("--set", "security.policy_file={folder}/policy.toml")
REFUSED = "The connection to the server a.invalid was refused - did you specify the right host or port?"
PLUGIN = "Unable to connect: getting credentials: exec: executable cloud-login not found"
EVERYTHING = "*can-i*) printf '*.*   []   []   [*]\\n' ;;"

SCENARIOS = {
    "in order": Scenario({"kubectl": "ok", "context dev": "ok", "context prod": "ok", "serve": "ok"}),
    "no kubeconfig": Scenario(
        {"contexts": "problem"},
        ("there is no kubeconfig",),
        furnish=lambda folder: (folder / "config").unlink(),
    ),
    "kubeconfig is not YAML": Scenario({"contexts": "problem"}, ("KUBECONFIG",), kubeconfig="contexts: [\n"),
    "no current context": Scenario(
        {"contexts": "warning", "context dev": "ok"},
        ("target.context",),
        kubeconfig=KUBECONFIG.replace("current-context: dev\n", ""),
    ),
    "the context that is set is not there": Scenario(
        {"context nowhere": "problem"}, ("dev, prod",), words=("--set", "target.context=nowhere")
    ),
    "a context that is named is not there": Scenario(
        {"context nowhere": "problem"}, ("dev, prod",), words=("nowhere",)
    ),
    "kubectl is not there": Scenario(
        {"kubectl": "problem", "contexts": "problem"},
        ("kubeport tools install kubectl",),
        furnish=lambda folder: (folder / "bin" / "kubectl").unlink(),
    ),
    "kubectl does not run": Scenario(
        {"kubectl": "problem", "context dev": "problem", "clusters": "problem"},
        ("broken", "by hand"),
        "#!/bin/sh\necho broken >&2; exit 1\n",
    ),
    "kubectl is something else": Scenario(
        {"kubectl": "warning"}, ("tells no version",), "#!/bin/sh\necho hi\n"
    ),
    "kubectl hangs": Scenario(
        {"kubectl": "problem", "context dev": "problem", "context prod": "warning", "clusters": "problem"},
        ("timed out", "VPN"),
        "#!/bin/sh\nexec sleep 60\n",
    ),
    "the other cluster does not answer": Scenario(
        {"context dev": "ok", "context prod": "warning"},
        ("refused", "VPN", "kubectl --context=prod version"),
        kubectl(saying("*--context=prod*", REFUSED)),
    ),
    "no cluster answers": Scenario(
        {"context dev": "problem", "context prod": "warning", "clusters": "problem"},
        kubectl=kubectl(CLIENT, saying("*--context*", REFUSED)),
    ),
    "a credential plugin fails": Scenario(
        {"context dev": "problem"},
        ("cloud-login", "log in again"),
        kubectl(saying("*--context=dev*", PLUGIN)),
    ),
    "credentials are refused": Scenario(
        {"context dev": "problem"},
        ("log in again as you did for kubectl",),
        kubectl(saying("*--context=dev*", "error: You must be logged in to the server (Unauthorized)")),
    ),
    "kubectl fails in a way of its own": Scenario(
        {"context dev": "problem"},
        ("stars misaligned",),
        kubectl(saying("*--context=dev*", "stars misaligned")),
    ),
    "a cluster is far from kubectl": Scenario(
        {"context dev": "warning"}, ("7 minor versions",), kubectl(CLIENT, VERSION % "1.30.0")
    ),
    "rights cannot be asked": Scenario(
        {"rights dev": "warning"}, ("auth can-i --list",), kubectl(saying("*can-i*", "is forbidden: no"))
    ),
    "an administrator may change": Scenario(
        {"rights dev": "warning"}, ("fewer rights",), kubectl(EVERYTHING), words=("--level", "write")
    ),
    "an unknown setting": Scenario(
        {"settings": "problem"}, ("there is no section",), words=("--set", "a.b=3")
    ),
    "a setting of the wrong type": Scenario(
        {"settings": "problem"}, ("a whole number",), words=("--set", "server.port=x")
    ),
    "a --set without a value": Scenario(
        {"settings": "problem"}, ("SECTION.KEY=VALUE",), words=("--set", "x")
    ),
    "a configuration that is not there": Scenario(
        {"settings": "problem"}, ("nowhere.toml",), words=("--config", "{folder}/nowhere.toml")
    ),
    "a policy that is not there": Scenario({"policy": "problem"}, ("policy.toml",), words=POLICY),
    "a policy that is not TOML": Scenario({"policy": "problem"}, words=POLICY, furnish=policy("access = [")),
    "a policy with an unknown key": Scenario(
        {"policy": "problem"}, ("acess",), words=POLICY, furnish=policy('acess = "none"')
    ),
    "a policy that refuses everything": Scenario(
        {"policy": "warning", "kubectl": "ok", "context dev": "ok", "context prod": "ok", "rights dev": "ok"},
        ("refuses every command", "Kubeport gives none"),
        words=POLICY,
        furnish=policy('access = "none"'),
    ),
    "a policy that asks about everything": Scenario(
        {"policy": "ok", "kubectl": "ok", "context dev": "ok", "rights dev": "ok"},
        ("approval: all",),
        words=POLICY,
        furnish=policy('access = "read-only"\napproval = "all"'),
    ),
    "a policy with a mistake": Scenario(
        {"policy": "warning"},
        ("policy lint",),
        words=POLICY,
        furnish=policy('[[rules]]\nname = "x"\nreason = "y"\naccess = "write"\nkinds = ["nonsense"]'),
    ),
    "an audit that cannot be kept": Scenario(
        {"audit": "problem"}, words=("--set", "audit.file={folder}/config/below")
    ),
    "an audit on stdout of stdio": Scenario(
        {"serve": "problem"}, ("stdout is the protocol",), words=("--set", "audit.stdout=true")
    ),
    "an address for everybody": Scenario(
        {"serve": "problem"},
        ("Refusing to listen", "127.0.0.1"),
        words=("--set", "server.transport=http", "--set", "server.host=0.0.0.0"),
    ),
    "a certificate that is not there": Scenario(
        {"serve": "problem"},
        ("PEM",),
        words=(
            "--set",
            "server.transport=http",
            "--set",
            "server.tls_certificate={folder}/a",
            "--set",
            "server.tls_key={folder}/b",
        ),
    ),
    "tokens that are not there": Scenario(
        {"authentication": "problem"},
        words=(
            "--set",
            "auth.mode=tokens",
            "--set",
            "auth.tokens_file={folder}/tokens",
            "--set",
            "auth.resource=https://k.example.com/mcp",
        ),
    ),
    "keys that cannot be had": Scenario(
        {"jwks": "problem"},
        words=(
            "--set",
            "auth.mode=jwt",
            "--set",
            "auth.issuer=http://127.0.0.1:9",
            "--set",
            "auth.resource=https://k.example.com/mcp",
        ),
    ),
    "a secret that is not there": Scenario(
        {"state": "problem"},
        words=("--set", "state.url_file={folder}/url", "--set", "state.secret_file={folder}/secret"),
    ),
    "a Redis that does not answer": Scenario(
        {"state": "problem"},
        words=("--set", "state.url_file={folder}/url", "--set", "state.secret_file={folder}/secret"),
        furnish=lambda folder: _secrets(folder),
    ),
    "prompts that are not there": Scenario(
        {"prompts": "problem"}, words=("--set", "prompts.folder={folder}/nowhere")
    ),
    "kubeconfigs of callers": Scenario(
        {"contexts": "problem"},
        ("identity.kubeconfigs",),
        words=("--set", "identity.mode=kubeconfig", "--set", "identity.kubeconfigs={folder}/nowhere"),
    ),
    "an old helm": Scenario(
        {"helm": "ok", "skew dev": "warning"},
        ("1.29 to 1.32", "newer"),
        words=("--set", "tools.paths.helm={folder}/bin/helm"),
        furnish=lambda folder: _helm(folder, 'Version:"v3.17.2"'),
    ),
    "a helm that fits": Scenario(
        {"helm": "ok", "skew dev": "ok"},
        ("1.34 to 1.37",),
        words=("--set", "tools.paths.helm={folder}/bin/helm"),
        furnish=lambda folder: _helm(folder, 'Version:"v4.3.1", KubeClientVersion:"v1.37"'),
    ),
    "an old istioctl": Scenario(
        {"istioctl": "ok", "skew dev": "warning"},
        ("istioctl 1.24.0 and Istio 1.27.1",),
        words=("--set", "tools.paths.istioctl={folder}/bin/istioctl"),
        furnish=lambda folder: _istioctl(folder),
    ),
    "argocd without its server": Scenario(
        {"argocd": "ok", "skew argocd": "warning"},
        ("tools.argocd_server",),
        words=(
            "--set",
            "tools.paths.argocd={folder}/bin/argocd",
            "--set",
            "tools.argocd_server=a.invalid:443",
        ),
        furnish=lambda folder: _argocd(folder),
    ),
    "no text utilities": Scenario(
        {"grep": "missing"}, ("security.pipes",), words=("--set", "tools.paths.grep=/x")
    ),
}


def _secrets(folder: Path) -> None:
    for name, text in (("url", "redis://127.0.0.1:9/0"), ("secret", "s" * 40)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)


def _helm(folder: Path, said: str) -> None:
    put(folder, "helm", f"#!/bin/sh\necho 'version.BuildInfo{{{said}}}'\n")


def _istioctl(folder: Path) -> None:
    mesh = '{"clientVersion": {"version": "1.24.0"}, "meshVersion": [{"Info": {"version": "1.27.1"}}]}'
    put(folder, "istioctl", f"#!/bin/sh\ncase \"$*\" in *false*) echo 1.24.0 ;; *) echo '{mesh}' ;; esac\n")


def _argocd(folder: Path) -> None:
    put(
        folder, "argocd",
        '#!/bin/sh\ncase "$*" in *--client*) echo "argocd: v3.1.0+abc" ;; *) echo no >&2; exit 20 ;; esac\n',
    )  # fmt: skip


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Scenario], list[str]]:
    """Furnishes the machine of a scenario, and gives the doctor's words. Probes have little time."""
    monkeypatch.setattr(examination, "_SECONDS", 1.5)

    def furnished(scenario: Scenario) -> list[str]:
        furnish(tmp_path, monkeypatch, scenario.kubectl, scenario.kubeconfig)
        monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
        for name in ("helm", "istioctl", "argocd"):
            monkeypatch.setenv(f"KUBEPORT_TOOLS_PATHS_{name.upper()}", str(tmp_path / "none"))
        scenario.furnish(tmp_path)
        return ["doctor", *(word.replace("{folder}", str(tmp_path)) for word in scenario.words)]

    return furnished


def _state(found: list[dict[str, Any]], subject: str) -> set[str]:
    return {one["state"] for one in found if one["subject"] == subject}


@pytest.mark.parametrize("name", SCENARIOS)
def test_what_is_wrong_has_a_remedy(
    name: str, machine: Callable[[Scenario], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever is not in order says what to do; the exit code is 1 just where there is a problem."""
    scenario = SCENARIOS[name]
    code = main([*machine(scenario), "--json"])
    text = capsys.readouterr().out
    found = json.loads(text)
    assert all(one["remedy"] for one in found if one["state"] != "ok"), found
    assert all(not one["remedy"] for one in found if one["state"] == "ok")
    for subject, state in scenario.states.items():
        assert state in _state(found, subject), (subject, found)
    told = " ".join(f"{one['detail']} {one['remedy']}" for one in found)
    assert all(one in told for one in scenario.told), told
    assert code == scenario.code, [one for one in found if one["state"] == "problem"]
    assert "hunter2" not in text and "Traceback" not in text


def test_clusters_that_hang_are_waited_for_together(
    machine: Callable[[Scenario], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Eight contexts, and a kubectl that never ends, take little more than one bound in time."""
    names = [f"c{place}" for place in range(8)]
    contexts = ", ".join(f"{{name: {name}, context: {{user: plain}}}}" for name in names)
    kubeconfig = f"contexts: [{contexts}]\nusers: []\ncurrent-context: c0\n"
    words = machine(Scenario({}, kubectl="#!/bin/sh\nexec sleep 60\n", kubeconfig=kubeconfig))
    began = time.monotonic()
    assert main([*words, "--json"]) == 1
    assert time.monotonic() - began < 10
    found = {one["subject"]: one["state"] for one in json.loads(capsys.readouterr().out)}
    assert [found[f"context {name}"] for name in names] == ["problem"] + ["warning"] * 7


def test_what_a_program_reads(
    machine: Callable[[Scenario], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """Versions, digests and times stand in fields of their own; the API server's time is not kubectl's."""
    slow = kubectl(CLIENT, VERSION.replace("*version*)", "*version*) sleep 0.3;") % "1.36.2")
    assert main([*machine(Scenario({}, kubectl=slow)), "--json"]) == 0
    found = {one["subject"]: one for one in json.loads(capsys.readouterr().out)}
    assert found["kubectl"]["version"] == "v1.37.1"
    assert found["kubectl"]["digest"].startswith("sha256:") and len(found["kubectl"]["digest"]) == 71
    dev = found["context dev"]
    assert (dev["version"], dev["client_version"], dev["latency_ms"]) == ("v1.36.2", "v1.37.1", 12)
    assert 300 <= dev["command_ms"] < 5000
    assert f"answered in 12 ms, kubectl in {dev['command_ms']} ms" in dev["detail"]
    assert found["rights prod"]["rights"] == "only reads" and found["rights prod"]["secrets"] is False
    assert found["protocol"]["eras"][:2] == ["2026-07-28", "2025-11-25"]


def test_a_person_sees_what_is_waited_for(
    machine: Callable[[Scenario], list[str]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a terminal a line tells whom the doctor asks; what is known already stands above it."""
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    hanging = kubectl("*--context=prod*) exec sleep 60 ;;")
    assert main(machine(Scenario({}, kubectl=hanging))) == 0
    assert "asking prod" in stream.getvalue() and stream.getvalue().endswith("\r\x1b[K")
    assert "asking" not in capsys.readouterr().out


def test_what_is_known_is_told_at_once(
    machine: Callable[[Scenario], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first findings are printed while a cluster is still asked."""
    printed = dict[str, float]()

    def note(one: Finding) -> None:
        printed.setdefault(one.subject, time.monotonic())

    monkeypatch.setattr(examination, "_print", note)
    hanging = kubectl("*--context=prod*) exec sleep 60 ;;")
    assert main(machine(Scenario({}, kubectl=hanging))) == 0
    assert printed["context prod"] - printed["context dev"] > 0.8


def test_only_the_clusters_that_are_named_are_asked(
    machine: Callable[[Scenario], list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """With the rights of each of them."""
    assert main([*machine(Scenario({})), "prod", "--json"]) == 0
    subjects = {one["subject"] for one in json.loads(capsys.readouterr().out)}
    assert {"context prod", "rights prod"} <= subjects
    assert not {"context dev", "rights dev"} & subjects
