"""The recorded session is what the demo says now, and the README shows it."""

import importlib
from pathlib import Path

from kubeport.adapters.mcp import demonstration

ROOT = Path(__file__).parents[1]
SESSION = importlib.import_module("docs.generate.session")


def test_the_recording_is_what_the_demo_says() -> None:
    """Each line drawn in docs/session.svg comes out of a new run, but for the ages, which move."""
    lines = SESSION.shown((ROOT / "docs" / "session.svg").read_text(encoding="utf-8"))
    assert lines == SESSION.still(SESSION.recorded()), "run `make recording` and commit what it writes"
    for _, tool, command in demonstration._CALLS:  # pyright: ignore[reportPrivateUsage]
        assert f"{tool}: {command}" in lines


def test_the_recording_fetches_nothing() -> None:
    """No font, no style and no script comes from elsewhere."""
    svg = (ROOT / "docs" / "session.svg").read_text(encoding="utf-8")
    assert "url(\"http" not in svg and "@import" not in svg and "<script" not in svg


def test_the_readme_shows_it() -> None:
    """How long it may be is held by the tests of the documentation."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "](docs/session.svg)" in readme
