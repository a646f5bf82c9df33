"""Where a request wants to go: named by context and namespace, by the URI of a resource, or by both."""

import attrs

from ..domain.errors import CommandError
from ..domain.resources.uri import ResourceUri, parse


@attrs.frozen
class Wanted:
    """A context or a namespace, and the words by which it was named: ``the argument context=prod``."""

    value: str = ""
    said: str = ""


@attrs.frozen
class Place:
    """What a request says of where it goes; empty values are left to the command and the settings."""

    context: Wanted = Wanted()
    namespace: Wanted = Wanted()


def place_of(context: str, namespace: str, scope: str) -> Place:
    """The place that *context*, *namespace* and the URI *scope* name together.

    Raises:
        CommandError: the scope is no URI of ours, or contradicts one of the others; says which.
    """
    if not scope:
        return Place(_argued("context", context), _argued("namespace", namespace))
    uri = _parsed(scope)
    return Place(
        _agreed("context", context, uri.context, scope),
        _agreed("namespace", namespace, uri.namespace, scope),
    )


def _parsed(scope: str) -> ResourceUri:
    try:
        return parse(scope)
    except CommandError as error:
        message = f"The argument `scope`: {error.message}"
        raise CommandError(message, error.source, error.span, error.hint) from None


def _argued(name: str, value: str) -> Wanted:
    return Wanted(value, f"the argument {name}={value}") if value else Wanted()


def _agreed(name: str, argument: str, scoped: str, scope: str) -> Wanted:
    if not scoped:
        return _argued(name, argument)
    if argument and argument != scoped:
        raise CommandError(
            f"The argument {name}={argument} contradicts the scope {scope}.",
            hint=f"Leave one of them out: the scope has the {name} {scoped}.",
        )
    return Wanted(scoped, f"the scope {scope}")
