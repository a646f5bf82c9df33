"""Names that nobody is impersonated as, and names of files that lead to nobody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.domain.identity import fault_of, kubeconfig_name


@pytest.mark.parametrize(
    "name",
    [
        "system:masters", "SYSTEM:masters", "System:Masters", "system:", "system:serviceaccount:a:b",
        " system:masters", "\tsystem:masters", "system:masters\n", "\u00a0system:masters",
        "\u200bsystem:masters", "sys\u00adtem:masters", "\uff53ystem:masters", "system\uff1amasters",
        "kubeadm:cluster-admins", "KUBEADM:cluster-admins",
        "", " ", "\n", "\u2003", "-v=9", "--as=root", "a\x00b", "a\nb", "a\rImpersonate-User: b", "a\x7f",
        " ann", "ann ", "\u202eann", "\ud800", "x" * 257,
    ],
)  # fmt: skip
def test_nobody_is_impersonated_as(name: str) -> None:
    """Reserved names in every disguise, flags, and what no header or argument should carry."""
    assert fault_of(name)


@pytest.mark.parametrize(
    "name",
    ["ann", "oidc:ann@example.org", "https://idp.example.org#ann", "Domain Admins", "team:system:masters",
     "jürgen", "cn=ann,ou=ops", "x" * 256],
)  # fmt: skip
def test_ordinary_names_pass(name: str) -> None:
    """What identity providers call people and groups."""
    assert fault_of(name) == ""


@pytest.mark.parametrize(
    ("caller", "file"),
    [("ann", "ann.yaml"), ("ann@example.org", "ann@example.org.yaml"), ("a..b", "a..b.yaml")],
)
def test_plain_names_are_names_of_files(caller: str, file: str) -> None:
    """An operator finds the file without a calculation."""
    assert kubeconfig_name(caller) == file


@pytest.mark.parametrize(
    "caller",
    ["../ann", "/etc/passwd", "..", ".", "", "a/b", "a\\b", "Ann", "ann\x00", "ann ", "-a", ".hidden",
     "sha256-00", "a" * 101, "\ud800", "ännchen"],
)  # fmt: skip
def test_other_names_are_hashed(caller: str) -> None:
    """No separator, case or unseen character leads out of the folder or to another's file."""
    name = kubeconfig_name(caller)
    assert name.startswith("sha256-") and len(name) == len("sha256-") + 64 + len(".yaml")


@given(st.text(), st.text())
def test_two_callers_have_two_files(one: str, other: str) -> None:
    """Even on a file system that does not tell upper case from lower."""
    same = kubeconfig_name(one).lower() == kubeconfig_name(other).lower()
    assert same == (one == other)
    assert "/" not in kubeconfig_name(one) and len(kubeconfig_name(one).encode()) < 255
