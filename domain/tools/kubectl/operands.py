"""Readers of operands: which words after a verb are kinds, names, changes, or something else."""

from ...command import Token
from ..grammar import Operands, Subject
from ..invocation import FlagUse, Invocation
from ..values import CONTEXT, SELECTOR, Value
from . import forms
from .kinds import canonical

_MOST = 256
_MIXED = "Write TYPE/NAME for every object, or one TYPE and then names: pods a b, or pod/a svc/b."


def resources(call: Invocation) -> tuple[Subject, ...]:
    """``TYPE[,TYPE…] [NAME…]`` or ``TYPE/NAME…``, at least one kind."""
    return _objects(call, call.operands, forms.OBJECT_NAME)


def prefixes(call: Invocation) -> tuple[Subject, ...]:
    """As ``resources``, and a name may be the beginning of one (describe)."""
    return _objects(call, call.operands, forms.NAME_PREFIX)


def resources_or_raw(call: Invocation) -> tuple[Subject, ...]:
    """As ``resources``; a call with ``--raw`` has nothing but that flag (get)."""
    raw = call.use("raw")
    if raw is None:
        return resources(call)
    call.expect_operands(0, 0)
    allowed = {"raw", *(flag.name for flag in call.grammar.common)}
    for use in call.flags:
        if use.flag.name not in allowed:
            raise call.error("--raw goes without any other flag of get.", use.span, "Leave it out.")
    return _metrics(raw)


def _metrics(raw: FlagUse) -> tuple[Subject, ...]:
    """The objects that a path below the metrics API is about; the health paths are about none."""
    *_, namespace, kind = raw.value.rsplit("/", 2)
    if kind == "pods":
        return (Subject("pods", "", raw.span, namespace),)
    return (Subject("nodes", "", raw.span),) if kind == "nodes" else ()


def dumped(call: Invocation) -> tuple[Subject, ...]:
    """No operands; nodes and everything in the namespaces of the flag (cluster-info dump)."""
    call.expect_operands(0, 0)
    given = [name for value in call.values("namespaces") for name in value.split(",")]
    chosen = given or ["kube-system", ""]
    return (
        Subject("nodes", "", call.verb_span),
        *(Subject("", "", call.verb_span, namespace) for namespace in chosen),
    )


def name_of(kind: str) -> Operands:
    """Exactly one NAME, of an object of *kind* (create, run)."""

    def read(call: Invocation) -> tuple[Subject, ...]:
        call.expect_operands(1, 1)
        return (_named(call, kind, call.operands[0], forms.OBJECT_NAME),)

    return read


def optional_name_of(kind: str) -> Operands:
    """At most one NAME of an object of *kind* (top)."""

    def read(call: Invocation) -> tuple[Subject, ...]:
        call.expect_operands(0, 1)
        names = (_named(call, kind, word, forms.OBJECT_NAME) for word in call.operands)
        return tuple(names) or (Subject(kind, "", call.verb_span),)

    return read


def node_names(call: Invocation) -> tuple[Subject, ...]:
    """Names of nodes, also as node/NAME; at least one, or a selector (cordon, uncordon)."""
    if not call.operands and call.value("selector") is None:
        raise call.error(f"{call.command} needs the name of a node.")
    found = tuple(_of_pods_or(call, word, "nodes") for word in _bounded(call, call.operands))
    for subject in found:
        if subject.kind != "nodes":
            raise call.error(f"{call.command} works on nodes only.", subject.span)
    return found or (Subject("nodes", "", call.verb_span),)


def one_pod(call: Invocation) -> tuple[Subject, ...]:
    """``POD`` or ``TYPE/NAME`` (exec)."""
    if further := call.operands[1:]:
        raise call.error(
            "The program goes behind --.",
            further[0].span,
            "Write: kubectl exec POD [-c CONTAINER] -- PROGRAM [ARGUMENTS].",
        )
    call.expect_operands(1, 1)
    return (_of_pods_or(call, call.operands[0], "pods"),)


def log_source(call: Invocation) -> tuple[Subject, ...]:
    """``POD`` or ``TYPE/NAME``, then a container or not; nothing with a selector (logs)."""
    if not call.operands and call.value("selector") is None:
        raise call.error("kubectl logs needs a pod or a selector.", hint=call.verb.instead)
    call.expect_operands(0, 2)
    if len(call.operands) == 2:
        _check(call, call.operands[1], forms.CONTAINER)
    if not call.operands:
        return (Subject("pods", "", call.verb_span),)
    return (_of_pods_or(call, call.operands[0], "pods"),)


def listed(kind: str) -> Operands:
    """No operands: the call is about every object of *kind* (events)."""

    def read(call: Invocation) -> tuple[Subject, ...]:
        call.expect_operands(0, 0)
        return (Subject(kind, "", call.verb_span),)

    return read


def with_changes(form: Value, *, colon: bool = False) -> Operands:
    """Objects, then changes of the given *form*; *colon* lets one be ``KEY:EFFECT`` (taint)."""

    def read(call: Invocation) -> tuple[Subject, ...]:
        objects, changed = split_changes(call.operands, colon)
        if not changed and not call.is_true("list"):
            raise call.error(f"{call.command} needs at least one change: {form.name}.")
        return _changed(call, objects, changed, form)

    return read


