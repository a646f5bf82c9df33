"""These tests have a run of their own, `make image-test`; no other run collects them."""

import os

collect_ignore_glob = [] if os.environ.get("KUBEPORT_TEST_IMAGE") == "1" else ["test_*.py"]
