"""The types of a prompt's arguments: what a value must look like, and what may be done with it."""

import attrs

from ..tools.helm.values import CHART, RELEASE
from ..tools.values import BOUNDED, CONTEXT, COUNT, KIND, NAME, NAMESPACE, Value, matching

LONGEST = 253
"""How many characters a value has at most."""


@attrs.frozen
class ArgumentType:
    """A type of argument.

    *value* tells what a text must look like: for a type that may stand in a *command* nothing that
    could end a word, begin a flag or stand for anything but itself. *sample* is one valid text.
    """

    name: str
    value: Value
    sample: str = ""
    command: bool = True

    def accepts(self, text: str) -> bool:
        """Whether *text* is a value of this type."""
        return len(text) <= LONGEST and self.value.accepts(text)


_VERSION = matching("a version such as 1.2.3, or * for the newest", r"\*|v?[0-9][-0-9A-Za-z.+]*")
_FREE = matching("a text in one line", r"(?=.*\S)[^\x00-\x1f\x7f-\x9f\u2028\u2029]*")

TYPES = {
    one.name: one
    for one in (
        ArgumentType("context", CONTEXT, "example"),
        ArgumentType("namespace", NAMESPACE, "example"),
        ArgumentType("kind", KIND, "deployment"),
        ArgumentType("name", NAME, "example"),
        ArgumentType("release", RELEASE, "example"),
        ArgumentType("application", NAME, "example"),
        ArgumentType("chart", CHART, "example/example"),
        ArgumentType("version", _VERSION, "1.2.3"),
        ArgumentType("number", COUNT, "1"),
        ArgumentType("duration", BOUNDED, "1h"),
        ArgumentType("text", _FREE, command=False),
    )
}
"""Every type by its name, in the order in which the documentation has them."""
