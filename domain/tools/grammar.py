"""The vocabulary of the grammar tables: what a tool's verbs and flags are, and what they mean to us.

The tables (``kubectl.py``, ``helm.py`` …) are literals of these types; one parser
(``parsing.py``) reads all of them.
"""

import enum
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import attrs

from ..effect import Effect
from ..errors import Span
from .values import BOOL, Value

if TYPE_CHECKING:
    from .invocation import Invocation


class Meaning(enum.StrEnum):
    """What a flag is to us, whatever it is to the tool."""

    HARMLESS = "harmless"
    CONTEXT = "selects the context"
    NAMESPACE = "selects the namespace"
    ALL_NAMESPACES = "selects every namespace"
    OUTPUT = "chooses the output format"
    SELECTOR = "selects objects"
    DRY_RUN = "asks for a dry run"
    MANIFEST = "takes the manifest"
    FILE = "reads or writes a local file"
    PROGRAM = "runs a program"
    LISTENER = "opens a listener"
    SERVER = "switches the server"
    CREDENTIALS = "switches or prints credentials"
    VERBOSITY = "raises the verbosity"
    STREAM = "never ends by itself"
    INTERACTIVE = "needs a terminal"
    REMOTE = "fetches from elsewhere"
    HELP = "shows the documentation"


class Sensitivity(enum.StrEnum):
    """Output that may tell more than the state of a cluster: the second axis of a policy."""

    LOGS = "logs"
    SECRETS = "secrets"
    EXEC = "exec"


@attrs.frozen
class Demand:
    """One thing about a call that needs at least *effect*, and why; *span* is the token meant."""

    effect: Effect
    why: str
    span: Span | None = None
    hint: str = ""


@attrs.frozen
class Flag:
    """One flag of a verb, as pflag knows it and as we judge it.

    *value* is the type of its value (BOOL by default); *bare* is what the flag means without a
    value (pflag's NoOptDefVal; it then never takes the next word: always so for BOOL). *effect* is
    the least effect of a call that gives the flag a value that counts (a BOOL set to false does
    not count unless *strict*); NEVER refuses it at every level, with *why*.
    """

    name: str
    short: str = ""
    value: Value = BOOL
    bare: str | None = None
    repeats: bool = False
    meaning: Meaning = Meaning.HARMLESS
    effect: Effect = Effect.READ
    why: str = ""
    strict: bool = False

    @property
    def takes_next_word(self) -> bool:
        """Whether ``--flag value`` in two words is one flag with its value."""
        return self.bare is None and not self.value.boolean


@attrs.frozen
class Subject:
    """What a call is about: a kind and, where it says so, a name; empty texts mean any.

    *namespace* is the one that the operand itself names (``istioctl ps web.prod``); the tool then
    uses it instead of the target's.
    """

    kind: str = ""
    name: str = ""
    span: Span | None = attrs.field(default=None, eq=False)
    namespace: str = ""


Check = Callable[["Invocation"], Iterable[Demand]]
"""A rule that looks at a whole call and demands an effect for what it finds."""

Operands = Callable[["Invocation"], tuple[Subject, ...]]
"""Reads the operands of a call; returns what it is about, raises CommandError where one is wrong."""


def no_operands(call: "Invocation") -> tuple[Subject, ...]:
    """The verb takes none: refuse the first one, if any."""
    call.expect_operands(0, 0)
    return ()


@attrs.frozen
class Verb:
    """One command of a tool: the words that name it, its flags, and what it does.

    *group* marks a command that only shows its documentation (``kubectl rollout``). *targets* and
    *namespaced* tell whether it takes a context and a namespace; a *wide* verb without operands and
    without a namespace is about all of them. *sensitivity* marks output of the policy's second
    axis. *why* says in a refusal why a verb is never allowed; *instead* names the nearest allowed form.
    """

    path: tuple[str, ...]
    effect: Effect = Effect.READ
    flags: tuple[Flag, ...] = ()
    aliases: tuple[str, ...] = ()
    operands: Operands = no_operands
    checks: tuple[Check, ...] = ()
    group: bool = False
    targets: bool = True
    namespaced: bool = True
    sensitivity: Sensitivity | None = None
    after_dashes: bool = False
    wide: bool = False
    summary: str = ""
    why: str = ""
    instead: str = ""

    @property
    def words(self) -> str:
        """The path as one writes it: ``rollout status``."""
        return " ".join(self.path)


@attrs.frozen
class Grammar:
    """Everything that Kubeport knows of one tool.

    *common* are the flags of every verb; *early* names those that may stand before the verb
    (security.md 0.3: cobra finds the verb before it knows the flags). *versions* says what the
    tables were held against.
    """

    tool: str
    versions: tuple[str, ...]
    verbs: tuple[Verb, ...]
    common: tuple[Flag, ...]
    early: frozenset[str]
    _index: dict[tuple[str, ...], Verb] = attrs.field(init=False, eq=False, repr=False)
    _aliases: dict[tuple[str, ...], str] = attrs.field(init=False, eq=False, repr=False)
    _flags: dict[tuple[str, ...], "FlagTable"] = attrs.field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_flags", {})
        object.__setattr__(self, "_index", {verb.path: verb for verb in self.verbs})
        object.__setattr__(
            self,
            "_aliases",
            {(*v.path[:-1], alias): v.path[-1] for v in self.verbs for alias in v.aliases},
        )

    def child(self, path: tuple[str, ...], word: str) -> tuple[str, ...] | None:
        """The path of the subcommand that *word* names below *path*, aliases folded; or None."""
        direct = (*path, word)
        if direct in self._index:
            return direct
        canonical = self._aliases.get(direct)
        return None if canonical is None else (*path, canonical)

    def children(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """The words that may follow *path*, in the order of the table."""
        return tuple(v.path[-1] for v in self.verbs if v.path[:-1] == path)

    def verb(self, path: tuple[str, ...]) -> Verb | None:
        """The verb with exactly that canonical path."""
        return self._index.get(path)

    def flags_of(self, verb: Verb) -> "FlagTable":
        """The flags that *verb* takes, its own before the common ones; built once a verb."""
        table = self._flags.get(verb.path)
        if table is None:
            table = self._flags[verb.path] = FlagTable.of(self.common, verb.flags)
        return table


@attrs.frozen
class FlagTable:
    """Flags by long name and by short letter."""

    long: dict[str, Flag]
    short: dict[str, Flag]

    @classmethod
    def of(cls, common: Iterable[Flag], own: Iterable[Flag]) -> "FlagTable":
        """A table in which a verb's own flag hides a common one of the same name or letter."""
        long = {flag.name: flag for flag in common}
        short = {flag.short: flag for flag in common if flag.short}
        for flag in own:
            long[flag.name] = flag
            if flag.short:
                short[flag.short] = flag
        return cls(long, short)
