"""Help texts as sections: kubectl's layout, cobra's, and that of explain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeport.domain.documentation import SECTIONS, sections, trimmed
from kubeport.domain.errors import CommandError

KUBECTL = """\
Show the status of the rollout.

 Note: Examples: stand below.

Examples:
  # Watch
  kubectl rollout status deployment/nginx

Options:
    --timeout=0s:
\tThe length of time.

Usage:
  kubectl rollout status (TYPE NAME | TYPE/NAME) [flags] [options]

Use "kubectl options" for a list of global command-line options (applies to all commands).
"""
COBRA = """\

This command lists releases.

Usage:
  helm list [flags]

Aliases:
  list, ls

Flags:
  -A, --all-namespaces   all

Global Flags:
      --kube-context string   name
"""
EXPLAIN = """\
GROUP:      apps
KIND:       Deployment
VERSION:    v1

FIELD: strategy <DeploymentStrategy>


DESCRIPTION:
    The strategy.

FIELDS:
  type\t<string>
"""
GROUP = """\
Basic Commands (Beginner):
  create   Create

Subcommands provided by plugins:

Other Commands:
  version  Print

Available Commands:
  add      add
"""


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (KUBECTL, ("about", "examples", "flags", "usage", "pointer")),
        (COBRA, ("about", "usage", "aliases", "flags", "global")),
        (EXPLAIN, ("about", "fields")),
        (GROUP, ("commands", "commands", "commands", "commands")),
        ("", ()),
    ],
)
def test_layouts(text: str, names: tuple[str, ...]) -> None:
    """Headings are whole lines at the margin; words like them elsewhere are not."""
    assert tuple(part.name for part in sections(text)) == names


def test_a_section_is_given_alone() -> None:
    """From its heading to the next one; several of a name together."""
    assert trimmed(KUBECTL, "usage") == (
        "Usage:\n  kubectl rollout status (TYPE NAME | TYPE/NAME) [flags] [options]\n"
    )
    assert trimmed(EXPLAIN, "fields") == "FIELDS:\n  type\t<string>\n"
    assert trimmed(GROUP, "commands") == GROUP


def test_by_default_what_every_command_repeats_is_left_out() -> None:
    """Global flags, and the line that points at them; "all" has them."""
    assert "Global Flags" not in trimmed(COBRA) and "--all-namespaces" in trimmed(COBRA)
    assert "kubectl options" not in trimmed(KUBECTL) and "--timeout" in trimmed(KUBECTL)
    assert trimmed(COBRA, "all") == COBRA


def test_a_section_that_is_not_there_is_refused() -> None:
    """The error names those that are; an unknown word is refused before anything is asked."""
    with pytest.raises(CommandError, match="It has: about, usage, aliases, flags, all"):
        trimmed(COBRA, "examples")
    with pytest.raises(CommandError, match="One of: about"):
        trimmed(COBRA, "nonsense")


LINES = st.sampled_from([*KUBECTL.splitlines(True), *COBRA.splitlines(True), *GROUP.splitlines(True)])


@given(st.lists(LINES, max_size=40).map("".join) | st.text(max_size=300), st.sampled_from(["", *SECTIONS]))
def test_nothing_is_lost_or_made_up(text: str, section: str) -> None:
    """The sections are the text; what is given is made of its lines."""
    assert "".join(part.text for part in sections(text)) == text
    try:
        given_lines = trimmed(text, section).splitlines()
    except CommandError:
        return
    assert set(given_lines) <= {*text.splitlines(), ""}
