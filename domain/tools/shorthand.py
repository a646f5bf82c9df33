"""Short forms in which tables write recurring kinds of flags and values."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..effect import Effect
from .grammar import Check, Demand, Flag, Meaning
from .values import TEXT, Value, one_of

if TYPE_CHECKING:
    from .invocation import Invocation

ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def from_set(name: str, characters: str) -> Value:
    """A value of the *characters* alone that does not start with ``-``."""
    allowed = frozenset(characters)
    return Value(
        name, lambda text: bool(text) and text[0] != "-" and allowed.issuperset(text)
    )


def never(name: str, short: str, meaning: Meaning, why: str) -> Flag:
    """A flag with a value that no call may carry, whatever the value."""
    return Flag(
        name, short, TEXT, repeats=True, meaning=meaning, effect=Effect.NEVER, why=why, strict=True
    )


def never_switch(name: str, short: str, meaning: Meaning, why: str) -> Flag:
    """A boolean flag that no call may carry, not even as false."""
    return Flag(
        name, short, repeats=True, meaning=meaning, effect=Effect.NEVER, why=why, strict=True
    )


def local_file(name: str, short: str = "") -> Flag:
    """A flag that names a file, a folder or an address for the tool to read or write."""
    return never(name, short, Meaning.FILE, f"--{name} leads to a local file or a foreign address")


def output(*formats: str, name: str = "output", short: str = "o") -> Flag:
    """The output flag of a verb that prints in one of *formats*."""
    return Flag(name, short, one_of(*formats), meaning=Meaning.OUTPUT)


def names_or(*flags: str) -> Check:
    """A check: the call names what it is about, or selects it with one of the *flags*."""

    def check(call: "Invocation") -> Iterable[Demand]:
        if not call.operands and not any(call.use(name) for name in flags):
            raise call.error(f"{call.command} needs a name.", hint=f"Or use --{' or --'.join(flags)}.")
        return ()

    return check
