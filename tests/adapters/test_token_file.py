"""The file of tokens: what is taken, what is refused, and what happens when it changes under the server."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kubeport.adapters.authentication import KnownTokens, hashed, new_token
from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.config.token_file import TokenFile, read_tokens
from kubeport.application.authentication import TokenRefused
from kubeport.domain.errors import CommandError

HASH = hashed("kubeport_good")


def row(**changes: Any) -> str:
    """A good row of ann's with *changes*; None leaves a key out."""
    usual = {"name": "ann", "sha256": HASH, "groups": ["web"], "scopes": ["kubeport:read"], **changes}
    lines = [f"{key} = {json.dumps(value)}" for key, value in usual.items() if value is not None]
    return "\n".join(("[[tokens]]", *lines, ""))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with one good row."""
    found = tmp_path / "tokens.toml"
    found.write_text(row())
    found.chmod(0o600)
    return found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[tokens", "not TOML"),
        ("tokens = 1", "[[tokens]] and nothing else"),
        (row() + "[other]\n", "[[tokens]] and nothing else"),
        (row(name=""), "name is missing"),
        (row(name=7), "name is missing"),
        (row(sha256=None), "sha256 is not"),
        (row(sha256="kubeport_in_the_clear"), "sha256 is not"),
        (row(sha256=HASH.upper()), "sha256 is not"),
        (row(scopes=[]), "scopes: expected"),
        (row(scopes=["kubeport:root"]), "scopes: expected"),
        (row(scopes="kubeport:read"), "scopes: expected a list"),
        (row(groups=[1]), "groups: expected a list"),
        (row(expires="soon"), "expires: expected a date"),
        (row(admin=True), "expected the keys"),
        (row() + row(name="bob"), "twice"),
    ],
)
def test_mistakes_are_told(file: Path, text: str, told: str) -> None:
    """With the file and the row; a token that was written in the clear is not repeated."""
    file.write_text(text)
    with pytest.raises(CommandError) as caught:
        read_tokens(file)
    assert str(file) in str(caught.value) and told in str(caught.value)
    assert "in_the_clear" not in str(caught.value) and HASH not in str(caught.value)


@pytest.mark.parametrize("mode", [0o602, 0o620, 0o666])
def test_nobody_else_may_change_it(file: Path, mode: int) -> None:
    """Whoever can write it could let themselves in."""
    file.chmod(mode)
    with pytest.raises(CommandError, match="others may change it"):
        read_tokens(file)


@pytest.mark.anyio
async def test_a_token_by_its_hash(file: Path) -> None:
    """The token is good, and its hash, which lies in the file, is not."""
    known = KnownTokens(TokenFile(file), StoppedClock())
    found = await known.authenticate("kubeport_good")
    assert (found.name, found.groups, found.scopes) == ("ann", ("web",), ("kubeport:read",))
    for other in (HASH, "kubeport_goo", "kubeport_good ", "", new_token()):
        with pytest.raises(TokenRefused):
            await known.authenticate(other)


@pytest.mark.anyio
async def test_the_end_of_a_token(file: Path) -> None:
    """A date means its beginning in UTC; from then on the token is no longer taken."""
    file.write_text(row() + "expires = 2027-01-31\n")
    clock = StoppedClock(1_801_353_599.0)
    known = KnownTokens(TokenFile(file), clock)
    assert (await known.authenticate("kubeport_good")).expires == 1_801_353_600.0
    clock.advance(1)
    with pytest.raises(TokenRefused, match="expired"):
        await known.authenticate("kubeport_good")


@pytest.mark.anyio
@pytest.mark.parametrize("change", ["taken out", "garbled", "opened", "removed"])
async def test_a_file_that_changes_for_the_worse(file: Path, change: str) -> None:
    """No token is good by a file that cannot be relied on, and all are again once it is mended."""
    known = KnownTokens(TokenFile(file), StoppedClock())
    await known.authenticate("kubeport_good")
    if change == "removed":
        file.unlink()
    else:
        texts = {"taken out": row(name="bob", sha256="0" * 64), "garbled": "[["}
        file.write_text(texts.get(change, row() + "#"))
    if change == "opened":
        file.chmod(0o666)
    with pytest.raises(TokenRefused):
        await known.authenticate("kubeport_good")
    file.write_text(row() + "# mended\n")
    file.chmod(0o600)
    assert (await known.authenticate("kubeport_good")).name == "ann"


@pytest.mark.anyio
async def test_a_mode_that_changes(file: Path) -> None:
    """chmod alone leaves no token good, and chmod alone mends it, as the hint says."""
    known = KnownTokens(TokenFile(file), StoppedClock())
    file.chmod(0o620)
    with pytest.raises(TokenRefused):
        await known.authenticate("kubeport_good")
    file.chmod(0o600)
    assert (await known.authenticate("kubeport_good")).name == "ann"


@pytest.mark.anyio
async def test_another_file_in_its_place(file: Path) -> None:
    """As Kubernetes swaps the files of a Secret; of the same size and time it is another all the same."""
    known, found = KnownTokens(TokenFile(file), StoppedClock()), file.stat()
    other = file.with_name("other")
    other.write_text(row(sha256=hashed("kubeport_new")))
    other.chmod(0o600)
    os.utime(other, ns=(found.st_atime_ns, found.st_mtime_ns))
    other.replace(file)
    assert (await known.authenticate("kubeport_new")).name == "ann"
    with pytest.raises(TokenRefused):
        await known.authenticate("kubeport_good")
