"""A person's yes before a call runs: who is asked, for how long, and what becomes of the answer."""

import asyncio
import hashlib
from collections import Counter

import attrs

from ..domain.approval import Answer, Question, digest_of
from ..domain.context import Target
from ..domain.errors import ApprovalRequired
from ..domain.judging import Decision
from ..domain.manifest import ManifestObject
from ..domain.redaction import redact
from ..domain.tools.invocation import Invocation
from .ports import Approver, Clock, Job, Once
from .record import clean
from .request import Request


@attrs.define
class Asked:
    """What is kept of a question: the rule that asked, the answer (empty: none came), seconds waited."""

    rule: str
    answer: str = ""
    waited: float = 0.0


@attrs.define(eq=False)
class Approvals:
    """Asks *approver* (None: nobody), for at most *seconds*; of each caller *most* calls wait at once.

    *once* and *key* are for approvers whose answers travel with a client: the key seals them, and is the same
    on all replicas.
    """

    approver: Approver | None
    once: Once
    clock: Clock
    key: bytes = attrs.field(repr=False)
    seconds: float = 300.0
    most: int = 4
    _waiting: Counter[str] = attrs.field(factory=Counter[str], init=False)

    async def settle(self, question: Question, asked: Asked, approver: Approver | None) -> None:
        """Return once *question* is approved; what came of it is noted in *asked*.

        Raises:
            ApprovalRequired: it is not, or nobody can be asked.
        """
        began = self.clock.monotonic()
        try:
            asked.answer = await self._answer(question, approver or self.approver)
        except ApprovalRequired as error:
            asked.answer = error.reason
            raise
        finally:
            asked.waited = round(self.clock.monotonic() - began, 3)
        if asked.answer != Answer.APPROVED:
            raise not_approved(Answer(asked.answer), question)

    async def _answer(self, question: Question, approver: Approver | None) -> Answer:
        if approver is None:
            return Answer.UNAVAILABLE
        caller = question.caller.name
        _ = question.text  # what cannot be shown whole is not asked about
        if self._waiting[caller] >= self.most:
            raise _busy(question, self.most)
        self._waiting[caller] += 1
        try:
            async with asyncio.timeout(self.seconds):
                answer = await approver.ask(question)
        except TimeoutError:
            return Answer.EXPIRED
        finally:
            self._waiting[caller] -= 1
            self._waiting += Counter()  # without those that are zero
        if not isinstance(answer, Answer):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"an approver answered {type(answer).__name__}, not Answer")
        return answer


def question_of(
    request: Request,
    call: Invocation,
    job: Job,
    target: Target,
    decision: Decision,
    manifest: tuple[ManifestObject, ...],
    seconds: float,
) -> Question:
    """The question about the very *job* that runs once it is approved."""
    argv, text = tuple(stage.argv for stage in job.stages), job.stdin
    shown, about = clean(argv, call), _objects(call, manifest)
    named = tuple(redact(one)[0] for one in about)
    content, found = redact(text or "")
    return Question(
        shown,
        target,
        decision.effect,
        decision.approval,
        decision.why,
        named,
        request.caller,
        digest_of(request.caller, target, argv, text, job.kubeconfig, job.in_cluster),
        hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() if text is not None else "",
        content,
        bool(found) or (shown, named) != (argv, about),
        seconds,
    )


def _objects(call: Invocation, manifest: tuple[ManifestObject, ...]) -> tuple[str, ...]:
    """What the call is about, each named once."""
    if manifest:
        told = [f"{one.kind} {f'{one.namespace}/' if one.namespace else ''}{one.name}" for one in manifest]
    else:
        told = ["/".join(filter(None, (one.kind, one.name))) for one in call.subjects]
    return tuple(dict.fromkeys(one for one in told if one))


def not_approved(answer: Answer, question: Question) -> ApprovalRequired:
    """The error of a call that was not approved."""
    what, hint = _TOLD[answer]
    return ApprovalRequired.told(
        f"Nothing was run: {what.format(seconds=question.seconds)}",
        answer.value,
        question.rule,
        question.reason,
        hint or _by_hand(question),
    )


_TOLD = {
    Answer.DECLINED: (
        "the person who was asked declined.",
        "Do not try to get around it: ask what is wanted instead.",
    ),
    Answer.UNAVAILABLE: ("it needs a person's approval, and nobody can be asked here.", ""),
    Answer.PENDING: (
        "a person has been asked for approval.",
        "Make the same call again once they have answered.",
    ),
    Answer.EXPIRED: (
        "nobody approved it within {seconds:g} seconds.",
        "Make the call again when somebody is there to approve it.",
    ),
    Answer.USED: (
        "this approval was used already.",
        "An approval is for one call: make the call again to ask for another.",
    ),
    Answer.CHANGED: (
        "what would run is no longer what was approved.",
        "Make the call again, so that a person sees what it is now.",
    ),
}


def _by_hand(question: Question) -> str:
    """How a person does it without us; a line that would not show as it is, is not told."""
    if not question.by_hand.isprintable():
        return "The client must be one that can ask its user (MCP elicitation)."
    manifest = ", with the manifest on its standard input" if question.manifest else ""
    secrets = ", with the secrets that are not told here" if question.hidden else ""
    return (
        "Ask the user to run it in a terminal themselves, or to use a client that can ask them (MCP "
        f"elicitation){manifest}{secrets}: {question.by_hand}"
    )


def _busy(question: Question, most: int) -> ApprovalRequired:
    return ApprovalRequired.told(
        f"Nothing was run: {most} calls wait for approval already.",
        "busy",
        question.rule,
        question.reason,
        "Wait until those are answered.",
    )
