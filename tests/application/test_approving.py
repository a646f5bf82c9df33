"""Asking a person: between judging and running, about exactly what runs, and never a silent yes."""

import asyncio
import shlex
from collections.abc import Awaitable, Callable

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeport import FakeCluster, Settings, in_memory, live
from kubeport.adapters.fake_cluster import shop
from kubeport.application.caller_settings import IdentitySettings
from kubeport.application.ports import Approver
from kubeport.application.request import Request
from kubeport.application.settings import AuditSettings
from kubeport.domain.approval import Answer, Question, digest_of
from kubeport.domain.effect import Approval, Level
from kubeport.domain.errors import ApprovalRequired, ExecutionFailed
from kubeport.domain.policy import Caller, Policy
from kubeport.domain.result import Result

from .scripted import TWO, Bench

pytestmark = pytest.mark.anyio
ASKS = Policy("team", access=Level.ADMIN, approval=Approval.CHANGES)
SCALE = Request("kubectl scale deploy/web --replicas=0")
MANIFEST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n---\nkind: Secret\nmetadata: {name: b}\n"


@attrs.define
class Person:
    """Answers *answer*, and keeps what was asked; *before* happens while they think."""

    answer: Answer = Answer.APPROVED
    before: Callable[[], Awaitable[None]] | None = None
    asked: list[Question] = attrs.field(factory=list[Question])

    async def ask(self, question: Question) -> Answer:
        """The answer, after a while."""
        self.asked.append(question)
        if self.before is not None:
            await self.before()
        return self.answer


def bench(approver: Approver | None, **more: object) -> Bench:
    """A bench whose policy wants changes approved."""
    return Bench(policy=ASKS, approver=approver, **more)  # type: ignore[arg-type]


def reason(result: Result) -> str:
    """Why a call was not approved; it must be that error."""
    assert result.error is not None and result.error.code == "APPROVAL_REQUIRED"
    assert "Nothing was run" in result.error.message and result.error.rule == "team"
    return result.error.reason


async def test_an_approved_call_runs_and_is_on_record() -> None:
    """Asked once; the record before it ran has the answer already, and the seconds that it took."""
    person = Person()
    one = bench(person)

    async def think() -> None:
        assert not one.executor.jobs
        one.clock.advance(12)

    person.before = think
    result = await one.run(SCALE)
    assert result.error is None and result.queue_time is None
    assert len(person.asked) == len(one.executor.jobs) == 1
    asked = {"rule": "team", "answer": "approved", "waited": 12.0}
    told = [(row["event"], row["allowed"], row["approval"]) for row in one.audit.records]
    assert told == [("intent", True, asked), ("outcome", True, asked)]


async def test_a_read_asks_nobody() -> None:
    """Unless the policy says so."""
    person = Person()
    one = bench(person)
    assert (await one.run(Request("kubectl get pods"))).error is None
    assert not person.asked and one.audit.records[0]["approval"] is None
    one.policy = Policy("team", approval=Approval.ALL)
    await one.run(Request("kubectl get pods"))
    assert len(person.asked) == 1


@pytest.mark.parametrize("answer", [one for one in Answer if one is not Answer.APPROVED])
async def test_any_other_answer_runs_nothing(answer: Answer) -> None:
    """A clear error that says what to do, and one record: not allowed, with the answer."""
    one = bench(Person(answer))
    result = await one.run(SCALE)
    assert reason(result) == answer.value
    assert result.error is not None and result.error.hint
    assert not one.executor.jobs
    [row] = one.audit.records
    assert (row["allowed"], row["code"], row["reason"]) == (False, "APPROVAL_REQUIRED", answer.value)
    assert row["approval"]["answer"] == answer.value


async def test_where_nobody_can_be_asked_the_user_is_told_how() -> None:
    """The exact command line, quoted so that a shell reads the same words."""
    one = bench(None)
    result = await one.run(Request("kubectl annotate deploy/web 'note=$(id); `x`' | grep -c 'a b'"))
    assert reason(result) == "unavailable" and not one.executor.jobs
    assert result.error is not None
    line = result.error.hint.partition("): ")[2]
    tool, _, piped = line.partition(" | ")
    place = ("--context=dev", "--namespace=shop")
    assert shlex.split(tool) == ["kubectl", "annotate", *place, "deploy/web", "note=$(id); `x`"]
    assert shlex.split(piped) == ["grep", "-c", "--", "a b"]


