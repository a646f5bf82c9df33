"""How large the image is: as a registry holds it, and unpacked on a machine."""

import json
import subprocess
from pathlib import Path

import pytest
from tests.image.test_image import IMAGE, podman, python

MB = 1_000_000


def held(image: str, to: Path) -> int:
    """The bytes of all layers as a registry holds them and a machine pulls them: compressed with gzip."""
    subprocess.run(
        ["buildah", "push", "-q", image, f"oci:{to}:it"], check=True, capture_output=True, timeout=300
    )
    (entry,) = json.loads((to / "index.json").read_text())["manifests"]
    manifest = json.loads((to / "blobs" / entry["digest"].replace(":", "/")).read_text())
    assert all(layer["mediaType"].endswith("+gzip") for layer in manifest["layers"])
    return sum(int(layer["size"]) for layer in manifest["layers"])


def unpacked(image: str) -> int:
    """The bytes of all layers on a machine's disk, what later layers hide included."""
    (told,) = json.loads(podman("image", "inspect", image))
    return int(told["Size"])


def test_slim(tmp_path: Path) -> None:
    """With kubectl: below 75 MB to pull, below 200 MB on disk."""
    assert held(f"{IMAGE}:slim", tmp_path / "held") < 75 * MB
    assert unpacked(f"{IMAGE}:slim") < 200 * MB


def test_all_four_tools(tmp_path: Path) -> None:
    """Far below 400 MB to pull: two real tools, and stand-ins as large as the real ones (mirror.py)."""
    assert held(IMAGE, tmp_path / "held") < 250 * MB


@pytest.mark.parametrize("image", [IMAGE, f"{IMAGE}:slim"])
def test_what_is_not_a_tool(image: str) -> None:
    """On disk, Kubeport, Python and what they need take little beside the tools: nothing is there twice."""
    code = "import os, shutil; print(sum(os.path.getsize(p) for n in {!r} if (p := shutil.which(n))))"
    tools = int(python(code.format(("kubectl", "helm", "istioctl", "argocd")), image))
    assert 0 < unpacked(image) - tools < 135 * MB
