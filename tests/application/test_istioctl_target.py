"""Which namespace an istioctl call gets when nobody names one."""

import pytest

from kubeport.application.settings import Settings
from kubeport.application.target import placed_flags, resolve
from kubeport.domain.context import ContextRef, Kubeconfig
from kubeport.domain.reading import read
from kubeport.domain.tools.istioctl import ISTIOCTL
from kubeport.domain.tools.parsing import parse


class _OneContext:
    """A kubeconfig with the context ``dev``, which selects the namespace ``team``."""

    def read(self) -> Kubeconfig:
        """The same answer every time."""
        return Kubeconfig((ContextRef("dev", "team"),), "dev")


@pytest.mark.parametrize(
    ("line", "flags", "everywhere"),
    [
        ("ps", ("--context=dev",), True),
        ("ps -n web", ("--context=dev", "--namespace=web"), False),
        ("ps deploy/web", ("--context=dev", "--namespace=team"), False),
        ("x precheck", ("--context=dev",), True),
        ("pc c web", ("--context=dev", "--namespace=team"), False),
        ("analyze -A", ("--context=dev",), True),
        ("install -y", ("--context=dev",), False),
        ("options", (), False),
    ],
)
def test_mesh_wide_verbs_get_no_default_namespace(
    line: str, flags: tuple[str, ...], everywhere: bool
) -> None:
    """What looks at the whole mesh by itself is not narrowed, and counts as every namespace."""
    call = parse(ISTIOCTL, read(line).stages[0].words, line)
    target = resolve(call, _OneContext(), Settings())
    assert placed_flags(call, target, Settings()) == flags
    assert target.all_namespaces is everywhere
