"""The tables of helm, held against what real binaries of helm 3 and helm 4 say and accept.

Enable it with the paths of the binaries: KUBEPORT_TEST_HELM3=… KUBEPORT_TEST_HELM4=… pytest …
"""

import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache

import attrs
import pytest
from tests.enabling import enabled_or_skip

from kubeport.domain.effect import Effect
from kubeport.domain.tools.grammar import Flag, Verb
from kubeport.domain.tools.helm import HELM


@attrs.frozen
class Major:
    """One major version of helm: where its binary is named, and what it has or lacks.

    *lacks* are verbs and flags of our tables that this major does not know; *hidden* are those it
    takes and tells in no help text.
    """

    number: int
    lacks: dict[str, str]
    hidden: dict[str, str]

    @property
    def variable(self) -> str:
        """The environment variable with the path of the binary."""
        return f"KUBEPORT_TEST_HELM{self.number}"


_KLOG = (
    "v vmodule log-file log-dir log-file-max-size log-backtrace-at stderrthreshold logtostderr"
    " alsologtostderr one-output skip-headers skip-log-headers add-dir-header"
)
_FORCING = "force-replace force-conflicts server-side"
MAJORS = (
    Major(
        3,
        lacks={
            "": (
                "color colour content-cache legacy-stderr-threshold-behavior"
                " alsologtostderrthreshold"
            ),
            "history": "show-rollback-revision",
            "install": f"{_FORCING} rollback-on-failure",
            "upgrade": f"{_FORCING} rollback-on-failure",
            "template": f"{_FORCING} rollback-on-failure",
            "rollback": f"{_FORCING} description",
            "repo list": "no-headers",
            "repo add": "timeout",
            "repo update": "timeout",
            "registry login": "plain-http",
            "plugin install": (
                "ca-file cert-file key-file keyring insecure-skip-tls-verify plain-http username"
                " password verify"
            ),
            "plugin list": "type",
            "plugin package": "*",
            "plugin verify": "*",
        },
        hidden={
            "": _KLOG, "upgrade": "recreate-pods", "version": "client", "docs": "*",
        },
    ),
    Major(
        4,
        lacks={
            "list": "all",
            "rollback": "recreate-pods",
            "upgrade": "recreate-pods",
            "status": "show-desc show-resources",
            "test": "hide-notes",
            "version": "client",
            "repo add": "no-update",
            "repo update": "fail-on-repo-update-fail",
        },
        hidden={
            "": f"{_KLOG} legacy-stderr-threshold-behavior alsologtostderrthreshold",
            "install": "force atomic",
            "upgrade": "force atomic",
            "rollback": "force",
            "template": "force atomic hide-notes render-subchart-notes validate",
            "docs": "*",
        },
    ),
)

SAMPLES = {
    "set": "a=b", "set-string": "a=b", "set-json": "a=[1]", "set-literal": "a=b", "labels": "a=b",
    "version": "^1.2", "kube-version": "1.30.0", "timeout": "1m30s", "output": "json",
    "api-versions": "v1,batch/v1", "show-only": "templates/a.yaml", "filter": "name=smoke",
    "selector": "a in (b,c)", "cascade": "orphan", "template": "{{.Version}}", "color": "never",
    "colour": "never", "burst-limit": "50", "qps": "1.5", "jsonpath": "{.a}", "description": "why",
    "time-format": "2006", "namespace": "web", "kube-context": "dev", "server-side": "true",
}


@attrs.frozen
class Told:
    """One flag as a help text tells it."""

    name: str
    short: str
    takes_next_word: bool
    repeats: bool


_FLAG = re.compile(r"^ {2,6}(?:-(\w), )?--([\w-]+)(?: ([\w.]+))?(\[=[^\]]*\])? {2,}", re.MULTILINE)
_COMMANDS = re.compile(r"^Available Commands:\n((?: {2}\S.*\n)+)", re.MULTILINE)
_ALIASES = re.compile(r"^Aliases:\n +(.+)$", re.MULTILINE)
_FLAGS = re.compile(r"^Flags:\n((?: .*\n)+)", re.MULTILINE)
_REPEATED = {"stringArray", "strings", "stringToString"}


def binary_of(major: Major) -> str:
    """The path of the binary, or a skip that says how to get one."""
    path = os.environ.get(major.variable, "")
    if not path:
        how = f"Run `make cluster-test`, or set {major.variable} to the path of its binary."
        enabled_or_skip(f"There is no helm {major.number} here.", how)
    return path


