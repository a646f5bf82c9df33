"""The image for arm64, run under emulation: its Python, its wheels, the real kubectl (see build.sh)."""

import json
import subprocess

from tests.image.test_image import CONFINED, IMAGE, PODMAN, podman, python, started

ARM64 = f"{IMAGE}:slim-arm64"


def test_it_is_for_arm64() -> None:
    """The image says so, and what runs in it does, too."""
    (told,) = json.loads(podman("image", "inspect", ARM64))
    assert told["Architecture"] == "arm64"
    assert python("import platform; print(platform.machine())", ARM64) == "aarch64\n"


def test_kubectl_and_the_utilities_start() -> None:
    """The wheel's kubectl for this architecture, and a utility with its libraries."""
    assert "Client Version: v1." in started("kubectl", "version", "--client", image=ARM64)
    assert started("gawk", "BEGIN { print 6 * 7 }", image=ARM64) == "42\n"


def test_the_demo_runs() -> None:
    """A server and a client over stdio, through every compiled wheel that the server needs."""
    words = [*PODMAN, "run", *CONFINED, ARM64, "demo"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0 and "CrashLoopBackOff" in done.stdout, done.stderr


def test_the_doctor_answers() -> None:
    """It finds kubectl, and says what confines text utilities."""
    words = [*PODMAN, "run", *CONFINED, ARM64, "doctor", "--json"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=600)
    found = {one["subject"]: one for one in json.loads(done.stdout)}
    assert found["kubectl"]["state"] == "ok" and found["kubectl"]["version"].startswith("v1.")
    assert "confinement" in found and "Traceback" not in done.stderr
