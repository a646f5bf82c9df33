"""What must hold of a prompt before it is offered: every place has an argument, every command reads."""

import re
from collections.abc import Callable, Iterable
from functools import partial

from ..effect import Effect
from ..errors import CommandError, Span
from ..resources.uri import ResourceUri, parse
from ..safeguards import Safeguards
from ..tools.grammar import Meaning
from ..understanding import Understood, understand
from .prompt import Argument, CommandSource, Prompt, Source
from .template import fill, places

_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_TOKENS = range(50, 20_001)
_MOST_SOURCES = 12
CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
"""What a model fills in, in the commands that may follow: POD, CONTAINER=IMAGE."""


def check_prompt(prompt: Prompt, safeguards: Safeguards = Safeguards()) -> None:
    """Hold all parts of *prompt* to its arguments, and its commands to the grammars.

    Raises:
        CommandError: one of them is wrong; the message begins with which, in the words of a prompt's file.
    """
    if not _NAME.fullmatch(prompt.name):
        raise CommandError(
            f"The name {prompt.name[:64]!r} is not one of a prompt.",
            hint="Lower-case letters, digits and dashes, beginning with a letter.",
        )
    _within("arguments", lambda: check_arguments(prompt.arguments))
    _within("text", lambda: check_text(prompt.text, prompt.arguments))
    if len(prompt.sources) > _MOST_SOURCES:
        raise CommandError(f"sources: there are {len(prompt.sources)}, and at most {_MOST_SOURCES} are read.")
    for place, source in enumerate(prompt.sources, 1):
        _within(f"sources, number {place}", partial(_check_source, source, prompt.arguments, safeguards))
    for command in prompt.reads:
        filled = CAPITALS.sub("1", command)
        _within("reads", partial(check_command, filled, prompt.arguments, safeguards))
    for command in prompt.changes:
        _within("changes", partial(_check_change, command, prompt.arguments, safeguards))


def _within(where: str, check: Callable[[], None]) -> None:
    try:
        check()
    except CommandError as error:
        raise CommandError(f"{where}: {error.message}", error.source, error.span, error.hint) from None


def _check_source(source: Source, arguments: tuple[Argument, ...], safeguards: Safeguards) -> None:
    if source.tokens not in _TOKENS:
        raise CommandError(f"tokens are from {_TOKENS.start} to {_TOKENS.stop - 1}, not {source.tokens}.")
    if isinstance(source, CommandSource):
        check_command(source.command, arguments, safeguards)
        check_text(source.only, arguments)
        return
    for text in (source.kind, source.name):
        _check_places(text, arguments)
    kind, name = (sampled(text, arguments) for text in (source.kind, source.name))
    parse(str(ResourceUri.of("example", kind, name, "example")))


def _check_change(command: str, arguments: tuple[Argument, ...], safeguards: Safeguards) -> None:
    """Hold a *command* that may follow to the arguments and the grammar; whether it may run is asked then."""
    _check_places(command, arguments)
    understand(CAPITALS.sub("1", sampled(command, arguments)), safeguards=safeguards)


def check_arguments(arguments: Iterable[Argument]) -> None:
    """Hold each argument to itself and to those before it.

    Raises:
        CommandError: a name twice, two contexts or namespaces, a default that is not of the type.
    """
    seen, chosen = set[str](), set[str]()
    for one in arguments:
        if one.name in seen:
            raise CommandError(f"The argument {one.name!r} is there twice.")
        if one.chosen_elsewhere and one.type.name in chosen:
            raise CommandError(f"The argument {one.name!r} is a second one of the type {one.type.name}.")
        if one.name in ("context", "namespace") and one.type.name != one.name:
            raise CommandError(f"The argument {one.name!r} has the type {one.name}, or another name.")
        if one.default and (one.required or not one.type.accepts(one.default)):
            why = "is required" if one.required else f"takes {one.type.value.name}"
            raise CommandError(f"The argument {one.name!r} {why}: leave out its default, or change it.")
        seen.add(one.name)
        chosen.add(one.type.name)


def check_text(text: str, arguments: Iterable[Argument]) -> None:
    """Hold *text* to the arguments.

    Raises:
        CommandError: it has a place for an argument that there is not; points at it.
    """
    known = [one.name for one in arguments]
    for place in places(text):
        if place.name not in known:
            raise CommandError(
                f"There is no argument {place.name!r}.",
                text,
                place.span,
                f"Arguments: {', '.join(known) or 'none'}. A literal {{{place.name}}} is written "
                f"{{{{{place.name}}}}}.",
            )


def check_command(command: str, arguments: tuple[Argument, ...], safeguards: Safeguards) -> None:
    """Hold *command* to the arguments and to the grammar of its tool.

    Raises:
        CommandError: a place without an argument, an argument that has no value for certain or is a
            free text, a command that cannot be understood or does not only read.
    """
    _check_places(command, arguments)
    understood = understand(sampled(command, arguments), safeguards=safeguards)
    _check_reads(understood)


def sampled(command: str, arguments: Iterable[Argument]) -> str:
    """*command* with an example in each of its places."""
    return fill(command, {one.name: one.type.sample for one in arguments})


def everywhere(command: str, arguments: Iterable[Argument]) -> bool:
    """Whether *command* asks every namespace, so that none may be named beside it."""
    return understand(sampled(command, arguments)).call.with_meaning(Meaning.ALL_NAMESPACES) is not None


def _check_places(command: str, arguments: tuple[Argument, ...]) -> None:
    check_text(command, arguments)
    by_name = {one.name: one for one in arguments}
    for place in places(command):
        _check_place(command, by_name[place.name], place.span)


def _check_place(command: str, argument: Argument, span: Span) -> None:
    if not argument.type.command:
        raise CommandError(
            f"The argument {argument.name!r} is a free text, which no command takes.",
            command,
            span,
            "Give it a type such as name or number, or use it in the text only.",
        )
    if not argument.known:
        raise CommandError(
            f"The argument {argument.name!r} may be missing, and the command needs it.",
            command,
            span,
            "Write `required: true` or a `default` at the argument.",
        )


def _check_reads(understood: Understood) -> None:
    call = understood.call
    worst = max(call.demands, key=lambda demand: demand.effect, default=None)
    if worst is not None and worst.effect is not Effect.READ:
        raise call.error(
            f"A prompt only reads, and {call.command} does more here.", worst.span, "Let the text ask for it."
        )
    manifest = call.with_meaning(Meaning.MANIFEST)
    if manifest is not None:
        raise call.error("A prompt has no manifest to hand over.", manifest.span, "Leave -f - out.")
