"""A command line after reading: tokens with their places, stages, and the pipeline they form."""

import attrs

from .errors import Span


@attrs.frozen
class Token:
    """One word after quote removal, and where it stood in the source."""

    text: str
    span: Span


@attrs.frozen
class Command:
    """One stage of a pipeline: its words, the program's own name included when it was written."""

    words: tuple[Token, ...]
    span: Span

    @property
    def texts(self) -> tuple[str, ...]:
        """The words alone."""
        return tuple(word.text for word in self.words)


@attrs.frozen
class Pipeline:
    """What ``read`` makes of one line: one to eight stages, connected by ``|``."""

    source: str
    stages: tuple[Command, ...]