async def test_the_person_sees_in_whose_name_it_runs() -> None:
    """Impersonation is in the form and in what runs; by hand the person needs none."""
    identity = IdentitySettings(mode="impersonate", user="oidc:{name}")
    settings_, person = Settings(identity=identity), Person(Answer.UNAVAILABLE)
    kubeport = in_memory(shop(), settings_, policy=ASKS, approver=person)
    result = await kubeport.run(attrs.evolve(SCALE, caller=Caller("ann")))
    assert "--as=oidc:ann" in person.asked[0].text and "caller     ann" in person.asked[0].text
    assert reason(result) == "unavailable" and result.error is not None
    assert "--as" not in result.error.hint and "kubectl scale --context=demo" in result.error.hint


async def test_the_line_to_run_tells_no_secret() -> None:
    """Neither the person's form nor the refusal nor the record has it; the form says that it is hidden."""
    person = Person(Answer.UNAVAILABLE)
    one = bench(person)
    words = "kubectl create secret generic db --from-literal=password=hunter2hunter2"
    result = await one.run(Request(words))
    assert "hunter2" not in str(result.as_dict()) + str(one.audit.records) + person.asked[0].text
    assert person.asked[0].hidden and "approve them unseen" in person.asked[0].text


async def test_the_one_of_the_call_answers_before_the_one_of_the_server() -> None:
    """An approver may come with the call: the client that made it."""
    first, second = Person(Answer.DECLINED), Person()
    result = await bench(first).run(SCALE, None, second)
    assert result.error is None and not first.asked and len(second.asked) == 1


async def test_an_answer_has_a_time_limit() -> None:
    """Who does not answer has not approved; the question is withdrawn."""
    withdrawn = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            withdrawn.set()

    one = bench(Person(before=forever), approval_seconds=0.1)
    result = await one.run(SCALE)
    assert reason(result) == "expired" and withdrawn.is_set() and not one.executor.jobs
    assert result.error is not None and "0.1 seconds" in result.error.message


async def test_a_cancellation_ends_the_wait() -> None:
    """The question is withdrawn, nothing runs, and the record says that no answer came."""
    person = Person(before=asyncio.Event().wait)  # type: ignore[arg-type]
    one = bench(person)
    task = asyncio.create_task(one.run(SCALE))
    while not person.asked:
        await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not one.executor.jobs
    [row] = one.audit.records
    assert row["reason"] == "cancelled" and row["approval"]["answer"] == "" and not row["allowed"]


async def test_waiting_takes_no_turn_and_is_bounded() -> None:
    """Others run meanwhile; the third question of one caller is refused, another caller's is not."""
    go = asyncio.Event()
    person = Person(before=go.wait)  # type: ignore[arg-type]
    one = bench(person)
    run = one.run
    waiting = [asyncio.create_task(run(SCALE)) for _ in range(2)]
    while len(person.asked) < 2:
        await asyncio.sleep(0)
    assert run.turns.running == 0
    assert reason(await run(SCALE)) == "busy"
    other = asyncio.create_task(run(attrs.evolve(SCALE, caller=Caller("ann"))))
    assert (await run(Request("kubectl get pods"))).error is None
    go.set()
    assert [result.error for result in await asyncio.gather(*waiting, other)] == [None] * 3
    assert (await run(SCALE)).error is None


async def test_the_rules_are_asked_again_after_the_answer() -> None:
    """A policy that refuses by then has the last word."""
    person = Person()
    one = bench(person)

    async def tighten() -> None:
        one.policy = Policy("tight", access=Level.READ_ONLY)

    person.before = tighten
    result = await one.run(SCALE)
    assert result.error is not None and result.error.code == "POLICY_DENIED"
    assert not one.executor.jobs and one.audit.records[-1]["allowed"] is False


async def test_a_failing_audit_still_refuses_an_approved_change() -> None:
    """An approval is not a way around the record."""

    class Broken:
        async def record(self, entry: object, durable: bool = False) -> None:
            raise ExecutionFailed("no disk")

        async def check(self) -> None: ...
        async def aclose(self) -> None: ...

    one = bench(Person(), settings=Settings(audit=AuditSettings()), audit=Broken())
    result = await one.run(SCALE)
    assert result.error is not None and result.error.reason == "audit_unavailable"
    assert not one.executor.jobs


@pytest.mark.parametrize("answer", [True, "approved", None, 1])
async def test_an_answer_of_another_type_is_a_defect_and_no_yes(answer: object) -> None:
    """An embedder's approver that answers with a truth value lets nothing run."""
    one = bench(Person(answer))  # type: ignore[arg-type]
    result = await one.run(SCALE)
    assert result.error is not None and result.error.code == "INTERNAL_ERROR"
    assert not one.executor.jobs


