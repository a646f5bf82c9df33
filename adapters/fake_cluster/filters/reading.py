"""What the utilities share: their options, lines, and what they do not have."""

from ....domain.filters.options import Words
from ..answer import Trouble


def texts_of(words: Words, name: str) -> list[str]:
    """Every value of the option that is first spelled *name*."""
    named = (use for use in words.uses if use.option.names[0] == name)
    return [value.text for use in named for value in use.values]


def text_of(words: Words, name: str, default: str = "") -> str:
    """The last value of the option that is first spelled *name*."""
    return (texts_of(words, name) or [default])[-1]


def has(words: Words, name: str) -> bool:
    """Whether the option that is first spelled *name* is given."""
    return any(use.option.names[0] == name for use in words.uses)


def number_of(words: Words, name: str, default: int) -> int:
    """The whole number given to an option."""
    text = text_of(words, name)
    return int(text) if text else default


def only(words: Words, *names: str) -> None:
    """Check that no other options are used.

    Raises:
        Trouble: one is; this cluster does not have it.
    """
    for use in words.uses:
        if use.option.names[0] not in names:
            raise lacking(f"option {use.option.names[0]}")


def lacking(what: str) -> Trouble:
    """The failure for what the real utility can do and this one cannot."""
    return Trouble(f"not available in the in-memory cluster: {what}", 127)


def lines_of(text: str) -> list[str]:
    """The lines, without their ends; only a line feed ends one."""
    return text.removesuffix("\n").split("\n") if text else []


def joined(lines: list[str]) -> str:
    """Lines as text, each with its end."""
    return "".join(f"{line}\n" for line in lines)
