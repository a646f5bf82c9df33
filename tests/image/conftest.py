"""These tests have runs of their own, `make image-test` and `make image-arm64`; no other collects them."""

import os

_EMULATED = [] if os.environ.get("KUBEPORT_TEST_ARM64") == "1" else ["test_arm64.py"]
collect_ignore_glob = _EMULATED if os.environ.get("KUBEPORT_TEST_IMAGE") == "1" else ["test_*.py"]
