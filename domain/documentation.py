"""The help texts of the four tools as sections, so that a reader pays only for what was asked."""

import re

import attrs

from .errors import CommandError

SECTIONS = ("about", "usage", "aliases", "examples", "commands", "flags", "fields", "all")
"""What can be asked for; without a choice all is given but what every command of a tool repeats."""


@attrs.frozen
class Section:
    """A stretch of a help text, from its heading on."""

    name: str
    text: str


def sections(text: str) -> tuple[Section, ...]:
    """The sections of a text of kubectl, of cobra, or of ``kubectl explain``; joined, they are *text*."""
    found = list[tuple[str, list[str]]]()
    for line in text.splitlines(keepends=True):
        name = _heading(line.rstrip("\r\n"))
        if name or not found:
            found.append((name or "about", []))
        found[-1][1].append(line)
    return tuple(Section(name, "".join(lines)) for name, lines in found)


def trimmed(text: str, section: str = "") -> str:
    """What *section* of a help text says, or all of it but what every command repeats.

    Raises:
        CommandError: no such section, or not in this text; names those that are.
    """
    check_section(section)
    if section == "all":
        return text
    parts = sections(text)
    if section:
        chosen = [part for part in parts if part.name == section]
    else:
        chosen = [part for part in parts if part.name not in _REPEATED]
    if not chosen:
        there = ", ".join(name for name in SECTIONS if name in {part.name for part in parts})
        raise CommandError(f"This text has no section {section!r}.", hint=f"It has: {there}, all.")
    return "".join(part.text for part in chosen).strip("\n") + "\n"


def check_section(section: str) -> None:
    """Refuse a section that no text can have.

    Raises:
        CommandError: it is none of ``SECTIONS``, nor empty.
    """
    if section and section not in SECTIONS:
        raise CommandError(f"There is no section {section!r}.", hint=f"One of: {', '.join(SECTIONS)}.")


def _heading(line: str) -> str:
    """The name of the section that *line* begins; empty for any other line."""
    return next((name for name, pattern in _HEADINGS if re.fullmatch(pattern, line)), "")


_REPEATED = frozenset({"global", "pointer"})
_HEADINGS = (
    ("usage", r"Usage:"),
    ("aliases", r"Aliases:"),
    ("examples", r"Examples?:"),
    ("commands", r"(?:[A-Z][A-Za-z ]*)?[Cc]ommands(?: \(\w+\)| provided by plugins)?:"),
    ("flags", r"(?:Options|Flags|Local Flags):"),
    ("global", r"Global (?:Flags|Options):"),
    ("fields", r"FIELDS:"),
    ("pointer", r'Use "[^"]+" (?:for|to) .*|Additional help topics:'),
)
