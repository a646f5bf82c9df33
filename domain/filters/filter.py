"""What a stage after the first becomes: one pipe utility, judged, with the argv that runs."""

import attrs

from ..errors import Span

FILTERS = (
    "grep", "egrep", "fgrep", "head", "tail", "sort", "uniq", "wc", "cut", "tr", "column", "base64",
    "sed", "awk", "jq", "yq",
)
"""Every utility that is known, in the order of security.md section 5."""


@attrs.frozen
class FilterCall:
    """A pipe utility whose every word is understood.

    *name* is the utility as written (``awk``), *program* the binary that runs it (``gawk``).
    *argv* is rebuilt from what was judged and complete: options first, then the script.
    """

    name: str
    program: str
    argv: tuple[str, ...]
    span: Span
