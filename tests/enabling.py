"""What a test does that this machine cannot run: skip and say how to enable it, or fail in CI."""

import os
from typing import NoReturn

import pytest


def enabled_or_skip(reason: str, how: str) -> NoReturn:
    """Skip the test with *reason* and *how* to enable it; fail if KUBEPORT_TEST_REQUIRE is 1."""
    message = f"{reason} {how}"
    if os.environ.get("KUBEPORT_TEST_REQUIRE") == "1":
        pytest.fail(f"{message} (KUBEPORT_TEST_REQUIRE=1 allows no skip)", pytrace=False)
    pytest.skip(message)
