"""What a release must pass besides `make check`; a step says what it found, or plainly that it cannot run.

    python packaging/release/check.py [STEP …] [--strict]

Without a step all are taken; tools and shipped, which others need, always. With --strict a step that
cannot run is a failure. Tools come into .cache/release, from requirements.in beside this file, never
into the project's environment.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".cache" / "release"
TOOLS = CACHE / "tools" / "bin"
SHIPPED = CACHE / "shipped"
PLATFORMS = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin")
SBOM = ROOT / "dist" / "kubeport.cdx.json"
PERMISSIVE = ("MIT", "BSD", "APACHE", "ISC", "PSF", "PYTHON SOFTWARE FOUNDATION", "MPL", "MOZILLA", "CC0")
# Asked of each distribution in an environment: name, and what it says of its licence.
_LICENCES = """
import importlib.metadata as m, json
print(json.dumps({d.name: d.metadata.get("License-Expression")
  or "; ".join(c.rsplit(" :: ")[-1] for c in d.metadata.get_all("Classifier", []) if c[:7] == "License")
  or (d.metadata.get("License") or "").partition("\\n")[0] for d in m.distributions()}))
"""
TESTING = ("pytest>=9.2", "pytest-mock", "hypothesis", "pyyaml")
TESTED = (  # what is ours alone, and then what uses each dependency and each extra
    "tests/domain", "tests/application", "tests/containers", "tests/adapters/mcp", "tests/adapters/cli",
    "tests/adapters/hosts", "tests/adapters/audit", "tests/adapters/telemetry", "tests/adapters/shared_state",
    "tests/adapters/watching", "tests/test_embedding.py",
)  # fmt: skip
_ADVISORIES = "give a database with ADVISORIES=… (CONTRIBUTING.md)"


class Failed(Exception):
    """A step found what forbids a release."""


def run(*words: str | Path) -> str:
    """What a program prints; its failure is the step's."""
    done = subprocess.run([str(word) for word in words], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise Failed(f"{' '.join(map(str, words[:4]))} …\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout


def uv(*words: str | Path) -> str:
    """What uv prints."""
    return run(TOOLS / "uv", *words)


def tools() -> str:
    """The tools of a release, in an environment of their own."""
    if not (TOOLS / "cyclonedx-py").exists():
        run(sys.executable, "-m", "venv", "--clear", CACHE / "tools")
        run(TOOLS / "pip", "install", "-q", "-r", Path(__file__).with_name("requirements.in"))
    return "uv, pip-audit, cyclonedx-py"


def wheel() -> str:
    """The wheel and the sdist; the wheel that the sdist gives holds the same."""
    shutil.rmtree(CACHE / "dist", ignore_errors=True)
    uv("build", "-q", "--out-dir", CACHE / "dist", ".")
    (archive,) = (CACHE / "dist").glob("*.tar.gz")
    (built,) = (CACHE / "dist").glob("*.whl")
    run(sys.executable, "-m", "check_wheel_contents", built)
    with tarfile.open(archive) as tar:
        tar.extractall(CACHE / "dist" / "tree", filter="data")
    (tree,) = (CACHE / "dist" / "tree").iterdir()
    uv("build", "-q", "--wheel", "--out-dir", CACHE / "dist" / "again", tree)
    (again,) = (CACHE / "dist" / "again").glob("*.whl")
    if held(built) != held(again):
        raise Failed("the wheel from the sdist holds other files than the one from the tree")
    return f"{len(held(built))} files, {built.stat().st_size // 1024} KiB; the same from the sdist"


def held(built: Path) -> dict[str, int]:
    """The files of a wheel, with the checksum of each."""
    with zipfile.ZipFile(built) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist()}


def lowest() -> str:
    """The tests on Python 3.11 with the lowest versions that pyproject.toml allows, also those of extras."""
    found = uv("pip", "compile", "-q", "--no-header", "--no-annotate", "--no-strip-extras", "--all-extras",
               "--python-version", "3.11", "--resolution", "lowest-direct", "pyproject.toml")  # fmt: skip
    (CACHE / "lowest.txt").write_text(re.sub(r"\[.*?\]==", "==", found))
    low = dict(line.split(" ")[0].split("==") for line in found.splitlines() if "==" in line)
    for name, bound in lower_bounds().items():
        if pieces(low[name]) != pieces(bound):
            raise Failed(f"{name}>={bound} cannot be had: what else is asked for needs {low[name]}")
    return _tested("3.11", "-c", CACHE / "lowest.txt")


def lower_bounds() -> dict[str, str]:
    """Each direct dependency, and each of an extra, with the version that it must have at least."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras: dict[str, list[str]] = project["optional-dependencies"]
    asked = [*project["dependencies"], *(one for wanted in extras.values() for one in wanted)]
    split = (one.split(",")[0].split(">=") for one in asked if not one.startswith("kubeport["))
    return {name: bound for name, bound in split}


def pieces(version: str) -> tuple[int, ...]:
    """A version's numbers, without zeros at its end."""
    numbers = [int(one) for one in version.split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def newest() -> str:
    """The same on Python 3.13 with the newest versions there are."""
    return _tested("3.13", "--upgrade")


def between() -> str:
    """The same on Python 3.12."""
    return _tested("3.12", "--upgrade")


def _tested(python: str, *constraints: str | Path) -> str:
    place = CACHE / python
    of_pyenv = sorted(Path.home().glob(f".pyenv/versions/{python}.*/bin/python"))
    interpreter = of_pyenv[-1] if of_pyenv else shutil.which(f"python{python}")
    if interpreter is None:
        return f"NOT RUN: there is no Python {python} on this machine"
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    # kubectl is a program, which tests of its absence would find
    wanted = ",".join(name for name in extras if name != "kubectl")
    uv("venv", "-q", "--clear", "--python", interpreter, place)
    # compiled once, since many of the tests start servers
    uv("pip", "install", "-q", "--compile-bytecode", "--python", place, *constraints,
       f".[{wanted}]", *TESTING)  # fmt: skip
    said = run(place / "bin" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *TESTED)
    return said.strip().splitlines()[-1]


def shipped() -> str:
    """An environment with what is shipped: the pinned dependencies, by their hashes."""
    uv("venv", "-q", "--clear", SHIPPED)
    uv("pip", "install", "-q", "--python", SHIPPED, "--require-hashes", "-r", "requirements/runtime.lock")
    return f"{len(json.loads(run(SHIPPED / 'bin' / 'python', '-c', _LICENCES)))} distributions"


def platforms() -> str:
    """Each pinned dependency has a wheel with a pinned hash for the platforms of the image, and for macOS."""
    (python,) = re.findall(r"^ARG PYTHON=(.*)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    for one in PLATFORMS:
        place = CACHE / "platform"
        shutil.rmtree(place, ignore_errors=True)
        uv("pip", "install", "-q", "--target", place, "--python-platform", one, "--python-version", python,
           "--only-binary", ":all:", "--no-deps",
           "--require-hashes", "-r", "requirements/runtime.lock")  # fmt: skip
    return ", ".join(PLATFORMS)


def licences() -> str:
    """Each of them is under a licence that lets a user pass it on."""
    told: dict[str, str] = json.loads(run(SHIPPED / "bin" / "python", "-c", _LICENCES))
    wrong = {name: licence for name, licence in told.items() if not permissive(licence)}
    if wrong:
        raise Failed(f"licences to be looked at: {wrong}")
    return f"{len(told)} distributions, all permissive"


def permissive(licence: str) -> bool:
    """Whether it is one of the known permissive ones, and not the GPL in any form."""
    upper = licence.upper()
    return "GPL" not in upper and "GNU" not in upper and any(name in upper for name in PERMISSIVE)


def audit() -> str:
    """No known vulnerability in the pinned dependencies: by the database ADVISORIES, or else by a service."""
    if database := os.environ.get("ADVISORIES"):
        locks = sorted((ROOT / "requirements").glob("*.lock"))
        return run(sys.executable, Path(__file__).with_name("advisories.py"), database, *locks).strip()
    words = ("--disable-pip", "--require-hashes", "-r", "requirements/runtime.lock", "-f", "json")
    done = subprocess.run([TOOLS / "pip-audit", *words], cwd=ROOT, capture_output=True, text=True)
    try:
        found = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return f"NOT RUN: nobody answers about vulnerabilities; {_ADVISORIES}: {done.stderr.strip()[-200:]}"
    return audited(found)


def audited(found: list[dict[str, object]]) -> str:
    """What pip-audit's answer comes to."""
    bad = [str(one["name"]) for one in found if one.get("vulns")]
    unknown = [str(one["name"]) for one in found if "skip_reason" in one]
    if bad:
        raise Failed(f"known vulnerabilities in: {', '.join(bad)}")
    if unknown:
        return f"NOT RUN for {len(unknown)} of {len(found)}, which the service does not know; {_ADVISORIES}"
    return f"{len(found)} distributions, none known to be vulnerable"


def sbom() -> str:
    """dist/kubeport.cdx.json: the software bill of materials of what is shipped, in CycloneDX."""
    SBOM.parent.mkdir(exist_ok=True)
    run(TOOLS / "cyclonedx-py", "environment", "--pyproject", "pyproject.toml", "--of", "JSON",
        "--output-reproducible", "-o", SBOM, SHIPPED)  # fmt: skip
    return f"{len(json.loads(SBOM.read_text())['components'])} components in {SBOM.relative_to(ROOT)}"


STEPS = (tools, wheel, lowest, between, newest, shipped, platforms, licences, audit, sbom)


def main(steps: tuple[Callable[[], str], ...], *, strict: bool = False) -> int:
    """Take each step, say what it found, and go on after one that failed; *strict* wants each to have run."""
    CACHE.mkdir(parents=True, exist_ok=True)
    failed = False
    for step in steps:
        try:
            said = step()
        except Failed as fault:
            failed, said = True, f"FAILED: {fault}"
        failed = failed or (strict and said.startswith("NOT RUN"))
        print(f"{step.__name__:10} {said}", flush=True)
    return int(failed)


def chosen(words: list[str]) -> tuple[Callable[[], str], ...]:
    """The steps called *words*, in their order, and those that others need; all, if there are none."""
    known = {step.__name__ for step in STEPS}
    if unknown := sorted({*words} - known):
        raise SystemExit(f"There is no step {', '.join(unknown)}; there are {', '.join(sorted(known))}.")
    needed = {*words, tools.__name__, shipped.__name__} if words else known
    return tuple(step for step in STEPS if step.__name__ in needed)


if __name__ == "__main__":
    named = [word for word in sys.argv[1:] if word != "--strict"]
    sys.exit(main(chosen(named), strict="--strict" in sys.argv))
