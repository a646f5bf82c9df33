"""Replicas behind a real nginx, with the configuration of docs/how-to/replicas.md and one Redis."""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
from tests.enabling import enabled_or_skip

_PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "replicas.md"
_SECRET = "a secret of at least thirty-two characters"


@attrs.frozen
class Replicas:
    """Two servers, and the ports of both and of the proxy before them."""

    processes: tuple["subprocess.Popen[bytes]", ...]
    ports: tuple[int, ...]
    proxy: int

    @property
    def url(self) -> str:
        """What clients are told."""
        return f"http://127.0.0.1:{self.proxy}/mcp"


def need(*programs: str) -> None:
    """Go on only where the programs are."""
    for program in programs:
        if shutil.which(program) is None:
            enabled_or_skip(f"There is no {program} here.", f"Install it: apt-get install {program}")


def sets(settings: dict[str, str]) -> Iterator[str]:
    """The options of the command line for *settings*."""
    for name, value in settings.items():
        yield from ("--set", f"{name}={value}")


def state(folder: Path) -> dict[str, str]:
    """The settings of the state that replicas share; their files are in *folder*."""
    files = {"url_file": f"unix://{folder / 'redis.sock'}", "secret_file": _SECRET}
    for name, text in files.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o600)
    return {f"state.{name}": str(folder / name) for name in files}


def redis(folder: Path) -> "subprocess.Popen[bytes]":
    """A Redis with a socket in *folder*."""
    place = folder / "redis.sock"
    words = ("--port", "0", "--unixsocket", str(place), "--save", "", "--dir", str(folder))
    process = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
    wait_until(place.exists, process)
    return process


def nginx(folder: Path, ports: list[int]) -> tuple["subprocess.Popen[bytes]", int]:
    """nginx with the page's configuration, in which only the addresses are ours."""
    found = re.search(r"```nginx\n(.*?)```", _PAGE.read_text(), re.DOTALL)
    assert found is not None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    site = found[1].replace("listen 8443", f"listen 127.0.0.1:{port}")
    for place, own in zip(("10.0.0.11:8080", "10.0.0.12:8080"), ports, strict=True):
        site = site.replace(place, f"127.0.0.1:{own}")
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder / kind};\n" for kind in kinds)
    log = folder / "nginx.log"
    text = (
        f"daemon off;\nmaster_process off;\npid {folder / 'nginx.pid'};\nerror_log {log};\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{site}}}\n"
    )
    (folder / "nginx.conf").write_text(text)
    process = subprocess.Popen(
        ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL
    )
    wait_until(lambda: listens(port), process)
    return process, port


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(ready: Any, process: "subprocess.Popen[bytes]") -> None:
    """Wait for *process* to be of use."""
    until = time.monotonic() + 20
    while not ready():
        assert process.poll() is None and time.monotonic() < until, f"{process.args!r} did not start"
        time.sleep(0.02)
