"""Write a mirror with what the Dockerfile fetches: python -m tests.image.mirror FOLDER

helm is the real one ($KUBEPORT_TEST_HELM4), the others are stand-ins, which print what they are told. Those
of istioctl and argocd are as large as the real ones and filled with code, which compresses as theirs does:
the sizes of images mean something.
"""

import io
import os
import platform
import re
import sys
import zipfile
from pathlib import Path

from tests.image.publishers import TOOLS, publish

ROOT = Path(__file__).parents[2]
# The most that Istio's own test of its binaries allows (istio/istio, tests/binary), and what issue 25840 of
# argoproj/argo-cd measured in January 2026; both on linux/amd64.
SIZES = {"istioctl": 120_000_000, "argocd": 211_893_899}
_ARGUMENTS = {"gke-gcloud-auth-plugin": "GOOGLE_CLOUD_CLI"}
_PROGRAM = "import sys\nprint({!r}, *sys.argv[1:])\n"


def versions() -> dict[str, str]:
    """Each tool with the version that the Dockerfile fetches."""
    arguments = dict(re.findall(r"^ARG ([A-Z_]+)=(\S+)$", (ROOT / "Dockerfile").read_text(), re.MULTILINE))
    return {tool: arguments[_ARGUMENTS.get(tool, tool.upper().replace("-", "_"))] for tool in TOOLS}


def stand_in(tool: str, code: bytes) -> bytes:
    """A program for the image's Python that has the tool's size, filled up with *code*."""
    held, size = (
        io.BytesIO(f"#!/opt/kubeport/bin/python3 -I\n# {tool}: a stand-in\n".encode()),
        SIZES.get(tool, 0),
    )
    with zipfile.ZipFile(held, "a") as archive:
        archive.writestr("__main__.py", _PROGRAM.format(tool))
        archive.writestr("filling", (code * (size // len(code) + 1))[:size])
    return held.getvalue()


def main(folder: str) -> None:
    """All tools, for this machine's architecture."""
    architecture = {"x86_64": "amd64", "aarch64": "arm64"}[platform.machine()]
    helm = Path(os.environ["KUBEPORT_TEST_HELM4"]).read_bytes()
    for tool, version in versions().items():
        program = helm if tool == "helm" else stand_in(tool, helm)
        publish(tool, version, architecture, program, Path(folder))


if __name__ == "__main__":
    main(*sys.argv[1:])
