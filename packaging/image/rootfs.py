"""Assemble the image's root file system: what Kubeport needs to run, what that loads, and nothing else.

    python rootfs.py DIRECTORY VENV

Runs while the image is built, on a Debian with Python, with the standard library alone.
"""

import compileall
import os
import py_compile
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

# The utilities that pipes may use, what confines them, and what `kubectl diff` starts.
PROGRAMS = (
    *("base64", "column", "cut", "gawk", "grep", "head", "jq", "sed", "sort", "tail", "tr", "uniq", "wc"),
    *("prlimit", "diff"),
)
# Certificates, time zones, the one locale, names of services, and whose system this is.
DATA = (
    *("/etc/ssl/certs", "/usr/lib/ssl/certs", "/usr/lib/ssl/cert.pem", "/usr/lib/ssl/openssl.cnf"),
    *("/usr/share/zoneinfo", "/etc/localtime", "/usr/lib/locale/C.utf8", "/usr/share/common-licenses"),
    *("/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/protocols", "/etc/services"),
    *("/etc/debian_version", "/etc/os-release", "/etc/ld.so.conf", "/etc/ld.so.conf.d"),
)
# Of the standard library: tests, editors, installers, and modules that load libraries nothing here needs.
UNUSED = (
    *("__pycache__", "test", "idlelib", "turtledemo", "turtle.py", "ensurepip", "venv", "pydoc_data"),
    *("tkinter", "curses", "dbm", "sqlite3", "lib2to3", "site-packages", "dist-packages", "config-3*"),
    *("_tkinter.*", "_curses*", "_dbm.*", "_gdbm.*", "_sqlite3.*", "_test*", "_ctypes_test.*"),
    *("_xxtestfuzz.*", "xxlimited*", "xxsubtype.*"),
)
ACCOUNTS = {
    "passwd": "root:x:0:0:root:/root:/nonexistent\nkubeport:x:10001:10001::/home/kubeport:/nonexistent\n",
    "group": "root:x:0:\nkubeport:x:10001:\n",
}
DPKG = Path("/var/lib/dpkg")


class Root:
    """The tree that becomes the image, and which files of this system are in it."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.held: set[str] = set()

    def inside(self, path: Path) -> Path:
        """Where *path* lies in the tree."""
        return self.place / path.relative_to("/")

    def file(self, path: Path) -> Path:
        """Take a file, or a link with what it leads to; no module is a program. Returns the file's place."""
        path = where(path.parent) / path.name
        if path.is_dir() and not path.is_symlink():
            return path
        if str(path) not in self.held:
            self.held.add(str(path))
            self.inside(path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, self.inside(path), follow_symlinks=False)
            if path.suffix == ".py" and not path.is_symlink():
                self.inside(path).chmod(0o644)
        return self.file(path.parent / path.readlink()) if path.is_symlink() else path

    def everything(self, path: Path, but: Iterable[str] = ()) -> Iterator[Path]:
        """Take a file, or a folder with all that is in it but what is called like one of *but*."""
        if path.is_symlink() or path.is_file():
            if path.exists():
                yield self.file(path)
        elif path.is_dir():
            for one in sorted(path.iterdir()):
                if not any(one.match(name) for name in but):
                    yield from self.everything(one, but)

    def settle(self) -> None:
        """Give each folder the mode that it has on this system."""
        for folder, _, _ in os.walk(self.place):
            here = Path("/") / Path(folder).relative_to(self.place)
            if here.is_dir():
                shutil.copymode(here, folder)


@cache
def where(folder: Path) -> Path:
    """A folder without links: /lib is /usr/lib."""
    return folder.resolve()


def program(name: str) -> Path:
    """A utility of this system."""
    found = shutil.which(name, path="/usr/bin:/bin")
    if found is None:
        raise SystemExit(f"rootfs: there is no {name} here; install its package in this stage.")
    return Path(found)


def loaded(files: Iterable[Path]) -> list[Path]:
    """The shared libraries that these programs and modules load, and the loader; static ones load none."""
    done = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, env={"LC_ALL": "C"})
    lines = [line.split() for line in done.stdout.splitlines() if line.startswith("\t")]
    if missing := {words[0] for words in lines if words[-2:] == ["not", "found"]}:
        raise SystemExit(f"rootfs: libraries that this system does not have: {', '.join(sorted(missing))}.")
    paths = {word for words in lines for word in words if word.startswith("/")}
    return sorted(Path(path) for path in paths)


def assemble(root: Root, venv: Path) -> None:
    """Programs, Python, what they load, data, accounts, and which packages all that is of."""
    root.place.mkdir(parents=True)
    for link in filter(Path.is_symlink, map(Path, ("/bin", "/lib", "/lib64", "/sbin"))):
        shutil.copy2(link, root.inside(link), follow_symlinks=False)
    programs = [root.file(program(name)) for name in PROGRAMS]
    programs.append(root.file(venv / "bin" / "python3"))
    standard = list(root.everything(Path(sysconfig.get_path("stdlib")), UNUSED))
    modules = [one for one in (*standard, *venv.rglob("*.so*")) if ".so" in one.suffixes]
    for library in loaded([*programs, *modules]):
        if not library.is_relative_to(venv):
            root.file(library)
    for path in DATA:
        list(root.everything(Path(path)))
    shutil.rmtree(root.inside(venv))
    _accounts(root)
    _packages(root)
    root.settle()


def _accounts(root: Root) -> None:
    """Root and the one user; and the folders that a container's runtime expects."""
    for name, text in ACCOUNTS.items():
        root.inside(Path("/etc", name)).write_text(text)
    for name in ("dev", "proc", "run", "sys", "tmp", "home"):
        (root.place / name).mkdir(exist_ok=True)


def _packages(root: Root) -> None:
    """The packages whose files are here, as scanners look them up, with their licences."""
    owners = {owner for owner, path in _owned() if path in root.held}
    (root.place / "var/lib/dpkg").mkdir(parents=True)
    stanzas = (DPKG / "status").read_text().strip().split("\n\n")
    kept = [stanza for stanza in stanzas if stanza.partition("\n")[0].removeprefix("Package: ") in owners]
    root.inside(DPKG / "status").write_text("\n\n".join(kept) + "\n")
    for owner in owners:
        licence = Path("/usr/share/doc", owner, "copyright")
        root.inside(licence).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(licence, root.inside(licence))


def _owned() -> Iterator[tuple[str, str]]:
    """Each package with each of its files."""
    for listing in (DPKG / "info").glob("*.list"):
        for line in listing.read_text().splitlines():
            path = Path(line)
            yield listing.stem.partition(":")[0], str(where(path.parent) / path.name)


def compiled(root: Root) -> None:
    """The standard library's bytecode. Nothing in an image changes, so it is never found stale."""
    standard = root.inside(Path(sysconfig.get_path("stdlib")))
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(
        standard, stripdir=str(root.place), prependdir="/", quiet=1, invalidation_mode=mode
    ):
        raise SystemExit("rootfs: a module of the standard library does not compile.")


def main(directory: str, venv: str) -> None:
    """Assemble it in *directory*, for the virtual environment *venv*, which is not part of it."""
    root = Root(Path(directory).absolute())
    assemble(root, Path(venv))
    compiled(root)
    subprocess.run(["ldconfig", "-r", root.place], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
