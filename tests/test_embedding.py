"""The examples of docs/how-to/embed.md run as they stand, and the public API has the types it says."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, assert_type

import pytest

import kubeport as package
from kubeport import Kubeport, Result, in_memory
from kubeport.adapters.fake_cluster import FakeCluster, shop
from kubeport.application.explain_command import Explanation

pytest_plugins = ["pytester"]

PAGE = Path(__file__).parents[1] / "docs" / "how-to" / "embed.md"
EXAMPLES = re.findall(r"^## (.+?)$.*?^```python\n(.+?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
EXPECTED = {
    "An asyncio agent": ["CrashLoopBackOff", "POLICY_DENIED"],
    "A synchronous agent": ["deployment.apps/web scaled", " 5"],
    "Ask a person before a change": ["command    kubectl scale", "web scaled", "who was asked declined"],
    "An agent of Pydantic AI": ["pod/"],
}


@pytest.mark.parametrize(("title", "code"), EXAMPLES[:-1], ids=lambda text: text[:24].strip())
def test_an_example_runs(title: str, code: str, tmp_path: Path) -> None:
    """In an interpreter of its own, from an empty folder, with every warning an error."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=tmp_path, capture_output=True, text=True,
        timeout=60, check=False,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PAGE.parents[2] / "src")},
    )
    assert done.returncode == 0, done.stderr
    for expected in EXPECTED[title]:
        assert expected in done.stdout


def test_the_fixtures_are_found_by_pytest(pytester: pytest.Pytester) -> None:
    """The tests of the page pass in a project that only has kubeport installed."""
    title, code = EXAMPLES[-1]
    assert title == "Testing your agent"
    pytester.makeconftest("import pytest\n@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n")
    pytester.makepyfile(code)
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


def test_the_fixtures_are_a_shop_that_is_only_read(kubeport: Kubeport, fake_cluster: FakeCluster) -> None:
    """Without overriding, there is something to look at and nothing may be changed."""
    assert kubeport.check("kubectl get pods").allowed
    assert not kubeport.check("kubectl delete pod web").allowed
    assert fake_cluster.read().names == shop().read().names


@pytest.mark.anyio
async def test_the_public_types() -> None:
    """What an embedder calls has the types that a checker sees; mypy and pyright read this, too."""
    kubeport = in_memory(shop())
    assert_type(kubeport, Kubeport)
    result = await kubeport.command("kubectl get pods -o name", timeout=5)
    assert_type(result, Result)
    assert_type(result.output, str)
    assert_type(result.exit_code, int | None)
    assert_type(result.as_dict(), dict[str, Any])
    assert_type(kubeport.check("kubectl get pods"), Explanation)
    assert_type(package.__version__, str)
    assert result.error is None
