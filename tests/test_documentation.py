"""What the documentation says is what the code does: tables, examples, commands, links."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import attrs
import jsonschema
import pytest
import yaml

from kubeport.adapters.cli.arguments import parser
from kubeport.adapters.config import configure, read_policy
from kubeport.application.settings import Settings
from kubeport.domain.context import Target
from kubeport.domain.diagnosis import kinds
from kubeport.domain.policy_lint import lint
from kubeport.domain.resources.uri import SCHEMES
from kubeport.domain.result import ErrorDetails, Result

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [page for folder in (DOCS, DOCS / "how-to") for page in sorted(folder.glob("*.md"))]
FRONT = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
REFERENCE: dict[str, Callable[[], str]] = importlib.import_module("docs.generate.pages").PAGES


@pytest.mark.parametrize("name", REFERENCE)
def test_the_reference_is_what_the_code_gives(name: str) -> None:
    """Every page of docs/reference is what the generator writes, byte for byte."""
    committed = (DOCS / "reference" / f"{name}.md").read_text(encoding="utf-8")
    assert committed == REFERENCE[name](), "run `make reference` and commit what it writes"


def test_the_reference_has_no_other_pages() -> None:
    """A page that is generated no more is gone."""
    assert {page.stem for page in (DOCS / "reference").glob("*.md")} == set(REFERENCE)


def test_there_is_advice_for_every_error() -> None:
    """The page for three in the morning has a row for each code, and for each reason a failure may give."""
    text = (DOCS / "how-to" / "troubleshoot.md").read_text()
    cells = re.findall(r"^\| (`[^|]+`) \|", text, re.MULTILINE)
    told = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    module = importlib.import_module("docs.generate.errors")
    reasons = {reason.strip("`") for reason, _ in module.own_reasons()} | {one.reason for one in kinds()}
    codes = {kind.code for kind in module.classes()}
    assert codes | reasons <= told, (codes | reasons) - told


def test_the_security_model_names_its_tests() -> None:
    """Each threat has tests that exist, and the corpora are as large as it says."""
    text = (DOCS / "security-model.md").read_text()
    rows = re.findall(r"^\| (?!threat|---)(.+?) \| .+ \| (.+) \|$", text, re.MULTILINE)
    assert len(rows) > 10
    for threat, held in rows:
        named = re.findall(r"`([^`]+)`", held)
        assert named or "corpus" in held, threat
        for name in named:
            assert list(ROOT.glob(name)) or list((ROOT / "tests").rglob(name)), (threat, name)
    for corpus, words in (("attacks", "must be refused"), ("benign", "everyday ones")):
        lines = len((ROOT / "tests" / "corpus" / f"{corpus}.jsonl").read_text().splitlines())
        assert re.search(rf"{lines:,}.{{0,24}}{words}", text), (corpus, lines)


def test_the_picture_names_what_is_there() -> None:
    """Each path in the picture of the architecture is a module or package."""
    paths = re.findall(r'class="code"[^>]*>([^<]+)<', (DOCS / "architecture.svg").read_text())
    assert len(paths) > 8
    for path in paths:
        assert (ROOT / path).exists(), path


def test_the_shape_of_a_result_is_documented() -> None:
    """The type on the page has each name that a result may have, and no other."""
    error = ErrorDetails("m", "c", "r", "r", "h", "c", 1, "s", 1.0)
    whole = Result("o", 1, 1.0, error, Target("c", "n", all_namespaces=True)).as_dict()
    more = Result(
        effect="write", touched=tuple(map(str, range(101))), truncated=True, continuation="h", queue_time=1.0,
        redactions=1, warnings=("w",), request_id="i",
    ).as_dict()  # fmt: skip
    (shown,) = dict(blocks("typescript")).values()
    assert set(re.findall(r"(\w+)\??: ", re.sub(r"//.*", "", shown))) == names_in({**whole, **more})


def names_in(table: dict[str, Any]) -> set[str]:
    """The names of a table and of those in it."""
    below = (cast("dict[str, Any]", value) for value in table.values() if isinstance(value, dict))
    return set(table).union(*map(names_in, below))


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
    for page in (*PAGES, *(DOCS / "reference").glob("*.md"), *FRONT):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), (page, link)


def test_links_to_elsewhere_are_addresses() -> None:
    """They are https, with a host; whether anybody answers is not asked here."""
    for page in (*PAGES, *FRONT):
        links: list[str] = re.findall(r"\]\((https?:[^)]*)\)", page.read_text())
        for link in links:
            address = urlsplit(link)
            assert address.scheme == "https" and "." in address.netloc and " " not in link, (page, link)


def blocks(language: str) -> Iterator[tuple[str, str]]:
    """Every block of *language*, with the page and line where it begins."""
    for page in (*PAGES, *FRONT):
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


JSON = dict(blocks("json"))
YAML = dict(blocks("yaml"))
PYTHON = dict(blocks("python"))
TRIED = {"embed.md", "subscribe.md", "resources.md"}  # run by the tests of what they are about


@pytest.mark.parametrize("place", JSON)
def test_json_is_json(place: str) -> None:
    """What is shown can be pasted; the command of a host's entry is one of ours."""
    shown = json.loads(JSON[place])
    for entry in shown.get("mcpServers", {}).values():
        if entry["command"] == "kubeport":
            parser("0").parse_args(entry["args"])