async def test_a_defect_of_an_approver_is_no_yes() -> None:
    """Nor does its text reach anybody."""

    async def fail() -> None:
        raise RuntimeError("token=abc")

    one = bench(Person(before=fail))
    result = await one.run(SCALE)
    assert result.error is not None and "abc" not in str(result.as_dict()) and not one.executor.jobs


async def test_a_manifest_is_told_by_its_objects_and_digest() -> None:
    """The person sees every object; too many cannot be asked about."""
    person = Person()
    one = bench(person)
    await one.run(Request("kubectl apply -f -", manifest=MANIFEST))
    [asked] = person.asked
    assert asked.objects == ("ConfigMap a", "Secret b") and len(asked.manifest) == 64
    assert "ConfigMap a" in asked.text and asked.manifest in asked.text
    assert "| metadata: {name: b}" in asked.text and not asked.hidden
    many = "---\n".join(f"kind: ConfigMap\nmetadata: {{name: c{place}}}\n" for place in range(60))
    result = await one.run(Request("kubectl apply -f -", manifest=many))
    assert reason(result) == "too_long" and len(person.asked) == len(one.executor.jobs) == 1


async def test_the_secrets_of_a_manifest_are_not_shown() -> None:
    """The form says that they are hidden; what runs has them."""
    person = Person()
    one = bench(person)
    text = "apiVersion: v1\nkind: Secret\nmetadata: {name: b}\nstringData:\n  password: hunter2hunter2\n"
    assert (await one.run(Request("kubectl apply -f -", manifest=text))).error is None
    [asked] = person.asked
    assert asked.hidden and "hunter2" not in asked.text and "approve them unseen" in asked.text
    assert one.executor.jobs[0].stdin == text


WORDS = st.lists(
    st.sampled_from(
        ["web", "cart-0", "-l", "a=b", "--replicas=2", "-n", "prod", "-A", "deploy/web", "'a b'", "| wc -l"]
    ),
    max_size=5,
)
COMMANDS = st.sampled_from(
    ["scale deploy/web --replicas=1", "delete pod web", "label pod web", "rollout restart sts", "apply -f -"]
)
MANIFESTS = st.sampled_from([None, MANIFEST, "kind: Pod\nmetadata: {name: a, namespace: b}\n"])


@settings(deadline=None)
@given(COMMANDS, WORDS, st.sampled_from(["", "dev", "prod"]), MANIFESTS)
def test_what_is_approved_is_what_runs(
    command: str, words: list[str], context: str, manifest: str | None
) -> None:
    """For any call: a job runs only after a question whose digest is that of the job, to the letter."""
    person = Person()
    one = bench(person, known=TWO)
    request = Request(" ".join(("kubectl", command, *words)), context=context, manifest=manifest)
    result = asyncio.run(one.run(request))
    assert len(person.asked) == len(one.executor.jobs) <= 1
    for job, asked in zip(one.executor.jobs, person.asked, strict=True):
        assert result.target is not None
        argv = tuple(stage.argv for stage in job.stages)
        who = (job.kubeconfig, job.in_cluster)
        assert asked.digest == digest_of(Caller(), result.target, argv, job.stdin, *who)
        assert asked.argv == argv and asked.target == result.target
        assert f"--context={asked.target.context}" in argv[0]
        person.asked.clear()
        person.answer = Answer.DECLINED
        asyncio.run(one.run(request))
        assert len(one.executor.jobs) == 1


async def test_an_embedders_own_approver() -> None:
    """``in_memory`` and ``live`` take one; without one the call is refused."""
    person = Person()
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "default"}}
    asked = in_memory(FakeCluster([pod]), approver=person)
    assert live(approver=person).run.approvals.approver is person
    assert live().run.approvals.approver is None
    assert asked.run.approvals.approver is person
    assert len(asked.run.approvals.key) == 32 and asked.run.approvals.key != live().run.approvals.key


async def test_nobody_is_told_of_what_they_would_have_to_ask_for() -> None:
    """Where reads need an approval a subscription is refused, since nobody is asked for one."""
    person, policy = Person(), Policy("team", approval=Approval.ALL)
    kubeport = in_memory(shop(), policy=policy, approver=person)
    with pytest.raises(ApprovalRequired):
        await kubeport.subscriptions.subscribe("k8s-deployment://demo/shop/web", lambda _: None)
    assert not person.asked
