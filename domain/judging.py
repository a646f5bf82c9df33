"""The decision on an understood call: its demands and facets, held against a policy."""

import attrs

from .context import Target
from .effect import Effect, Level
from .errors import RESTRICTED_MESSAGE, ApprovalRequired, PolicyDenied, Span
from .facets import facets_of
from .manifest import ManifestObject
from .policy import Caller, Facet, Policy, Rule
from .safeguards import Safeguards, situation_demands
from .tools.grammar import Demand, Sensitivity
from .tools.invocation import Invocation
from .understanding import Understood

_SCOPE = "scope"
"""In place of a rule's name; those have the name of their policy before them."""


@attrs.frozen
class Decision:
    """Whether a call may run; *effect* is what it does, *rule* the name of what decided.

    A refusal also has *why*, *hint*, the *span* of the offending token and the lowest *level* that
    would allow the call (empty: none). A call that needs a person's approval is not allowed either, until
    it has one: *approval* names what asks for it, and *why* is the reason of that rule.
    """

    allowed: bool
    effect: Effect
    rule: str
    why: str = ""
    hint: str = ""
    span: Span | None = None
    level: str = ""
    approval: str = ""

    @property
    def refused(self) -> bool:
        """Whether nobody's approval would let the call run."""
        return not (self.allowed or self.approval)

    @property
    def out_of_scope(self) -> bool:
        """Whether the policy allows the call, and the caller's own credential does not grant it."""
        return not self.allowed and self.rule == _SCOPE

    def error(self, source: str) -> PolicyDenied:
        """The refusal as an error: the literal message, then why."""
        if self.approval:
            told, hint = "It needs a person's approval.", "The call asks for it: nothing runs before a yes."
            return ApprovalRequired.told(told, "required", self.approval, self.why, hint)
        why = self.why + ("" if self.why.endswith((".", "?")) else ".")
        parts = [RESTRICTED_MESSAGE, why, f"Rule: {self.rule}."]
        return PolicyDenied(
            " ".join(parts), source, self.span, self.hint, rule=self.rule, level=self.level
        )


def judge(
    understood: Understood,
    policy: Policy,
    target: Target = Target(),
    caller: Caller = Caller(),
    safeguards: Safeguards = Safeguards(),
    manifest: tuple[ManifestObject, ...] = (),
) -> Decision:
    """Decide whether *understood* may run against *target* for *caller* under *policy*."""
    call = understood.call
    demands = (*call.demands, *situation_demands(call, safeguards, target, manifest))
    if call.help:  # shows a text, whatever it would do otherwise
        demands = tuple(demand for demand in demands if demand.effect is Effect.NEVER)
    effect = max((demand.effect for demand in demands), default=Effect.READ)
    facets = facets_of(call, target, caller, policy, manifest)
    level, rule = min(
        (policy.access_of(facet) for facet in facets), key=lambda found: found[0].rank
    )
    named = policy.name if rule is None else f"{policy.name}/{rule.name}"
    worst = next((demand for demand in demands if demand.effect is effect), None)
    if not level.permits(effect):
        return _refusal(worst, effect, level, rule, named)
    if not caller.granted.permits(effect):
        return _out_of_scope(worst, effect, caller)
    held = _withheld(call, facets, policy, effect)
    return held or _asked(call, facets, policy, Decision(True, effect, named))


def _refusal(
    worst: Demand | None, effect: Effect, level: Level, rule: Rule | None, named: str
) -> Decision:
    why = worst.why if worst else "Nothing is allowed here"
    hint = worst.hint if worst else ""
    needed = Level.needed_for(effect)
    if effect is Effect.NEVER:
        named = "never"
    elif rule is not None:
        why = f"{why}; rule {rule.name!r}: {rule.reason}"
    if needed is not None:
        hint = " ".join(
            filter(None, (hint, f"It needs the level {needed}; this call has {level}."))
        )
    return Decision(
        False,
        effect,
        named,
        why,
        hint,
        worst.span if worst else None,
        needed.value if needed else "",
    )


def _out_of_scope(worst: Demand | None, effect: Effect, caller: Caller) -> Decision:
    """The refusal of what the policy allows and the caller's own credential does not grant."""
    needed = Level.needed_for(effect) or Level.ADMIN
    own = caller.granted.scope
    granted = f"only the scope {own}" if own else "no scope of ours"
    why = f"The token's scope is too low: this needs {needed.scope}, and the token has {granted}"
    hint = f"Log in again with the scope {needed.scope}; the policy would allow it."
    return Decision(False, effect, _SCOPE, why, hint, worst.span if worst else None, needed.value)


def _withheld(
    call: Invocation, facets: tuple[Facet, ...], policy: Policy, effect: Effect
) -> Decision | None:
    """The refusal of the second axis, where there is one."""
    for facet in () if call.help else facets:
        for wanted in _sensitivities(call, facet):
            held, rule = policy.withholds(facet, wanted)
            if held:
                named = f"{policy.name}/{rule.name}" if rule else policy.name
                why = f"The policy withholds {wanted} here" + (f": {rule.reason}" if rule else "")
                return Decision(False, effect, named, why, span=call.verb_span)
    return None


def _asked(call: Invocation, facets: tuple[Facet, ...], policy: Policy, found: Decision) -> Decision:
    """*found*, or what the third axis makes of it: one facet that needs an approval is enough."""
    wanted, rule = max((policy.approval_of(facet) for facet in facets), key=lambda one: one[0].rank)
    if call.help or not wanted.asks(found.effect):
        return found
    named = f"{policy.name}/{rule.name}" if rule else policy.name
    return attrs.evolve(found, allowed=False, approval=named, why=rule.reason if rule else "")


def _sensitivities(call: Invocation, facet: Facet) -> tuple[Sensitivity, ...]:
    own = (call.verb.sensitivity,) if call.verb.sensitivity else ()
    secret = (Sensitivity.SECRETS,) if facet.kind == "secrets" else ()
    return tuple(dict.fromkeys((*own, *secret)))
