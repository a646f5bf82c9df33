"""``kubeport setup HOST``: print a host's configuration, or merge it into the host's own file."""

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ...application.settings import names_a_file
from ...domain.errors import CommandError
from .. import installation
from .changes import difference, summary
from .entry import Entry
from .table import HOSTS, Host, Place
from .text import found_in, merged, snippet
from .writing import write

_DESKTOP_PATH = ("/usr/bin", "/bin", "/usr/sbin", "/sbin", "/usr/local/bin")

_BARE_NAME = (
    "uvx takes what the package index has under the name kubeport: "
    "see to it that this is the published package of this project."
)


def setup(check: Callable[[], None], arguments: argparse.Namespace) -> int:
    """Print the entry and where it belongs; with ``--write`` put it there.

    *check* sees to it that a server with these settings can start.
    """
    host = next(one for one in HOSTS if one.name == arguments.host)
    entry = entry_of(arguments, host)
    if not entry.url:
        check()
    if entry.args[:1] == ("kubeport",):
        print(_BARE_NAME, file=sys.stderr)
    file = Path(arguments.file) if arguments.file else host.file(_place())
    if arguments.write:
        return _write(host, entry, file)
    print(snippet(host, entry), end="")
    sys.stdout.flush()
    print(f"Put this into {file}, or let `kubeport setup {host.name} --write` do it.", file=sys.stderr)
    return 0


def _write(host: Host, entry: Entry, file: Path) -> int:
    done = write(file, lambda text: merged(host, entry, text), time.strftime("%Y%m%dT%H%M%S"))
    if not done.changed:
        print(f"{file}: {entry.name} is there already; nothing was written.")
        return 0
    for line in difference(done.before, done.after):
        print(line)
    before = f"; what was there before is in {done.backup}" if done.backup else ""
    print(f"{file}: {entry.name} written{before}.")
    old, new = (found_in(host, entry.name, text) for text in (done.before, done.after))
    for line in summary(old, new):
        print(f"  {line}")
    print(host.after)
    return 0


def entry_of(arguments: argparse.Namespace, host: Host) -> Entry:
    """The entry that the words of the command line ask for; files in it are absolute.

    Raises:
        CommandError: ``--url`` together with what only a local server takes.
    """
    config = os.path.abspath(arguments.config) if arguments.config else None
    local = [*_option("--level", arguments.level), *_option("--config", config)]
    local += [word for pair in arguments.set for word in ("--set", _absolute(pair))]
    if arguments.url:
        if local or arguments.via != "path":
            raise CommandError(
                "--url names a server that runs already: its settings are its own.",
                hint="Leave out --level, --config, --set and --via.",
            )
        return Entry(arguments.name, url=arguments.url)
    command, args = _start(arguments.via)
    return Entry(arguments.name, command, (*args, "serve", *local), _environment(host))


def _absolute(pair: str) -> str:
    """A setting that names a file by its whole path: a host starts servers in a folder of its own."""
    name, equals, value = pair.partition("=")
    return f"{name}={os.path.abspath(value)}" if equals and value and names_a_file(name) else pair


def _option(name: str, value: str | None) -> list[str]:
    return [name, value] if value else []


def _start(via: str) -> tuple[str, tuple[str, ...]]:
    """The words that start Kubeport: by uvx, else by an absolute path, since hosts may have another PATH.

    uvx takes it from where this installation came from; the bare name would be whoever has it on the index.
    """
    if via == "uvx":
        origin = installation.origin()
        return "uvx", ("--from", origin, "kubeport") if origin else ("kubeport",)
    own = Path(sys.argv[0])
    if own.name == "kubeport" and own.is_file():
        return str(own.absolute()), ()
    found = shutil.which("kubeport")
    return (found, ()) if found else (sys.executable, ("-m", "kubeport"))


def _environment(host: Host) -> dict[str, str]:
    """What a host does not hand on by itself: KUBECONFIG, and the PATH of tools where it has its own."""
    files = [os.path.abspath(file) for file in os.environ.get("KUBECONFIG", "").split(os.pathsep) if file]
    found = {"KUBECONFIG": os.pathsep.join(files)} if files else dict[str, str]()
    kubectl = shutil.which("kubectl")
    if host.desktop and kubectl and str(Path(kubectl).parent) not in _DESKTOP_PATH:
        found["PATH"] = os.environ["PATH"]
    return found


def _place() -> Place:
    return Place(Path.home(), Path.cwd(), sys.platform, dict(os.environ))
