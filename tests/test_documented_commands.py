"""Every `kubeport …` line that a page shows is run, on a machine of its own: it does what the page says.

The machine has a HOME, a kubeconfig with a few contexts, a kubectl over the shop of the demonstration, an
audit with one record, and the policies that the page shows under the names that its commands use.
"""

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs
import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md")), *sorted((DOCS / "how-to").glob("*.md"))]
TUTORIAL = ("dev",)
CONTEXTS = ("dev", "prod", "prod-eu")
REFUSED, ENDLESS = 3, "goes on until it is ended"
EXPECTED: dict[str, int | str] = {  # what is not exit code 0, since the page is about just that
    'kubeport policy check "kubectl scale deploy/web --replicas=0" --context prod-eu '
    "--set security.policy_file=team.toml": REFUSED,
    'kubeport policy explain "kubectl delete pod web-0"': REFUSED,
    'kubeport policy explain "kubectl delete pod web"': REFUSED,
    'kubeport policy check "kubectl delete pod web" --context prod-eu '
    "--set security.policy_file=prod.toml": REFUSED,
    'kubeport policy check "kubectl rollout restart deploy/web -n shop" --context prod-eu '
    "--set security.policy_file=my.toml": REFUSED,
    "kubeport audit tail -n 20 -f": ENDLESS,
}


@attrs.frozen
class Shown:
    """A command on a page, with the lines that the page shows below it as what is printed."""

    page: Path
    line: int
    command: str
    output: tuple[str, ...] = ()
    inline: bool = False

    def __str__(self) -> str:
        return f"{self.page.name}:{self.line}"


def shown(page: Path) -> Iterator[Shown]:
    """The commands of *page*: lines of blocks, with what follows a ``$``, and those within sentences."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for at, text in enumerate(lines):
        found = re.match(r"^(?: {4,})?(\$ )?(kubeport [a-z].*)$", text)
        if found is not None and (found[1] or text.startswith("    ")) and " = " not in text:
            command = re.sub(r"\s+# .*", "", found[2])
            yield Shown(page, at + 1, command, tuple(_output(lines[at + 1 :])) if found[1] else ())
            continue
        for command in re.findall(r"`(kubeport [a-z][^`]*)`", text):
            yield Shown(page, at + 1, command, inline=True)


def _output(lines: list[str]) -> Iterator[str]:
    for line in lines:
        text = line.strip()
        if not text or text.startswith(("```", "$ ")):
            return
        if text != "…":
            yield text


def commands() -> Iterator[Shown]:
    """Those of all pages, each once; a name of a command without its arguments is asked for its help."""
    seen = set[str]()
    for page in PAGES:
        for one in shown(page):
            if one.command not in seen or one.output:
                seen.add(one.command)
                yield one


COMMANDS = tuple(commands())


@attrs.frozen
class Machine:
    """A machine for one command: its folder, and the id of the call that its audit knows."""

    folder: Path
    request_id: str
    environ: Mapping[str, str]

    def run(self, command: str) -> "subprocess.CompletedProcess[str]":
        """Run *command* as a shell would; one that does not end within its time counts as ended by -1."""
        words = shlex.split(command.replace("REQUEST_ID", self.request_id))[1:]
        try:
            return subprocess.run(
                [sys.executable, "-m", "kubeport", *words], cwd=self.folder, env=dict(self.environ),
                stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                timeout=self._seconds(command),
            )  # fmt: skip
        except subprocess.TimeoutExpired as ended:
            # these are bytes, whatever was asked for
            out, err = ((text or b"").decode() for text in (ended.stdout, ended.stderr))
            return subprocess.CompletedProcess(words, -1, out, err)

    def _seconds(self, command: str) -> float:
        return 5 if EXPECTED.get(command) == ENDLESS else 120


def _machine(folder: Path) -> Machine:
    environ = {
        "HOME": str(folder), "PATH": f"{folder}/bin:/usr/bin:/bin", "PYTHONPATH": str(ROOT / "src"),
        "LANG": "C.UTF-8", "KUBEPORT_AUDIT_FILE": str(folder / "audit.jsonl"),
    }  # fmt: skip
    return Machine(folder, "", environ)


def _give_contexts(folder: Path, names: tuple[str, ...]) -> None:
    contexts = [{"name": name, "context": {"namespace": "shop"}} for name in names]
    (folder / ".kube").mkdir(exist_ok=True)
    (folder / ".kube" / "config").write_text(json.dumps({"contexts": contexts, "current-context": "dev"}))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine with one call in its audit, which others are copied from."""
    folder = tmp_path_factory.mktemp("model")
    kubectl = folder / "bin" / "kubectl"
    kubectl.parent.mkdir(mode=0o755)
    run = f"exec {sys.executable} {ROOT}/tests/fake_kubectl.py"
    kubectl.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT}/src {run} "$@"\n')
    kubectl.chmod(0o755)
    _give_contexts(folder, CONTEXTS)
    (folder / "tests").symlink_to(ROOT / "tests")
    found = _machine(folder)
    called = json.loads(found.run('kubeport run --json "kubectl get pods"').stdout)
    return attrs.evolve(found, request_id=called["request_id"])


