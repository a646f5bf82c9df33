"""An output that does not fit one answer is given in parts, and no part of it is lost."""

import re

import pytest

from kubeport.application.continue_output import ContinueOutput, Shaper
from kubeport.application.request import Request
from kubeport.application.settings import LimitSettings, Settings
from kubeport.domain.policy import Caller

from .scripted import Bench, ScriptedExecutor

pytestmark = pytest.mark.anyio
LINES = "".join(f"line {number:04d}\n" for number in range(1000))
SMALL = Settings(limits=LimitSettings(output_tokens=250))


async def test_the_parts_are_the_whole() -> None:
    """Each answer names the handle of the next in its marker and in its structure."""
    bench = Bench(ScriptedExecutor(LINES), settings=SMALL)
    more = ContinueOutput(Shaper(bench.store, SMALL))
    result = await bench.run(Request("kubectl get events"))
    shown = list[str]()
    while result.continuation:
        assert result.truncated
        body, marker = re.split(r"(?m)^(?=\[\d+ lines)", result.output)
        assert f'handle "{result.continuation}"' in marker and "narrow" in marker
        shown.append(body)
        result = await more(result.continuation)
    assert "".join(shown) + result.output == LINES


async def test_logs_show_their_end() -> None:
    """The last line of a log is in the first answer."""
    bench = Bench(ScriptedExecutor(LINES), settings=SMALL)
    result = await bench.run(Request("kubectl logs web"))
    assert result.output.startswith("line 0000\n") and result.output.endswith("line 0999\n")
    assert "left out here" in result.output and result.continuation


async def test_a_handle_is_its_callers() -> None:
    """Another caller learns nothing, not even that it exists."""
    bench = Bench(ScriptedExecutor(LINES), settings=SMALL)
    result = await bench.run(Request("kubectl get events", caller=Caller("ann")))
    more = ContinueOutput(Shaper(bench.store, SMALL))
    assert (await more(result.continuation, Caller("ann"))).error is None
    refused = await more(result.continuation, Caller("bob"))
    assert refused.error is not None and refused.error.code == "VALIDATION_ERROR"


async def test_whole_and_fold() -> None:
    """A terminal gets all of it; runs of alike lines are folded on request."""
    bench = Bench(ScriptedExecutor(LINES), settings=SMALL)
    assert (await bench.run(Request("kubectl get events", whole=True))).output == LINES
    folded = await bench.run(Request("kubectl get events", fold=True))
    assert folded.output == "line 0000\n[998 more like it]\nline 0999\n"
