"""A command names its tool in the first word, plainly, or the tool is known beforehand."""

import pytest

from kubeport.domain.errors import CommandError
from kubeport.domain.understanding import understand


@pytest.mark.parametrize(
    ("source", "tool"),
    [("kubectl get pods", ""), ("kubectl get pods", "kubectl"), ("get pods", "kubectl")],
)
def test_the_tool_is_named_or_known(source: str, tool: str) -> None:
    """With its name or without, the call is the same."""
    assert understand(source, tool).call.command == "kubectl get"


@pytest.mark.parametrize("tool", ["", "kubectl"])
@pytest.mark.parametrize("name", ["'kubectl'", '"kubectl"', "ku'bect'l", 'kubectl""', "'helm'"])
def test_the_tool_is_named_without_quotes(name: str, tool: str) -> None:
    """A quoted name has no use but to get past a reader that knows plain ones only."""
    with pytest.raises(CommandError, match="bare") as caught:
        understand(f"{name} get pods", tool)
    span = caught.value.span
    assert span is not None and (span.start, span.end) == (0, len(name))