@pytest.fixture
def machine(model: Machine, tmp_path: Path) -> Machine:
    """A machine of one's own."""
    shutil.copytree(model.folder, tmp_path, symlinks=True, dirs_exist_ok=True)
    return attrs.evolve(_machine(tmp_path), request_id=model.request_id)


def _furnished(machine: Machine, one: Shown) -> None:
    """The files that the command names: a policy as the page shows it, a prompt; the tutorial's cluster."""
    if one.page.name == "tutorial.md":
        _give_contexts(machine.folder, TUTORIAL)
    text = one.page.read_text(encoding="utf-8")
    for name in re.findall(r"[\w-]+\.(?:toml|md|jsonl)\b", one.command):
        place = machine.folder / name
        if f"/{name}" not in one.command:  # that is a file of the repository
            place.write_text(_file(text, name))


def _file(page: str, name: str) -> str:
    """What a page shows as the file *name*: the block that says so, else the first that could be it."""
    language = {"toml": "toml", "md": "markdown", "jsonl": "text"}[name.rpartition(".")[2]]
    blocks: list[str] = re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    named = [block for block in blocks if block.startswith(f"# {name}\n")]
    if language == "toml" and not named:
        named = [block for block in blocks if re.search(r"^(access|\[\[rules)", block, re.MULTILINE)]
    return [*named, *blocks, 'access = "read-only"\n'][0]


@pytest.mark.parametrize("one", [one for one in COMMANDS if not one.inline], ids=str)
def test_a_command_does_what_the_page_says(one: Shown, machine: Machine) -> None:
    """Its exit code is the expected one, it ends without a traceback, and prints what the page shows."""
    _furnished(machine, one)
    done = machine.run(one.command)
    said = done.stdout + done.stderr
    expected = EXPECTED.get(one.command, 0)
    assert done.returncode == (-1 if expected == ENDLESS else expected), said
    assert "Traceback" not in said
    assert said.strip() or " serve" in one.command
    for line in one.output:
        pattern = re.escape(line).replace("…", ".*")
        assert re.search(pattern, said, re.MULTILINE), (line, said)


@pytest.mark.parametrize("one", [one for one in COMMANDS if one.inline], ids=str)
def test_a_command_within_a_sentence_exists(one: Shown, machine: Machine) -> None:
    """One that is whole succeeds; one that is only named has a help, and takes the options that are shown."""
    _furnished(machine, one)
    done = machine.run(one.command)
    if done.returncode == 2 and "required: " in done.stderr:
        done = machine.run(f"{one.command} --help")
    assert done.returncode == EXPECTED.get(one.command, 0), done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_there_is_something_to_run() -> None:
    """The patterns still find what the pages have, outputs too."""
    assert len([one for one in COMMANDS if not one.inline]) > 25
    assert len([one for one in COMMANDS if one.output]) > 2
    assert set(EXPECTED) <= {one.command for one in COMMANDS}
