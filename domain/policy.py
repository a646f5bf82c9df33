"""What is allowed, as data: a policy is a default and a table of rules, first match wins.

A policy decides on three axes. *Access*: the highest level of effect (read-only, write, admin).
*Sensitivity*: which output that may tell secrets is given out (logs, Secrets, exec output). And
*approval*: which calls a person must say yes to before they run. A rule speaks on one axis or more,
and only for the calls that its patterns cover.

A call can be about many things at once: ``get pods -A`` is about every namespace. It gets the least
that any of them gets, so a rule that lowers a part lowers the whole, and a rule that raises only a
part raises nothing.
"""

import enum
from collections.abc import Callable, Iterable
from fnmatch import fnmatchcase
from typing import TypeVar

import attrs

from .effect import Approval, Level
from .tools.grammar import Sensitivity

_Said = TypeVar("_Said")
ANY = ("*",)
ALL_SENSITIVE = (Sensitivity.LOGS, Sensitivity.SECRETS, Sensitivity.EXEC)


@attrs.frozen
class Caller:
    """Who calls: a name and groups, both verified by the transport; a laptop user is anonymous.

    *granted* is the highest level that the caller's credential itself grants (OAuth scopes): no policy
    gives more than that.
    """

    name: str = ""
    groups: tuple[str, ...] = ()
    granted: Level = Level.ADMIN


class Scope(enum.Enum):
    """Namespace scopes that are not one namespace."""

    ALL = "every namespace"
    CLUSTER = "the cluster as a whole"


@attrs.frozen
class Facet:
    """One thing that a call is about. Empty *kind* or *name* mean any of them.

    *namespace* is a name or a Scope. *uncertain* marks a kind whose scope we do not know, so that
    its namespace may turn out to be the whole cluster.
    """

    command: str
    context: str = ""
    namespace: str | Scope = Scope.CLUSTER
    kind: str = ""
    name: str = ""
    caller: Caller = Caller()
    uncertain: bool = False


class Match(enum.IntEnum):
    """How much of a facet a rule covers."""

    NO = 0
    SOME = 1
    ALL = 2


@attrs.frozen
class Rule:
    """One row of a policy: what it covers, and what that gets.

    *contexts*, *namespaces*, *commands* (``kubectl rollout *``), *kinds* (plural, ``pods``),
    *names* and *callers* (names, or ``group:NAME``) are globs. *access*, *sensitive* and *approval*
    are what a covered call gets on each axis; None leaves the axis to later rules. *reason* is quoted
    when the rule refuses or asks.
    """

    name: str
    reason: str
    access: Level | None = None
    sensitive: tuple[Sensitivity, ...] | None = None
    contexts: tuple[str, ...] = ANY
    namespaces: tuple[str, ...] = ANY
    commands: tuple[str, ...] = ANY
    kinds: tuple[str, ...] = ANY
    names: tuple[str, ...] = ANY
    callers: tuple[str, ...] = ANY
    approval: Approval | None = None

    def match(self, facet: Facet) -> Match:
        """How much of *facet* this rule covers."""
        return min(
            _match(self.commands, facet.command),
            _match(self.contexts, facet.context),
            self._match_caller(facet.caller),
            _match_any(self.kinds, facet.kind),
            _match_any(self.names, facet.name),
            self._match_namespace(facet),
        )

    def concerns(self, caller: Caller, context: str | None) -> bool:
        """Whether anything that *caller* does in *context* (None: in any) can be covered."""
        if self._match_caller(caller) is Match.NO:
            return False
        return context is None or _match(self.contexts, context) is not Match.NO

    def covers_all(self, context: str | None) -> bool:
        """Whether nothing in *context* (None: in any) is left for later rules, for a caller it concerns."""
        others = (self.namespaces, self.commands, self.kinds, self.names)
        return all("*" in one for one in others) and (context is not None or "*" in self.contexts)

    def _match_caller(self, caller: Caller) -> Match:
        own = (caller.name, *(f"group:{group}" for group in caller.groups))
        return max(_match(self.callers, name) for name in own)

    def _match_namespace(self, facet: Facet) -> Match:
        if "*" in self.namespaces:
            return Match.ALL
        if facet.namespace is Scope.CLUSTER:
            return Match.NO
        if isinstance(facet.namespace, Scope):
            return Match.SOME
        found = _match(self.namespaces, facet.namespace)
        return min(found, Match.SOME) if facet.uncertain else found


