"""Operators' own prompts: Markdown files with front matter in one folder, read again when they change."""

import logging
from pathlib import Path

import attrs

from ...domain.errors import CommandError
from ...domain.prompts.built_in import BUILT_IN
from ...domain.prompts.checking import check_prompt
from ...domain.prompts.prompt import Argument, CommandSource, ObjectSource, Prompt, Source
from ...domain.prompts.values import TYPES
from ...domain.safeguards import Safeguards
from .front_matter import read_front_matter
from .stamps import Stamp, stamp

_log = logging.getLogger("kubeport.prompts")
_MOST_FILES = 100


@attrs.frozen
class _Argument:
    """An argument as a file has it."""

    name: str
    type: str
    description: str
    required: bool = False
    default: str = ""


@attrs.frozen
class _Source:
    """A source as a file has it: a *label* and a *command*, or a *kind* and a *name*."""

    label: str = ""
    command: str = ""
    kind: str = ""
    name: str = ""
    tokens: int = 1500
    both_ends: bool = False
    only: str = ""


@attrs.frozen
class _FrontMatter:
    """The keys of a prompt's file."""

    title: str
    description: str
    tool: str = "kubectl"
    arguments: tuple[_Argument, ...] = ()
    sources: tuple[_Source, ...] = ()
    reads: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    replaces: bool = False


def read_prompt(file: Path, safeguards: Safeguards = Safeguards()) -> Prompt:
    """The prompt in *file*, which is called as the file is without ``.md``.

    Raises:
        CommandError: anything is wrong with it; the message names the file, and the line or the part.
    """
    head, text = read_front_matter(file, _FrontMatter)
    try:
        if not text:
            raise CommandError("text: there is none below the front matter.")
        prompt = Prompt(
            file.stem,
            head.title,
            head.description,
            tuple(_argument(one) for one in head.arguments),
            tuple(_source(place, one) for place, one in enumerate(head.sources, 1)),
            text,
            head.reads,
            head.changes,
            head.tool,
        )
        check_prompt(prompt, safeguards)
        _check_replacing(prompt, head.replaces)
    except CommandError as error:
        raise CommandError(f"{file}: {error.message}", error.source, error.span, error.hint) from None
    return prompt


def _argument(one: _Argument) -> Argument:
    kind = TYPES.get(one.type)
    if kind is None:
        raise CommandError(
            f"arguments: the type of {one.name!r} is not known: {one.type[:64]!r}.",
            hint=f"Types: {', '.join(TYPES)}.",
        )
    return Argument(one.name, kind, one.description, one.required, one.default)


def _source(place: int, one: _Source) -> Source:
    if one.kind and one.name and not (one.label or one.command or one.only or one.both_ends):
        return ObjectSource(one.kind, one.name, one.tokens)
    if one.label and one.command and not (one.kind or one.name):
        return CommandSource(one.label, one.command, one.tokens, one.both_ends, one.only)
    raise CommandError(f"sources, number {place}: expected label and command, or kind and name.")


def _check_replacing(prompt: Prompt, replaces: bool) -> None:
    shipped = any(one.name == prompt.name for one in BUILT_IN)
    if shipped and not replaces:
        raise CommandError(
            f"A prompt called {prompt.name} ships with Kubeport.",
            hint="Write `replaces: true` to put yours in its place, or rename the file.",
        )
    if replaces and not shipped:
        raise CommandError(f"No prompt called {prompt.name} ships with Kubeport: leave `replaces` out.")


@attrs.define
class PromptFolder:
    """The prompts of one folder; calling it gives them as the files are now.

    A file that has become wrong is logged once for each change, and its last good prompt stays.

    Raises:
        CommandError: at the start, for a folder or file that cannot be used.
    """

    folder: Path
    safeguards: Safeguards = Safeguards()
    _kept: dict[Path, tuple[Stamp, Prompt | None]] = attrs.field(
        factory=dict[Path, tuple[Stamp, Prompt | None]], init=False
    )

    def __attrs_post_init__(self) -> None:
        for file in self._files():
            self._kept[file] = (stamp(file), read_prompt(file, self.safeguards))

    def __call__(self) -> tuple[Prompt, ...]:
        """The prompts by the names of their files; never raises."""
        try:
            files = self._files()
        except CommandError as error:
            _log.error("the prompts are not read again: %s", error)
            files = tuple(self._kept)
        self._kept = {file: self._read_again(file) for file in files}
        return tuple(prompt for _, prompt in self._kept.values() if prompt is not None)

    def _read_again(self, file: Path) -> tuple[Stamp, Prompt | None]:
        now, kept = stamp(file), self._kept.get(file)
        if kept is not None and kept[0] == now:
            return kept
        try:
            return now, read_prompt(file, self.safeguards)
        except CommandError as error:
            _log.error("the prompt is not read again: %s", error)
            return now, kept[1] if kept is not None else None

    def _files(self) -> tuple[Path, ...]:
        try:
            found = sorted(file for file in self.folder.iterdir() if file.suffix == ".md")
        except OSError as error:
            raise CommandError(f"prompts.folder: {self.folder}: {error.strerror}.") from error
        if len(found) > _MOST_FILES:
            raise CommandError(f"prompts.folder: {self.folder} has more than {_MOST_FILES} prompts.")
        return tuple(found)