def run(path: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run helm in a bare room: no plugins, no home, no kubeconfig."""
    room = {"HOME": "/nonexistent", "KUBECONFIG": "/nonexistent", "HELM_PLUGINS": "/nonexistent"}
    return subprocess.run(
        [path, *words], env=room, capture_output=True, text=True, stdin=subprocess.DEVNULL,
        timeout=60, check=False,
    )


@cache
def documentation(path: str) -> dict[str, str]:
    """The help text of every command, found by walking from the root."""
    texts, left = dict[str, str](), [""]
    while left:
        words = left.pop()
        texts[words] = run(path, *words.split(), "--help").stdout
        found = _COMMANDS.search(texts[words])
        below = [line.split()[0] for line in found[1].splitlines()] if found else []
        left += [f"{words} {name}".strip() for name in below if name != "help"]
    return texts


def told_flags(text: str) -> Iterator[Told]:
    """The flags of a help text, without the global ones and --help."""
    section = _FLAGS.search(text)
    for short, name, kind, bare in _FLAG.findall(section[1] if section else ""):
        if name != "help":
            yield Told(name, short, bool(kind) and not bare, kind in _REPEATED)


def ours(words: str) -> dict[str, Flag]:
    """The flags of our tables for one command, the common ones for the root."""
    if not words:
        return {flag.name: flag for flag in HELM.common}
    verb = HELM.verb(tuple(words.split()))
    assert verb is not None, f"helm {words} is not in the tables"
    return {flag.name: flag for flag in verb.flags}


def is_named(table: dict[str, str], words: str, name: str) -> bool:
    """Whether *table* names the flag *name* of the command *words*, or all of the command."""
    return bool({name, "*"} & set(table.get(words, "").split()))


@pytest.fixture(params=MAJORS, ids=lambda major: f"helm{major.number}")
def major(request: pytest.FixtureRequest) -> Major:
    """Each major version in turn."""
    found: Major = request.param
    return found


def test_every_command_is_in_the_tables(major: Major) -> None:
    """The binary and the tables have the same commands, under the same names and aliases."""
    texts = documentation(binary_of(major))
    known = {
        verb.words for verb in HELM.verbs
        if not is_named({**major.lacks, **major.hidden}, verb.words, "*")
    }
    assert known == set(texts) - {""}
    for words in known:
        verb = HELM.verb(tuple(words.split()))
        found = _ALIASES.search(texts[words])
        names = set(found[1].split(", ")) if found else {words.split()[-1]}
        assert verb is not None
        assert names == {verb.path[-1], *verb.aliases}, words


def test_every_flag_is_read_alike(major: Major) -> None:
    """Each flag of the help is in the tables with its letter, its arity and its repetition."""
    for words, text in documentation(binary_of(major)).items():
        table = ours(words)
        for told in told_flags(text):
            assert told.name in table, f"helm {words} --{told.name} is not in the tables"
            flag = table[told.name]
            assert flag.short == told.short, (words, told)
            assert flag.takes_next_word == told.takes_next_word, (words, told)
            assert flag.repeats or not told.repeats or flag.effect is Effect.NEVER, (words, told)


def test_every_flag_of_the_tables_is_real(major: Major) -> None:
    """Each flag of the tables is in the help, or known to be hidden, or to be the other major's."""
    for words, text in documentation(binary_of(major)).items():
        told = {flag.name for flag in told_flags(text)}
        for name in ours(words):
            lacking = is_named(major.lacks, words, name)
            hidden = is_named(major.hidden, words, name)
            assert (name in told) + lacking + hidden == 1, f"helm {words} --{name}"


def test_lacking_and_hidden_flags(major: Major) -> None:
    """A flag that a major lacks is unknown to its binary, and a hidden one is not."""
    path = binary_of(major)
    for table, unknown in ((major.lacks, True), (major.hidden, False)):
        for words, names in table.items():
            for name in names.replace("*", "").split():
                answer = run(path, *words.split(), f"--{name}=\x7f", "--help")
                assert ("unknown flag" in answer.stderr) is unknown, f"helm {words} --{name}"


def _canonical(flag: Flag) -> str:
    """The flag as argv has it, with a value that it accepts."""
    value = flag.bare or ("true" if flag.value.boolean else SAMPLES.get(flag.name, "1"))
    assert flag.value.accepts(value), flag.name
    return f"--{flag.name}={value}"


def _runnable(major: Major) -> Iterator[Verb]:
    for verb in HELM.verbs:
        if verb.effect is not Effect.NEVER and not is_named(major.lacks, verb.words, "*"):
            yield verb


def test_canonical_forms_are_accepted(major: Major) -> None:
    """Every allowed flag in the form ``--flag=value`` parses in every major that has the flag."""
    path = binary_of(major)
    for verb in _runnable(major):
        words = [
            _canonical(flag)
            for name, flag in HELM.flags_of(verb).long.items()
            if flag.effect is not Effect.NEVER
            and not is_named(major.lacks, verb.words, name)
            and not is_named(major.lacks, "", name)
        ]
        answer = run(path, *verb.path, *words, "--help")
        assert answer.returncode == 0, (verb.words, answer.stderr)


@pytest.mark.parametrize("value", ["true", "false"])
def test_wait_reads_true_and_false_in_both_majors(major: Major, value: str) -> None:
    """``--wait`` is a boolean in helm 3 and a strategy in helm 4; this spelling serves both."""
    for words in ("install", "upgrade", "rollback", "uninstall", "template"):
        assert run(binary_of(major), words, f"--wait={value}", "--help").returncode == 0


@pytest.mark.parametrize("value", ["watcher", "legacy", "hookOnly"])
def test_strategies_of_waiting(major: Major, value: str) -> None:
    """Helm 3 refuses a strategy before it does anything; helm 4 knows the three we allow."""
    answer = run(binary_of(major), "upgrade", f"--wait={value}", "--help")
    assert (answer.returncode == 0) is (major.number == 4)


def test_a_bare_dry_run_never_takes_the_next_word(major: Major) -> None:
    """``install a b --dry-run client`` has three operands, so nothing is installed."""
    answer = run(binary_of(major), "install", "a", "b", "--dry-run", "client")
    assert answer.returncode != 0
    assert "expected at most two arguments" in answer.stderr
