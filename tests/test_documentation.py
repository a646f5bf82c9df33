"""What the documentation says is what the code does: tables, examples, commands, links."""

import importlib
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kubeport.adapters.cli.arguments import parser
from kubeport.adapters.config import configure, read_policy
from kubeport.domain import diagnosis, errors
from kubeport.domain.policy_lint import lint
from kubeport.domain.resources.uri import SCHEMES

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [page for folder in (DOCS, DOCS / "how-to") for page in sorted(folder.glob("*.md"))]
REFERENCE: dict[str, Callable[[], str]] = importlib.import_module("docs.generate.pages").PAGES


@pytest.mark.parametrize("name", REFERENCE)
def test_the_reference_is_what_the_code_gives(name: str) -> None:
    """Every page of docs/reference is what the generator writes, byte for byte."""
    committed = (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")
    assert committed == REFERENCE[name](), "run `make reference` and commit what it writes"


def test_the_reference_has_no_other_pages() -> None:
    """A page that is generated no more is gone."""
    assert {page.stem for page in (DOCS / "reference").glob("*.md")} == set(REFERENCE)


def test_every_code_is_documented() -> None:
    """Each error class's code has a row with its category."""
    rows = dict(
        re.findall(r"^\| `([A-Z_]+)` \| (\w+) \|", (DOCS / "results.md").read_text(), re.MULTILINE)
    )
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.KubeportError)
    ]
    assert rows == {kind.code: kind.category for kind in kinds}


def test_every_reason_is_documented() -> None:
    """The reasons that diagnosis knows are listed."""
    text = (DOCS / "results.md").read_text()
    for sign in diagnosis._SIGNS:  # pyright: ignore[reportPrivateUsage]
        if not sign.diagnosis.authentication:
            assert f"`{sign.diagnosis.reason}`" in text


def test_every_scheme_is_documented() -> None:
    """Each row of the page on resources is a scheme with its parts, in their order."""
    text = (DOCS / "resources.md").read_text()
    rows = re.findall(r"^\| `([\w-]+)://([A-Z/]+)` \|", text, re.MULTILINE)
    parts = {name: tuple(written.lower().split("/")) for name, written in rows}
    assert parts == {scheme.name: scheme.parts for scheme in SCHEMES}


def test_the_example_of_resources_runs() -> None:
    """The program on the page prints what it says."""
    (program,) = re.findall(r"```python\n(.*?)```", (DOCS / "resources.md").read_text(), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert lines[0] == "failed" and lines[1] == "apiVersion: v1" and "k8s-context://demo" in lines[-1]


def test_links_lead_somewhere() -> None:
    """Every relative link of README and docs is a file."""
    top = (DOCS.parent / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))
    for page in (*PAGES, *(DOCS / "reference").glob("*.md"), *top):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), (page, link)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Every block of *language*, with the page and line where it begins."""
    for page in (*PAGES, DOCS.parent / "README.md"):
        text = page.read_text()
        for found in re.finditer(rf"^ *```{language}\n(.*?)^ *```", text, re.DOTALL | re.MULTILINE):
            yield f"{page.name}:{text.count(chr(10), 0, found.start()) + 1}", found[1]


TOML = dict(blocks("toml"))


@pytest.mark.parametrize("place", TOML)
def test_toml_is_taken(place: str, tmp_path: Path) -> None:
    """A policy that is shown is one without faults, settings that are shown are taken as they are."""
    file = tmp_path / "shown.toml"
    file.write_text(TOML[place])
    if re.search(r"^(access|approval|sensitive|\[\[rules)", TOML[place], re.MULTILINE):
        assert lint(read_policy(file)) == ()
    else:
        assert str(file) in configure(str(file), {}, {}).origins.values()


def commands() -> Iterator[tuple[str, str]]:
    """Every command line of ours that a page shows, with its place."""
    for page in (*PAGES, DOCS.parent / "README.md"):
        for number, line in enumerate(page.read_text().splitlines(), 1):
            found = re.match(r"^(?: {4,}|\$ )(kubeport [a-z].*)$", line)
            if found is not None:
                yield f"{page.name}:{number}", found[1]


COMMANDS = dict(commands())


@pytest.mark.parametrize("place", COMMANDS)
def test_commands_are_taken(place: str) -> None:
    """What is shown of the command line is understood by it."""
    _, *words = shlex.split(COMMANDS[place], comments=True)
    try:
        parser("0").parse_args(words)
    except SystemExit as end:
        assert end.code == 0, COMMANDS[place]


def test_there_is_something_to_hold() -> None:
    """The patterns above still find what the pages have."""
    assert len(TOML) > 8
    assert len(COMMANDS) > 25


def test_the_readme_is_one_screen() -> None:
    """A newcomer reads it without scrolling far."""
    assert len((DOCS.parent / "README.md").read_text().splitlines()) <= 90
