"""The page of text utilities: which may stand behind a pipe, with which options."""

from kubeport.domain.filters.options import Option
from kubeport.domain.filters.table import PROGRAMS

from .markdown import codes, page, table

_LEAD = """\
What may stand behind `|`. A utility reads what the stage before it wrote, and nothing else: a file, a program, an address
or the environment cannot be named. Scripts of sed, awk, jq and yq are read token by token. Options are spelled in
full; one that is not listed is refused. `security.pipes` takes utilities away."""


def filters() -> str:
    """The page."""
    parts = list[str]()
    for program in PROGRAMS.values():
        runs = f" It runs as `{program.binary}`." if program.binary != program.name else ""
        options = table(("option", "value"), map(_option, program.options))
        parts.append(f"## {program.name}\n\n{'Its options:' if options else 'It has no options.'}{runs}\n\n{options}")
    return page("Text utilities", _LEAD, *parts)


def _option(option: Option) -> tuple[str, ...]:
    value = " and ".join(value.name for value in option.values)
    return (codes(option.names), value + (" (repeatable)" if option.repeats else ""))
