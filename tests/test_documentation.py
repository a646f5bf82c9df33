"""What the documentation says about settings, codes and reasons is what the code has."""

import re
import subprocess
import sys
from pathlib import Path

import attrs

from kubeport.application.settings import Settings
from kubeport.domain import diagnosis, errors
from kubeport.domain.resources.uri import SCHEMES

DOCS = Path(__file__).parents[1] / "docs"


def test_every_setting_is_documented() -> None:
    """Each row of the table is a setting, and each setting a row."""
    rows = set(re.findall(r"^\| `(\w+\.\w+)` \|", (DOCS / "settings.md").read_text(), re.MULTILINE))
    settings = attrs.asdict(Settings())
    assert rows == {f"{section}.{key}" for section, keys in settings.items() for key in keys}


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
    for page in (*DOCS.glob("*.md"), DOCS.parent / "README.md"):
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / link).exists(), (page, link)