def environment(call: Invocation) -> tuple[Subject, ...]:
    """Objects, then NAME=VALUE or NAME-; or the changes stand in flags (set env)."""
    objects, changed = split_changes(call.operands)
    return _changed(call, objects, changed, forms.ENV_CHANGE)


def _changed(
    call: Invocation, objects: tuple[Token, ...], changed: tuple[Token, ...], form: Value
) -> tuple[Subject, ...]:
    for word in changed:
        _check(call, word, form)
    return _objects(call, objects, forms.OBJECT_NAME)


def split_changes(words: tuple[Token, ...], colon: bool = False) -> tuple[tuple[Token, ...], ...]:
    """*words* up to the first that is a change, and the rest, as kubectl divides them."""
    place = next((at for at, word in enumerate(words) if _is_change(word.text, colon)), len(words))
    return words[:place], words[place:]


def with_selector(call: Invocation) -> tuple[Subject, ...]:
    """Objects, then one expression such as ``app=web,tier=front`` (set selector)."""
    if len(call.operands) < 2:
        raise call.error("kubectl set selector needs TYPE/NAME and a selector such as app=web.")
    _check(call, call.operands[-1], SELECTOR)
    return _objects(call, call.operands[:-1], forms.OBJECT_NAME)


def with_account(call: Invocation) -> tuple[Subject, ...]:
    """Objects, then the name of a service account (set serviceaccount)."""
    if len(call.operands) < 2:
        raise call.error("kubectl set serviceaccount needs TYPE/NAME and the account's name.")
    _check(call, call.operands[-1], forms.OBJECT_NAME)
    return _objects(call, call.operands[:-1], forms.OBJECT_NAME)


def manifest(call: Invocation) -> tuple[Subject, ...]:
    """No operands, and ``-f -``: the manifest tells what it is about (apply, create, replace)."""
    below = ", ".join(call.grammar.children(call.verb.path))
    hint = f"Subcommands: {below}." if below else "Leave it out."
    if call.operands:
        word = call.operands[0]
        raise call.error(f"{word.text!r} is not a subcommand of {call.command}.", word.span, hint)
    if call.use("filename") is None:
        raise call.error(
            f"{call.command} needs -f - and the manifest itself in the argument `manifest`.",
            hint=hint if below else "",
        )
    return ()


def field_path(call: Invocation) -> tuple[Subject, ...]:
    """``TYPE[.FIELD…]`` (explain); documentation is about no object."""
    call.expect_operands(1, 1)
    _check(call, call.operands[0], forms.FIELD_PATH)
    return ()


def question(call: Invocation) -> tuple[Subject, ...]:
    """``VERB TYPE[/NAME]``, ``VERB /PATH``, or nothing with --list (can-i): about no object."""
    if call.is_true("list"):
        call.expect_operands(0, 0)
        return ()
    call.expect_operands(2, 2)
    verb, asked = call.operands
    _check(call, verb, forms.ACTION)
    _check(call, asked, forms.ASKED)
    return ()


def context_names(call: Invocation) -> tuple[Subject, ...]:
    """Names of contexts, or none for all (config get-contexts)."""
    for word in call.operands:
        _check(call, word, CONTEXT)
    return ()


def _objects(call: Invocation, words: tuple[Token, ...], names: Value) -> tuple[Subject, ...]:
    if not words:
        raise call.error(f"{call.command} needs a kind, such as: {call.command} pods.")
    _bounded(call, words)
    if "/" in words[0].text:
        return tuple(_slashed(call, word, names) for word in words)
    kinds = tuple(_kind(call, words[0], part) for part in words[0].text.split(","))
    if len(words) == 1:
        return tuple(Subject(kind, "", words[0].span) for kind in kinds)
    return tuple(_named(call, kind, word, names) for word in words[1:] for kind in kinds)


def _bounded(call: Invocation, words: tuple[Token, ...]) -> tuple[Token, ...]:
    if len(words) > _MOST or (words and words[0].text.count(",") > _MOST // 4):
        raise call.error(f"More than {_MOST} operands in one call.", words[-1].span)
    return words


def _slashed(call: Invocation, word: Token, names: Value) -> Subject:
    kind, slash, name = word.text.partition("/")
    if not slash or "," in kind:
        raise call.error(_MIXED, word.span)
    if not names.accepts(name):
        raise call.error(f"Expected TYPE/NAME with {names.name}.", word.span)
    return Subject(_kind(call, word, kind), name, word.span)


def _of_pods_or(call: Invocation, word: Token, kind: str) -> Subject:
    if "/" in word.text:
        return _slashed(call, word, forms.OBJECT_NAME)
    return _named(call, kind, word, forms.OBJECT_NAME)


def _kind(call: Invocation, word: Token, text: str) -> str:
    if not forms.KIND_NAME.accepts(text):
        raise call.error(f"Expected {forms.KIND_NAME.name}.", word.span)
    return canonical(text)


def _named(call: Invocation, kind: str, word: Token, names: Value) -> Subject:
    if not names.accepts(word.text):
        raise call.error(_MIXED if "/" in word.text else f"Expected {names.name}.", word.span)
    return Subject(kind, word.text, word.span)


def _check(call: Invocation, word: Token, form: Value) -> None:
    if not form.accepts(word.text):
        raise call.error(f"Expected {form.name}.", word.span)


def _is_change(text: str, colon: bool) -> bool:
    return "=" in text or text.endswith("-") or (colon and ":" in text)
