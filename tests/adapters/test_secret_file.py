"""Secrets in files: read whole, refused where they are open, short or no text; never quoted."""

from pathlib import Path

import pytest

from kubeport import Settings
from kubeport.adapters.output_store import MemoryOutputStore
from kubeport.adapters.secret_file import secret_text
from kubeport.adapters.shared_state import RedisOutputStore, RedisRateLimits
from kubeport.application.settings import StateSettings
from kubeport.containers.container import Container
from kubeport.domain.errors import CommandError


def _file(folder: Path, content: bytes, mode: int = 0o600) -> str:
    file = folder / "secret"
    file.write_bytes(content)
    file.chmod(mode)
    return str(file)


def test_the_line_is_the_secret(tmp_path: Path) -> None:
    """Without the line's end; a group may read it, as Kubernetes mounts it."""
    assert secret_text(_file(tmp_path, b"hunter2\n", 0o440)) == "hunter2"


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [
        (b"hunter2", 0o644, "everybody may read"),
        (b"", 0o600, "at least 1"),
        (b"hunter2\nhunter3", 0o600, "one line"),
        (b"\xff", 0o600, "UTF-8"),
    ],
)
def test_what_is_no_secret_is_refused(content: bytes, mode: int, told: str, tmp_path: Path) -> None:
    """The message names the file and tells nothing of it."""
    file = _file(tmp_path, content, mode)
    with pytest.raises(CommandError) as caught:
        secret_text(file)
    assert told in str(caught.value)
    assert file in str(caught.value)
    assert "hunter" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(CommandError, match="cannot be read"):
        secret_text(str(tmp_path / "none"))


def test_the_settings_choose_the_state(tmp_path: Path) -> None:
    """Without a URL each process keeps its own; with one, output and rates are shared."""
    assert isinstance(Container(settings=Settings()).store(), MemoryOutputStore)
    url, secret = tmp_path / "url", tmp_path / "key"
    for file, text in ((url, "redis://127.0.0.1:1"), (secret, "x" * 32)):
        file.write_text(text)
        file.chmod(0o600)
    container = Container(settings=Settings(state=StateSettings(str(url), str(secret))))
    assert isinstance(container.store(), RedisOutputStore)
    assert isinstance(container.rate_limits(), RedisRateLimits)
    secret.write_text("short")
    with pytest.raises(CommandError, match="at least 32"):
        Container(settings=Settings(state=StateSettings(str(url), str(secret)))).store()
    with pytest.raises(ValueError, match="together"):
        StateSettings(url_file=str(url))
