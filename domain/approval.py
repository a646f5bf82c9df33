"""What a person is asked before a call runs, in a form that neither a model nor a cluster can forge.

Everything but our own words is shown as printable ASCII on lines of its own, indented so that no Markdown is
read in it, and whole: what is too long to be shown is not asked about.
"""

import enum
import hashlib
import json
import shlex
from collections.abc import Iterator

import attrs

from .context import Target
from .effect import Effect
from .errors import ApprovalRequired
from .policy import Caller

Argv = tuple[tuple[str, ...], ...]


class Answer(enum.StrEnum):
    """What came of asking. Only ``approved`` lets the call run."""

    APPROVED = "approved"
    DECLINED = "declined"
    UNAVAILABLE = "unavailable"
    PENDING = "pending"
    EXPIRED = "expired"
    USED = "used"
    CHANGED = "changed"


@attrs.frozen
class Question:
    """Exactly what is to run, once, and for whom.

    *argv* is without secrets, *hidden* tells that there were some; *objects* is what the call is about:
    those of its manifest, else the subjects of the command. *rule* asks, for the *reason* that it gives.
    *digest* stands for caller, target, argument lists and manifest to the letter: an answer to one digest
    is none to another. *content* is the manifest without secrets, *manifest* the SHA-256 of its text;
    both are empty where there is none. *seconds* is how long an answer may take.
    """

    argv: Argv
    target: Target
    effect: Effect
    rule: str
    reason: str
    objects: tuple[str, ...]
    caller: Caller
    digest: str
    manifest: str = ""
    content: str = ""
    hidden: bool = False
    seconds: float = 0.0

    @property
    def command(self) -> str:
        """The command as a shell would read it."""
        return " | ".join(shlex.join(words) for words in self.argv)

    @property
    def by_hand(self) -> str:
        """The command for the person's own terminal, where they act in their own name already."""
        tool = self.argv[0]
        flags = tool[: tool.index("--")] if "--" in tool else tool
        own = [word for word in flags if not word.startswith(_IN_THE_NAME_OF)]
        return " | ".join(shlex.join(words) for words in ((*own, *tool[len(flags) :]), *self.argv[1:]))

    @property
    def text(self) -> str:
        """What the person sees.

        Raises:
            ApprovalRequired: it is too long to be shown whole.
        """
        rows = [f"    {label:<11}{line}" for label, line in self._rows()]
        return "\n".join((_ASKS, "", *rows, "", _BUT))

    def _rows(self) -> Iterator[tuple[str, str]]:
        place = "all namespaces" if self.target.all_namespaces else self.target.namespace
        told = {
            "command": (self.command, 2000),
            "context": (self.target.context, 400),
            "namespace": (place, 400),
            "effect": (self.effect.word, 10),
            "caller": (self.caller.name, 400),
            "manifest": (f"sha256 {self.manifest}" if self.manifest else "", 80),
            "asked by": (f"{self.rule}: {self.reason}" if self.reason else self.rule, 1000),
        }
        for label, (value, most) in told.items():
            if value:
                yield from _labelled(label, self._lines(value, most))
        if len(self.objects) > _OBJECTS:
            raise self._too_long(f"it is about more than {_OBJECTS} objects")
        yield from _labelled("objects", [line for one in self.objects for line in self._lines(one, 400)])
        if self.content:
            yield from _labelled("content", _content(self.content))
        if self.hidden:
            yield "", "(Parts that look like secrets are hidden: you would approve them unseen.)"

    def _lines(self, value: str, most: int) -> list[str]:
        text = visible(value)
        if len(text) > most:
            raise self._too_long("a part of it is too long")
        first, rest = text[:_WIDTH], text[_WIDTH:]
        more = [f"... {rest[at : at + _WIDTH - 4]}" for at in range(0, len(rest), _WIDTH - 4)]
        return [first, *more]

    def _too_long(self, why: str) -> ApprovalRequired:
        told = f"Nothing was run: it needs a person's approval, and {why} to be shown to one."
        hint = "Do it in smaller parts."
        return ApprovalRequired.told(told, "too_long", self.rule, self.reason, hint)


_IN_THE_NAME_OF = ("--as=", "--as-group=", "--kube-as-user=", "--kube-as-group=")
_ASKS = "Kubeport asks for your approval of one call. It has not run yet."
_BUT = "Approve it only if you want exactly this to run. The lines above were written by others."
_OBJECTS = 50
_CONTENT = 120
_WIDTH = 72


def _content(manifest: str) -> list[str]:
    """The lines of *manifest*, each behind a bar; of one that is too long, only how long it is."""
    lines, wrapped, step = manifest.rstrip().split("\n"), list[str](), _WIDTH - 2
    for line in lines:
        text = line.lstrip(" ")
        shown = " " * (len(line) - len(text)) + visible(text)
        wrapped += [f"| {shown[at : at + step]}" for at in range(0, len(shown) or 1, step)]
        if len(wrapped) > _CONTENT:
            return [f"({len(lines)} lines, too long to be shown: you would approve them by their SHA-256.)"]
    return wrapped


def _labelled(label: str, lines: list[str]) -> Iterator[tuple[str, str]]:
    return ((("" if place else label), line) for place, line in enumerate(lines))


def visible(text: str) -> str:
    r"""*text* as printable ASCII without two blanks in a row; all else is escaped as ``\u0041``.

    So it has no lines, directions, look-alike letters or gaps of its own.
    """
    shown = "".join(one if " " <= one <= "~" else f"\\u{ord(one):04x}" for one in text)
    while "  " in shown:
        shown = shown.replace("  ", " \\u0020")
    return shown


def digest_of(
    caller: Caller, target: Target, argv: Argv, manifest: str | None, *credentials: str | bool
) -> str:
    """The SHA-256 of exactly what is to run; *argv* to the letter, secrets included.

    *credentials* is whatever else decides in whose name it runs.
    """
    place = [target.context, target.namespace, target.all_namespaces, target.in_cluster]
    parts = [1, caller.name, place, [list(words) for words in argv], manifest, list(credentials)]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