@pytest.mark.parametrize("place", YAML)
def test_yaml_is_yaml(place: str) -> None:
    """Every document is an object that the API server would know the kind of, or values of the chart."""
    schema = json.loads((ROOT / "charts" / "kubeport" / "values.schema.json").read_text())
    for shown in yaml.safe_load_all(YAML[place]):
        if "config" in shown:
            jsonschema.validate(shown, schema)
            continue
        assert shown["apiVersion"] and shown["kind"]


@pytest.mark.parametrize("place", [place for place in PYTHON if place.split(":")[0] not in TRIED])
def test_python_runs(place: str, tmp_path: Path) -> None:
    """On a machine without a cluster, with every warning an error; what its comment promises is printed."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PYTHON[place]], cwd=tmp_path, capture_output=True, text=True,
        timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT / "src")},
    )  # fmt: skip
    assert done.returncode == 0 and done.stdout, done.stderr
    for promised in re.findall(r"print\(.*\)   # (\S+)$", PYTHON[place], re.MULTILINE):
        assert promised in done.stdout


def test_settings_and_variables_that_are_named_exist() -> None:
    """Wherever a page names a setting of ours, or its variable."""
    sections = attrs.asdict(Settings())
    names = {f"{section}.{key}" for section, keys in sections.items() for key in keys}
    variables = {name.replace(".", "_").upper() for name in names} | {"CONFIG", "PROFILE", "SECTION_NAME"}
    others = {"target.uri"}
    for page in (*PAGES, *FRONT):
        text = page.read_text()
        for section, key in re.findall(r"`([a-z]+)\.([a-z_]+)(?: = [^`]*)?`", text):
            assert section not in sections or f"{section}.{key}" in names | others, (page, section, key)
        for variable in re.findall(r"KUBEPORT_([A-Z_]+)", text):
            assert variable in variables or variable.startswith(("TOOLS_PATHS_", "TEST_")), (page, variable)


def test_there_is_something_to_hold() -> None:
    """The patterns above still find what the pages have."""
    assert len(TOML) > 8 and len(JSON) > 2 and len(YAML) > 1 and len(PYTHON) > 7


def test_the_readme_is_one_screen() -> None:
    """A newcomer reads it without scrolling far, and without wrapped lines in a terminal of 120 columns."""
    lines = (ROOT / "README.md").read_text().splitlines()
    assert len(lines) <= 60
    assert max(map(len, lines)) <= 120
