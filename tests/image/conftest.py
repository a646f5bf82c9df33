"""Images are built before these tests, by `make image-test` and `make image-arm64`.

0 in KUBEPORT_TEST_IMAGE says that this machine cannot. The emulated image takes half an hour, so that nothing
else collects it.
"""

import os

import pytest
from tests.enabling import enabled_or_skip

_BUILT = os.environ.get("KUBEPORT_TEST_IMAGE", "")
_EMULATED = [] if os.environ.get("KUBEPORT_TEST_ARM64") == "1" else ["test_arm64.py"]
collect_ignore_glob = ["test_*.py"] if _BUILT == "0" else _EMULATED


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """The images, or nothing to test."""
    if _BUILT != "1":
        enabled_or_skip("No image has been built.", "Run `make image-test` (Debian, root).")