def is_name(pattern: str) -> bool:
    """Whether *pattern* stands for itself alone."""
    return not set("*?[") & set(pattern)


def _match(patterns: Iterable[str], text: str) -> Match:
    return Match.ALL if any(fnmatchcase(text, pattern) for pattern in patterns) else Match.NO


def _match_any(patterns: tuple[str, ...], text: str) -> Match:
    """As ``_match``, where an empty *text* stands for any."""
    if "*" in patterns:
        return Match.ALL
    return _match(patterns, text) if text else Match.SOME


@attrs.frozen
class Policy:
    """A default on each axis, and the rules that come before it.

    *namespaced_kinds* tells us of kinds beyond Kubernetes' own (``virtualservices.networking.istio.io``)
    that they live in a namespace; others count as cluster-wide wherever namespaces matter.
    """

    name: str
    access: Level = Level.READ_ONLY
    sensitive: tuple[Sensitivity, ...] = ALL_SENSITIVE
    rules: tuple[Rule, ...] = ()
    namespaced_kinds: tuple[str, ...] = ()
    approval: Approval = Approval.NONE

    def access_of(self, facet: Facet) -> tuple[Level, Rule | None]:
        """The level that *facet* gets, and the rule that says so (None: the policy's default)."""
        return self._strictest(facet, lambda rule: rule.access, self.access, lambda level: -level.rank)

    def most(self, caller: Caller, context: str | None = None) -> Level:
        """The highest level that *caller* can have for anything in *context*; None: in any context.

        ``none`` means that there is nothing for the caller: the context is as if it did not exist.
        """
        levels = [Level.NONE]
        for rule in self.rules:
            if rule.access is None or not rule.concerns(caller, context):
                continue
            levels.append(rule.access)
            if rule.covers_all(context):
                break
        else:
            levels.append(self.access)
        most = max(levels, key=lambda level: level.rank)
        return min(most, caller.granted, key=lambda level: level.rank)

    def named_namespaces(self, caller: Caller, context: str) -> tuple[str, ...]:
        """Namespaces that rules name in full where they give *caller* something in *context*, sorted.

        Patterns are left out: what they stand for is known to the cluster alone. Other rules may take away
        again what one gives.
        """
        giving = (rule for rule in self.rules if rule.access not in (None, Level.NONE))
        concerned = (rule for rule in giving if rule.concerns(caller, context))
        return tuple(sorted({name for rule in concerned for name in rule.namespaces if is_name(name)}))

    def withholds(self, facet: Facet, wanted: Sensitivity) -> tuple[bool, Rule | None]:
        """Whether output of the *wanted* sensitivity is withheld from *facet*, and by which rule."""

        def withheld(rule: Rule) -> bool | None:
            return None if rule.sensitive is None else wanted not in rule.sensitive

        return self._strictest(facet, withheld, wanted not in self.sensitive, int)

    def approval_of(self, facet: Facet) -> tuple[Approval, Rule | None]:
        """Which calls about *facet* need a yes, and the rule that says so (None: the policy's default)."""
        return self._strictest(facet, lambda rule: rule.approval, self.approval, lambda asks: asks.rank)

    def _strictest(
        self,
        facet: Facet,
        spoken: Callable[[Rule], _Said | None],
        default: _Said,
        strictness: Callable[[_Said], int],
    ) -> tuple[_Said, Rule | None]:
        """What *facet* gets on the axis on which rules have *spoken*, and the rule that says so.

        That is the strictest word of the rules down to the first that covers all of it; if none does, of
        all rules and the *default* (None: the policy's own).
        """
        found: tuple[_Said, Rule | None] | None = None
        for rule in self.rules:
            said = spoken(rule)
            if said is None or (match := rule.match(facet)) is Match.NO:
                continue
            if found is None or strictness(said) > strictness(found[0]):
                found = (said, rule)
            if match is Match.ALL:
                return found
        if found is not None and strictness(found[0]) >= strictness(default):
            return found
        return default, None


BUILT_IN = {
    level.value: Policy(level.value, access=level)
    for level in (Level.READ_ONLY, Level.WRITE, Level.ADMIN)
}
