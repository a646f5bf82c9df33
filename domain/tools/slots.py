"""Operands by position: what each must look like, and which of them name what a call is about."""

from collections.abc import Callable

import attrs

from ..command import Token
from .grammar import Operands, Subject
from .invocation import Invocation
from .values import Value


@attrs.frozen
class Slot:
    """One place for an operand: its name in messages, its type, and how it names a subject.

    Only trailing slots may be *optional*, and only the last one may take *many* operands.
    """

    name: str
    value: Value
    subject: Callable[[Token], Subject] | None = None
    optional: bool = False
    many: bool = False

    @property
    def usage(self) -> str:
        """The slot as a usage line has it: ``NAME``, ``[NAME]`` or ``NAME...``."""
        text = f"{self.name}..." if self.many else self.name
        return f"[{text}]" if self.optional else text


def named(kind: str) -> Callable[[Token], Subject]:
    """Reads an operand that is the name of a *kind* and nothing else."""
    return lambda token: Subject(kind, token.text, token.span)


def slots(*expected: Slot) -> Operands:
    """Reads the operands of a verb that takes exactly the *expected* ones, in that order."""
    least = sum(not slot.optional for slot in expected)
    most = None if expected[-1].many else len(expected)

    def read(call: Invocation) -> tuple[Subject, ...]:
        _check_count(call, expected, least, most)
        found = list[Subject]()
        for place, token in enumerate(call.operands):
            slot = expected[min(place, len(expected) - 1)]
            if not slot.value.accepts(token.text):
                raise call.error(f"{slot.name}: expected {slot.value.name}.", token.span)
            if slot.subject is not None:
                found.append(slot.subject(token))
        return tuple(found)

    return read


def _check_count(
    call: Invocation, expected: tuple[Slot, ...], least: int, most: int | None
) -> None:
    given = len(call.operands)
    if given >= least and (most is None or given <= most):
        return
    usage = " ".join(slot.usage for slot in expected)
    extra = None if given < least or most is None else call.operands[most].span
    raise call.error(f"{call.command} takes {usage}.", extra, call.verb.instead)
