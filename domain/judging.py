"""Text → understood call → decision: everything between a command line and the permission to run it."""

from collections.abc import Iterable

import attrs

from .command import Pipeline, Token
from .context import Target
from .effect import Effect, Level
from .errors import (
    RESTRICTED_MESSAGE,
    TOOL_NOT_FOUND_MESSAGE,
    TOOLS,
    CommandError,
    PolicyDenied,
    Span,
    ToolNotFound,
)
from .facets import facets_of
from .filters import FilterCall, parse_filter
from .manifest import ManifestObject
from .policy import Caller, Facet, Policy, Rule
from .reading import read
from .tools import grammar_of
from .tools.grammar import Demand, Sensitivity
from .tools.invocation import Invocation
from .tools.kubectl.exec import ExecRules, exec_demands
from .tools.parsing import parse


@attrs.frozen
class Understood:
    """A command line that the grammars understand: the call of a tool and the filters behind it."""

    pipeline: Pipeline
    call: Invocation
    filters: tuple[FilterCall, ...] = ()

    @property
    def source(self) -> str:
        """The text as it came."""
        return self.pipeline.source


@attrs.frozen
class Safeguards:
    """What holds whatever the policy says: the operator's restrictions and lists.

    *deny* are command paths (``helm rollback``); *pipes* the allowed text utilities; *repositories*
    the chart repositories known, None where that is not known; *exec* the rules of kubectl exec.
    """

    tools: tuple[str, ...] = TOOLS
    deny: tuple[str, ...] = ()
    pipes: tuple[str, ...] | None = None
    repositories: tuple[str, ...] | None = None
    exec: ExecRules = ExecRules()


@attrs.frozen
class Decision:
    """Whether a call may run; *effect* is what it does, *rule* the name of what decided.

    A refusal also has *why*, *hint*, the *span* of the offending token and the lowest *level* that
    would allow the call (empty: none).
    """

    allowed: bool
    effect: Effect
    rule: str
    why: str = ""
    hint: str = ""
    span: Span | None = None
    level: str = ""

    def error(self, source: str) -> PolicyDenied:
        """The refusal as an error: the literal message, then why."""
        parts = [RESTRICTED_MESSAGE, self.why + ("" if self.why.endswith((".", "?")) else ".")]
        return PolicyDenied(
            " ".join(parts), source, self.span, self.hint, rule=self.rule, level=self.level
        )


def understand(source: str, tool: str = "", safeguards: Safeguards = Safeguards()) -> Understood:
    """Read *source* as a call of *tool*, or of the tool it names where *tool* is empty.

    Raises:
        ToolNotFound: the command names no tool that exists or is enabled.
        CommandError: the text, the call or a filter cannot be understood.
    """
    pipeline = read(source)
    words = pipeline.stages[0].words
    named = words[0].text if words[0].text in TOOLS else ""
    if tool and named and named != tool:
        raise CommandError(
            f"This is a {named} command.", source, words[0].span,
            f"Call the tool {named}, not {tool}.",
        )
    wanted = tool or named
    if not wanted or wanted not in safeguards.tools:
        raise ToolNotFound(_missing_tool(safeguards), source, words[0].span)
    call = parse(grammar_of(wanted), words[1:] if named else words, source)
    for stage in pipeline.stages[1:]:
        _check_bare(stage.words[0], source)
    filters = tuple(parse_filter(stage, source) for stage in pipeline.stages[1:])
    _check_pipes(filters, safeguards, source)
    return Understood(pipeline, call, filters)


def _check_bare(program: Token, source: str) -> None:
    """A quoted or escaped program name hides which program it is from whoever reads the line."""
    if source[program.span.start : program.span.end] != program.text:
        raise CommandError(
            "The name of a text utility is written without quotes or escapes.", source, program.span,
            f"Write: {program.text}",
        )


def _missing_tool(safeguards: Safeguards) -> str:
    if safeguards.tools == TOOLS:
        return TOOL_NOT_FOUND_MESSAGE
    return f"Tool not found. Available tools: {', '.join(safeguards.tools)}."


def _check_pipes(filters: Iterable[FilterCall], safeguards: Safeguards, source: str) -> None:
    for used in filters:
        if safeguards.pipes is not None and used.name not in safeguards.pipes:
            allowed = ", ".join(safeguards.pipes) or "none"
            raise CommandError(
                f"{used.name} is not allowed behind a pipe here.", source, used.span,
                f"Allowed: {allowed} (setting security.pipes).",
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
    demands = (*call.demands, *_situation(call, safeguards, manifest))
    effect = max((demand.effect for demand in demands), default=Effect.READ)
    if call.help:
        effect = Effect.NEVER if effect is Effect.NEVER else Effect.READ
        demands = tuple(d for d in demands if d.effect is Effect.NEVER)
    facets = facets_of(call, target, caller, policy, manifest)
    level, rule = min((policy.access_of(facet) for facet in facets), key=lambda found: _order(found[0]))
    named = policy.name if rule is None else f"{policy.name}/{rule.name}"
    if not level.permits(effect):
        worst = next(demand for demand in demands if demand.effect is effect) if demands else None
        return _refusal(worst, effect, level, rule, named)
    return _withheld(call, facets, policy, effect) or Decision(True, effect, named)


def _refusal(worst: Demand | None, effect: Effect, level: Level, rule: Rule | None, named: str) -> Decision:
    why = worst.why if worst else "Nothing is allowed here"
    hint = worst.hint if worst else ""
    needed = Level.needed_for(effect)
    if effect is Effect.NEVER:
        named = "never"
    elif rule is not None:
        why = f"{why}; rule {rule.name!r}: {rule.reason}"
    if needed is not None:
        hint = " ".join(filter(None, (hint, f"It needs the level {needed}; this call has {level}.")))
    return Decision(
        False, effect, named, why, hint, worst.span if worst else None, needed.value if needed else ""
    )


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


def _sensitivities(call: Invocation, facet: Facet) -> tuple[Sensitivity, ...]:
    own = (call.verb.sensitivity,) if call.verb.sensitivity else ()
    secret = (Sensitivity.SECRETS,) if facet.kind == "secrets" else ()
    return tuple(dict.fromkeys((*own, *secret)))


def _situation(
    call: Invocation, safeguards: Safeguards, manifest: tuple[ManifestObject, ...]
) -> tuple[Demand, ...]:
    """What the operator's lists and the manifest add to the demands of the call itself."""
    return (
        *_denied(call, safeguards),
        *exec_demands(call, safeguards.exec),
        *_foreign_charts(call, safeguards),
        *(_carried(call, thing) for thing in manifest),
    )


def _denied(call: Invocation, safeguards: Safeguards) -> Iterable[Demand]:
    for path in safeguards.deny:
        if f"{call.command} ".startswith(f"{path} "):
            yield call.demand(Effect.NEVER, f"The operator denies {path} (setting tools.deny)")


def _foreign_charts(call: Invocation, safeguards: Safeguards) -> Iterable[Demand]:
    known = safeguards.repositories
    for subject in call.subjects if known is not None else ():
        if subject.kind == "chart" and subject.name.split("/")[0] not in (known or ()):
            yield Demand(
                Effect.NEVER, f"{subject.name} is not from a configured chart repository", subject.span,
                f"Configured: {', '.join(known or ()) or 'none'}.",
            )


def _carried(call: Invocation, thing: ManifestObject) -> Demand:
    return call.demand(
        thing.effect, f"The manifest holds the {thing.kind} {thing.name}, which changes nodes, access "
        "or the cluster as a whole",
    )


def _order(level: Level) -> int:
    return list(Level).index(level)

