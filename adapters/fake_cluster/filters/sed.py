"""sed in its everyday form: print, delete, quit and substitute, at lines or patterns."""

import re

import attrs

from ....domain.filters.options import Words
from ..answer import Answer
from .reading import has, lacking, lines_of, only, texts_of
from .regex import compiled

_ADDRESS = r"(?:\d+|\$|/(?:[^/\\]|\\.)*/)"
_COMMAND = re.compile(rf"\s*(?:({_ADDRESS})(?:,({_ADDRESS}))?)?\s*(!?)\s*([pdq=]|s(.))")
_FLAGS = re.compile(r"[gpI\d]*")


@attrs.define
class _Command:
    first: str
    last: str
    negated: bool
    name: str
    pattern: re.Pattern[str] | None = None
    replacement: str = ""
    flags: str = ""
    inside: bool = False


def run(words: Words, text: str) -> Answer:
    """What the script makes of *text*."""
    only(words, "-n", "-E", "-u", "-e", "--sandbox")
    script = "\n".join(texts_of(words, "-e")) or words.operands[0].text
    commands, lines = _commands(script, has(words, "-E")), lines_of(text)
    done: list[str] = []
    for number, line in enumerate(lines, 1):
        more = _line(commands, line, number, number == len(lines), done, has(words, "-n"))
        if not more:
            break
    return Answer("".join(f"{line}\n" for line in done))


def _commands(script: str, extended: bool) -> list[_Command]:
    commands, at = list[_Command](), 0
    while script[at:].strip(" ;\n"):
        at += len(script[at:]) - len(script[at:].lstrip(" ;\n"))
        found = _COMMAND.match(script, at)
        if found is None:
            raise lacking(f"the sed script {script!r}")
        at = found.end()
        command = _Command(found[1] or "", found[2] or "", bool(found[3]), found[4][0])
        if command.name == "s":
            at = _substitution(command, script, at, found[5], extended)
        if script[at : at + 1] not in ("", ";", "\n", " "):
            raise lacking(f"the sed script {script!r}")
        commands.append(command)
    return commands


def _substitution(command: _Command, script: str, at: int, sign: str, extended: bool) -> int:
    found = re.compile(
        rf"((?:\\.|[^\\{re.escape(sign)}])*){re.escape(sign)}((?:\\.|[^\\{re.escape(sign)}])*){re.escape(sign)}"
    ).match(script, at)
    if found is None:
        raise lacking(f"the sed script {script!r}")
    flags = _FLAGS.match(script, found.end())
    command.flags = flags[0] if flags else ""
    if re.search(r"\d", command.flags):
        raise lacking("a numbered substitution")
    pattern, text = (
        part.replace("\\" + sign, sign) if not sign.isalnum() else part for part in found.groups()
    )
    command.pattern = compiled(pattern, extended, re.IGNORECASE if "I" in command.flags else 0)
    command.replacement = text
    return found.end() + len(command.flags)


def _line(
    commands: list[_Command], line: str, number: int, last: bool, done: list[str], silent: bool
) -> bool:
    """Run the script on one line; False where it ends the input."""
    more = True
    for command in commands:
        if _meant(command, line, number, last) is command.negated:
            continue
        if command.name == "d":
            return True
        if command.name == "q":
            more = False
            break
        if command.name in ("p", "="):
            done.append(line if command.name == "p" else str(number))
        if command.pattern is not None:
            line, count = command.pattern.subn(
                lambda m, c=command: _filled(c.replacement, m),
                line,
                0 if "g" in command.flags else 1,
            )
            if count and "p" in command.flags:
                done.append(line)
    if not silent:
        done.append(line)
    return more


def _filled(replacement: str, match: re.Match[str]) -> str:
    def part(found: re.Match[str]) -> str:
        if found[0] == "&":
            return match[0]
        char = found[0][1]
        return (match[int(char)] or "") if char.isdigit() else {"n": "\n", "t": "\t"}.get(char, char)

    return re.sub(r"&|\\.", part, replacement)


def _meant(command: _Command, line: str, number: int, last: bool) -> bool:
    if not command.last:
        return not command.first or _at(command.first, line, number, last)
    if command.inside:
        over = command.last.isdigit() and number > int(command.last)
        command.inside = not over and not _at(command.last, line, number, last)
        return not over
    if not _at(command.first, line, number, last):
        return False
    command.inside = not (command.last.isdigit() and int(command.last) <= number)
    return True


def _at(address: str, line: str, number: int, last: bool) -> bool:
    if address == "$":
        return last
    if address.isdigit():
        return int(address) == number
    return compiled(address[1:-1].replace(r"\/", "/"), extended=False).search(line) is not None
