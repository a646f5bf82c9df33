"""The tables of kubectl, held against the help of the real binary: nothing missing, nothing extra.

Enable it with the path of the binary: KUBEPORT_TEST_KUBECTL=… pytest …
"""

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import attrs
import pytest

from kubeport.domain.tools.grammar import Flag
from kubeport.domain.tools.kubectl import KUBECTL

NOT_IN_HELP = {("options",): "listed at the end of each help", ("alpha",): "empty in 1.37"}
HIDDEN = {"record": "", "cpu-percent": "=80"}
"""Deprecated flags that no help lists and kubectl still takes, with a value where they want one."""
DIFFERENT_ON_PURPOSE = {
    ("selector", True): "kubectl takes the last one, so only verbs that read may repeat it",
    ("filename", False): "-f - is given once: there is one manifest",
}
READ_BEFORE_FLAGS = {"kuberc"}  # kubectl looks for it before it parses the flags
_FLAG = re.compile(r"^    (?:-(\w), )?--([\w-]+)=(.*):$", re.MULTILINE)
_FORMATS = re.compile(r"^    -o, --output=.*:\n\t.*One of: \(([^)]*)\)", re.MULTILINE)
_FILE_FORMATS = re.compile(r".*-file|templatefile")


@attrs.frozen
class Help:
    """What the help of one command says: flags as (short, long, default), commands, formats."""

    flags: tuple[tuple[str, str, str], ...]
    below: tuple[str, ...]
    aliases: tuple[str, ...]
    formats: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> "Help":
        """Pick a help text apart."""
        listed = re.search(r"^Aliases:\n(.*)$", text, re.MULTILINE)
        formats = _FORMATS.search(text)
        return cls(
            tuple(_FLAG.findall(text)),
            tuple(_commands(text)),
            tuple(listed[1].split(", ")[1:]) if listed else (),
            tuple(formats[1].split(", ")) if formats else (),
        )


def _commands(text: str) -> Iterator[str]:
    heading = ""
    for line in text.splitlines():
        if re.match(r"\S.*:$", line):
            heading = line
        found = re.match(r"  ([a-z][a-z-]*) {2,}\S", line)
        if found and "Commands" in heading:
            yield found[1]


def _run(kubectl: str, home: Path, *args: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [kubectl, *args],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={"HOME": str(home), "KUBECONFIG": "/dev/null", "PATH": "/nonexistent"},
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home folder, so that no kuberc changes anything."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def helps(kubectl: str, home: Path) -> dict[tuple[str, ...], Help]:
    """The help of every command, found by walking from the root."""
    found, next_ones = dict[tuple[str, ...], Help](), [tuple[str, ...]()]

    def ask(path: tuple[str, ...]) -> Help:
        return Help.read(_run(kubectl, home, *path, "--help").stdout)

    with ThreadPoolExecutor(4) as pool:
        while next_ones:
            level = dict(zip(next_ones, pool.map(ask, next_ones), strict=True))
            found |= level
            next_ones = [(*path, word) for path, help in level.items() for word in help.below]
    return found


def test_every_command_is_known_and_no_other(helps: dict[tuple[str, ...], Help]) -> None:
    """The tree of commands is the same, but for those that no help lists."""
    ours = {verb.path for verb in KUBECTL.verbs} - NOT_IN_HELP.keys()
    assert len(helps) == 109
    assert ours == helps.keys() - {()}


def test_commands_outside_of_the_help_exist(kubectl: str, home: Path) -> None:
    """``options`` lists the flags of every command, and ``alpha`` has none in this version."""
    assert _run(kubectl, home, "options").returncode == 0
    assert "No alpha commands" in _run(kubectl, home, "alpha", "--help").stderr


def test_aliases_are_the_same(helps: dict[tuple[str, ...], Help]) -> None:
    """Every alias of the help is folded, and no other word is."""
    ours = {verb.path: verb.aliases for verb in KUBECTL.verbs if verb.aliases}
    assert ours == {path: help.aliases for path, help in helps.items() if help.aliases}


def test_flags_are_the_same(helps: dict[tuple[str, ...], Help]) -> None:
    """Every command has the flags of its help, long and short, and no other but the hidden ones."""
    for path, help in helps.items():
        verb = KUBECTL.verb(path)
        ours = {(flag.short, flag.name) for flag in verb.flags} if verb else set[tuple[str, str]]()
        assert ours - {("", name) for name in HIDDEN} == {
            (short, name) for short, name, _ in help.flags
        }, path


def test_hidden_flags_are_taken(kubectl: str, home: Path) -> None:
    """kubectl warns of a hidden flag where the table has it."""
    tried = 0
    for verb in KUBECTL.verbs:
        for flag in verb.flags:
            if flag.name in HIDDEN:
                told = _run(kubectl, home, *verb.path, f"--{flag.name}{HIDDEN[flag.name]}", "x", "y=z").stderr
                assert f"Flag --{flag.name} has been deprecated" in told, verb.path
                tried += 1
    assert tried > 10


def test_common_flags_are_the_same(kubectl: str, home: Path) -> None:
    """``kubectl options`` lists the common flags, read as we read them."""
    listed = _FLAG.findall(_run(kubectl, home, "options").stdout)
    assert {(flag.short, flag.name) for flag in KUBECTL.common} == {
        (short, name) for short, name, _ in listed
    }
    for _, name, default in listed:
        _check_kind(next(flag for flag in KUBECTL.common if flag.name == name), default, ())


def test_flags_are_read_alike(helps: dict[tuple[str, ...], Help]) -> None:
    """A default tells a boolean from a value and a list from a single value."""
    for path, help in helps.items():
        verb = KUBECTL.verb(path)
        table = {flag.name: flag for flag in verb.flags} if verb else {}
        for _, name, default in help.flags:
            _check_kind(table[name], default, path)


def _check_kind(flag: Flag, default: str, path: tuple[str, ...]) -> None:
    assert flag.value.boolean == (default in ("true", "false")), (path, flag.name)
    if (flag.name, flag.repeats) not in DIFFERENT_ON_PURPOSE:
        assert flag.repeats == default.startswith("["), (path, flag.name)


def test_flags_without_a_value_are_read_alike(kubectl: str, home: Path) -> None:
    """kubectl misses the value of exactly those flags that take the next word here."""
    flags = {
        (f.name, f.bare): (v.path, f) for v in KUBECTL.verbs for f in v.flags if not f.value.boolean
    }
    asked = [(path, flag) for path, flag in flags.values() if flag.name not in READ_BEFORE_FLAGS]

    def said(one: tuple[tuple[str, ...], Flag]) -> str:
        return _run(kubectl, home, *one[0], f"--{one[1].name}").stderr

    with ThreadPoolExecutor(4) as pool:
        for (path, flag), text in zip(asked, pool.map(said, asked), strict=True):
            missed = "flag needs an argument" in text
            assert missed == flag.takes_next_word, (path, flag.name, text)


def test_formats_are_the_same(helps: dict[tuple[str, ...], Help]) -> None:
    """Every format of the help is accepted, but for those that print a local file."""
    checked = 0
    for path, help in helps.items():
        verb = KUBECTL.verb(path)
        table = {flag.name: flag for flag in verb.flags} if verb else {}
        for name in help.formats if verb is not None and verb.effect < 3 else ():
            accepts = table["output"].value.accepts
            expected = not _FILE_FORMATS.fullmatch(name)
            assert (accepts(name) or accepts(f"{name}=x")) == expected, (path, name)
            assert not accepts(name.upper()), (path, name)
            checked += 1
    assert checked > 300
