"""Fixtures that every room's tests share."""

import os

import pytest
from hypothesis import settings

# A busy machine is no failure, and what takes seconds is: an expression that backtracks, for example.
settings.register_profile("kubeport", deadline=5000)
settings.load_profile("kubeport")


@pytest.fixture
def anyio_backend() -> str:
    """Coroutine tests run on asyncio, as Kubeport does."""
    return "asyncio"


def pytest_report_header() -> str:
    """Say that the image has a run of its own."""
    if os.environ.get("KUBEPORT_TEST_IMAGE") == "1":
        return "image: tests/image runs against localhost/kubeport"
    return "image: tests/image is not part of this run; `make image-test` builds the image and runs it"
