"""The words of a policy: kinds as the judge names them; rules that never decide, words that mean nothing."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import attrs

from .errors import TOOLS
from .policy import Policy, Rule, is_name
from .tools import grammar_of
from .tools.kubectl.kinds import lookup


def canonical(policy: Policy) -> Policy:
    """*policy* with its kinds as the judge names them: ``deploy`` and ``Deployment`` are ``deployments``."""
    rules = tuple(attrs.evolve(rule, kinds=_kinds(rule.kinds)) for rule in policy.rules)
    return attrs.evolve(policy, rules=rules, namespaced_kinds=_kinds(policy.namespaced_kinds))


def _kinds(kinds: tuple[str, ...]) -> tuple[str, ...]:
    found = (lookup(kind) for kind in kinds)
    return tuple(
        known.plural if known else kind.lower() for kind, known in zip(kinds, found, strict=True)
    )


def lint(policy: Policy) -> tuple[str, ...]:
    """One sentence for each finding, in the order of the rules; none for a clean policy."""
    findings = list[str]()
    for place, rule in enumerate(policy.rules):
        named = f"rule {place + 1} ({rule.name})"
        earlier = policy.rules[:place]
        findings += [f"{named}: never reached, {why}" for why in _shadows(rule, earlier)]
        findings += [f"{named}: {finding}" for finding in _unknown(rule)]
    return tuple(findings)


def _shadows(rule: Rule, earlier: tuple[Rule, ...]) -> Iterator[str]:
    """An earlier rule covers all that *rule* covers, on every axis that *rule* speaks on."""
    covering = [one for one in earlier if _covers(one, rule)]
    spoken = [axis for axis in _AXES if getattr(rule, axis) is not None]
    first = [next((one for one in covering if getattr(one, axis) is not None), None) for axis in spoken]
    if first and first[0] is not None and None not in first:
        yield f"{first[0].name} comes before it and covers all of it."


_AXES = ("access", "sensitive", "approval")


def _covers(one: Rule, other: Rule) -> bool:
    fields = ("contexts", "namespaces", "commands", "kinds", "names", "callers")
    return all(_covers_all(getattr(one, name), getattr(other, name)) for name in fields)


def _covers_all(patterns: tuple[str, ...], others: tuple[str, ...]) -> bool:
    """Whether every text that one of *others* matches is matched by *patterns*; may miss some."""
    return all(
        any(
            pattern == other
            or (is_name(other) and fnmatchcase(other, pattern))
            or pattern == "*"
            for pattern in patterns
        )
        for other in others
    )


def _unknown(rule: Rule) -> Iterator[str]:
    commands = tuple(_known_commands())
    for pattern in rule.commands:
        if not any(fnmatchcase(command, pattern) for command in commands):
            yield f"commands: {pattern!r} matches no command that Kubeport knows."
    for kind in rule.kinds:
        if is_name(kind) and "." not in kind and lookup(kind) is None:
            yield f"kinds: {kind!r} is not a built-in kind; write others with their group (name.group)."


def _known_commands() -> Iterator[str]:
    for tool in TOOLS:
        for verb in grammar_of(tool).verbs:
            yield " ".join((tool, *verb.path))
