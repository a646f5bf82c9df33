"""A user's yes through a real client, in both eras: asked about what runs, once, and never a silent yes."""

from typing import Any

import anyio
import attrs
import pytest
from mcp import Client, MCPError
from mcp import types as T
from mcp.client.session import ElicitationFnT

from kubeport import (
    Answer,
    Approval,
    Caller,
    FakeCluster,
    Level,
    Policy,
    Question,
    Settings,
    in_memory,
)
from kubeport.adapters.audit import MemoryAudit
from kubeport.adapters.clock import StoppedClock
from kubeport.adapters.fake_cluster import shop
from kubeport.adapters.mcp import tools
from kubeport.adapters.mcp.server import build_server
from kubeport.application.approving import Approvals
from kubeport.application.ports import KubeconfigReader
from kubeport.application.settings import LimitSettings
from kubeport.domain.context import ContextRef, Kubeconfig

from .conftest import ERAS
from .test_tools import structure, text

pytestmark = pytest.mark.anyio
POLICY = Policy("team", access=Level.ADMIN, approval=Approval.CHANGES)
SCALE = {"command": "scale deploy/web --replicas=3"}
YES = T.ElicitResult(action="accept", content={"approve": True})


@attrs.define
class User:
    """Answers *answer* to every form, and keeps the forms."""

    answer: T.ElicitResult = YES
    forms: list[T.ElicitRequestParams] = attrs.field(factory=list[T.ElicitRequestParams])

    async def __call__(self, context: Any, params: T.ElicitRequestParams) -> T.ElicitResult:
        """The answer."""
        self.forms.append(params)
        return self.answer


@attrs.define
class Site:
    """A server whose changes need approval, and what a test looks at."""

    clock: StoppedClock = attrs.field(factory=StoppedClock)
    audit: MemoryAudit = attrs.field(factory=MemoryAudit)
    cluster: FakeCluster = attrs.field(factory=shop)
    settings: Settings = attrs.field(factory=Settings)
    approvals: Approvals | None = None
    kubeconfig: KubeconfigReader | None = None

    def client(self, era: str, user: ElicitationFnT | None) -> Client:
        """A client, not yet connected; without a *user* it cannot ask anybody."""
        kubeport = in_memory(
            self.cluster, self.settings, clock=self.clock, audit=self.audit, policy=POLICY
        )
        if self.approvals is not None:
            kubeport = attrs.evolve(kubeport, run=attrs.evolve(kubeport.run, approvals=self.approvals))
        if self.kubeconfig is not None:
            contexts = attrs.evolve(kubeport.contexts, kubeconfig=self.kubeconfig)
            kubeport = attrs.evolve(kubeport, run=attrs.evolve(kubeport.run, contexts=contexts))
        return Client(build_server(kubeport, "0"), mode=era, cache=None, elicitation_callback=user)

    async def replicas(self) -> str:
        """How many replicas the deployment has."""
        asked = "kubectl get deploy web -o jsonpath='{.spec.replicas}'"
        return (await in_memory(self.cluster).command(asked)).output.strip()


async def refused(client: Client, tool: str, arguments: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The error of a call, and what a model reads of it: a tool's answer, or -32021 of 2026-07-28."""
    try:
        answer = await client.call_tool(tool, arguments)
    except MCPError as error:
        assert error.code == T.MISSING_REQUIRED_CLIENT_CAPABILITY
        return error.error.data, str(error)
    return structure(answer)["error"], text(answer)


@pytest.mark.parametrize("era", ERAS)
async def test_an_accepted_call_runs(era: str) -> None:
    """The user sees what runs, where and who asks; it runs once and is on record."""
    site, user = Site(), User()
    async with site.client(era, user) as client:
        answer = await client.call_tool("kubectl_change", SCALE)
    assert not answer.is_error, text(answer)
    assert await site.replicas() == "3"
    [form] = user.forms
    assert isinstance(form, T.ElicitRequestFormParams)
    for told in ("kubectl scale", "--replicas=3", "context    demo", "namespace  shop", "asked by   team"):
        assert told in form.message
    assert form.requested_schema["required"] == ["approve"]
    last = site.audit.records[-1]
    assert last["approval"] == {"rule": "team", "answer": "approved", "waited": 0.0} and last["allowed"]
    before = [row["approval"]["answer"] for row in site.audit.records[:-1]]
    assert before == (["pending", "approved"] if era == "auto" else ["approved"])


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize(
    "told",
    [
        T.ElicitResult(action="decline"),
        T.ElicitResult(action="cancel"),
        T.ElicitResult(action="accept"),
        T.ElicitResult(action="accept", content={"approve": False}),
        T.ElicitResult(action="accept", content={"approve": "true"}),
        T.ElicitResult(action="accept", content={"approve": 1}),
        T.ElicitResult(action="decline", content={"approve": True}),
    ],
)
async def test_anything_but_a_yes_is_a_no(era: str, told: T.ElicitResult) -> None:
    """Declining, closing the form, and accepting it without the tick."""
    site, user = Site(), User(told)
    async with site.client(era, user) as client:
        answer = await client.call_tool("kubectl_change", SCALE)
    error = structure(answer)["error"]
    assert (error["code"], error["reason"]) == ("APPROVAL_REQUIRED", "declined")
    assert "Do not try to get around it" in text(answer)
    assert await site.replicas() == "2" and len(user.forms) == 1


@pytest.mark.parametrize("era", ERAS)
async def test_a_client_that_cannot_ask_is_told_how_the_user_does_it(era: str) -> None:
    """A refusal with the exact command line; nothing runs. 2026-07-28 has an error for it."""
    site = Site()
    async with site.client(era, None) as client:
        error, told = await refused(client, "kubectl_change", SCALE)
    assert (error["code"], error["reason"]) == ("APPROVAL_REQUIRED", "unavailable")
    line = "kubectl scale --context=demo --namespace=shop --replicas=3 deploy/web"
    assert line in error["hint"] and line in told
    wanted: Any = {"elicitation": {"form": {}}} if era == "auto" else None
    assert error.get("requiredCapabilities") == wanted
    assert await site.replicas() == "2"


@pytest.mark.parametrize("era", ERAS)
async def test_reads_and_the_policy_tool_ask_nobody(era: str) -> None:
    """The tool ``policy`` says that a call would be asked about, and by what."""
    site, user = Site(), User()
    async with site.client(era, user) as client:
        assert not (await client.call_tool("kubectl", {"command": "get pods"})).is_error
        told = structure(await client.call_tool("policy", {"tool": "kubectl", **SCALE}))
    assert not user.forms
    assert (told["allowed"], told["approval"], told["error"]["code"]) == (False, "team", "APPROVAL_REQUIRED")


@pytest.mark.parametrize("era", ERAS)
async def test_the_approver_of_the_server_is_asked_in_place_of_the_client(era: str) -> None:
    """An embedder's own comes first: the client's user is not asked, and cannot say yes."""

    class Other:
        async def ask(self, question: Question) -> Answer:
            return Answer.DECLINED

    user = User()
    kubeport = in_memory(shop(), policy=POLICY, approver=Other())
    async with Client(build_server(kubeport, "0"), mode=era, elicitation_callback=user) as client:
        answer = await client.call_tool("kubectl_change", SCALE)
    assert structure(answer)["error"]["reason"] == "declined" and not user.forms


async def test_a_question_of_the_older_era_ends_with_its_time() -> None:
    """The user does not answer: the call ends, and nothing runs."""

    async def never(context: Any, params: T.ElicitRequestParams) -> T.ElicitResult:
        await anyio.sleep_forever()
        return YES

    site = Site(settings=Settings(limits=LimitSettings(approval_seconds=0.2)))
    async with site.client("legacy", never) as client:
        answer = await client.call_tool("kubectl_change", SCALE)
        assert not (await client.call_tool("kubectl", {"command": "get pods"})).is_error
    assert structure(answer)["error"]["reason"] == "expired" and await site.replicas() == "2"


async def test_a_cancelled_call_of_the_older_era_is_not_approved_later() -> None:
    """The client gives the call up while its user thinks."""
    asked = anyio.Event()

    async def never(context: Any, params: T.ElicitRequestParams) -> T.ElicitResult:
        asked.set()
        await anyio.sleep_forever()
        return YES

    site = Site()
    async with site.client("legacy", never) as client, anyio.create_task_group() as group:

        async def call() -> None:
            await client.call_tool("kubectl_change", SCALE)

        group.start_soon(call)
        await asked.wait()
        group.cancel_scope.cancel()
    assert await site.replicas() == "2"
    assert [row["reason"] for row in site.audit.records] == ["cancelled"]


async def round_of(client: Client, arguments: dict[str, Any] = SCALE) -> str:
    """The sealed state of a question, as the client gets it."""
    first = await client.session.call_tool("kubectl_change", arguments, allow_input_required=True)
    assert isinstance(first, T.InputRequiredResult)
    assert first.request_state is not None and "digest" not in first.request_state
    return first.request_state


async def answered(
    client: Client, state: str, arguments: dict[str, Any] = SCALE, told: T.ElicitResult = YES
) -> T.CallToolResult | T.InputRequiredResult:
    """The call made again with an answer."""
    return await client.session.call_tool(
        "kubectl_change",
        arguments,
        request_state=state,
        input_responses={"approval": told},
        allow_input_required=True,
    )


def reason(answer: T.CallToolResult | T.InputRequiredResult) -> str:
    """Why it was not approved; empty where it ran."""
    assert isinstance(answer, T.CallToolResult)
    return str(structure(answer).get("error", {}).get("reason", ""))


async def test_an_approval_is_used_once() -> None:
    """The same state a second time runs nothing, also where the first answer was a no."""
    site = Site()
    async with site.client("auto", User()) as client:
        state = await round_of(client)
        assert [reason(await answered(client, state)) for _ in range(2)] == ["", "used"]
        state = await round_of(client)
        no = T.ElicitResult(action="decline")
        assert reason(await answered(client, state, told=no)) == "declined"
        assert reason(await answered(client, state)) == "used"


async def test_of_many_at_once_one_runs() -> None:
    """A state that is sent twenty times at once."""
    site = Site()
    async with site.client("auto", User()) as client:
        state, found = await round_of(client), list[str]()

        async def send() -> None:
            found.append(reason(await answered(client, state)))

        async with anyio.create_task_group() as group:
            for _ in range(20):
                group.start_soon(send)
    assert sorted(found) == [""] + ["used"] * 19
    assert len([row for row in site.audit.records if row["event"] == "intent"]) == 1


async def test_an_approval_expires() -> None:
    """By the server's clock, also where the transport's own seal would still hold."""
    site = Site()
    async with site.client("auto", User()) as client:
        state = await round_of(client)
        site.clock.advance(299)
        assert reason(await answered(client, state)) == ""
        state = await round_of(client)
        site.clock.advance(301)
        assert reason(await answered(client, state)) == "expired"


@pytest.mark.parametrize(
    "arguments",
    [
        {"command": "delete deploy/web"},
        {"command": "scale deploy/web --replicas=30"},
        {**SCALE, "namespace": "shop"},
        {**SCALE, "timeout": 5},
        {**SCALE, "manifest": "kind: Pod"},
    ],
)
async def test_other_arguments_need_another_approval(arguments: dict[str, Any]) -> None:
    """The state is for one tool and its arguments."""
    site = Site()
    async with site.client("auto", User()) as client:
        state = await round_of(client)
        with pytest.raises(MCPError, match="Invalid or expired requestState") as caught:
            await answered(client, state, arguments)
    assert caught.value.error.code == T.INVALID_PARAMS and await site.replicas() == "2"


async def test_a_state_that_is_not_ours_is_refused() -> None:
    """Changed, cut, made up, or sealed by another server."""
    site = Site()
    async with Site().client("auto", User()) as other:
        foreign = await round_of(other)
    async with site.client("auto", User()) as client:
        state = await round_of(client)
        changed = state[:-3] + ("AAA" if state[-3:] != "AAA" else "BBB")
        for wrong in (changed, state[:40], '{"id": "x"}', "", foreign):
            with pytest.raises(MCPError, match="Invalid or expired requestState"):
                await answered(client, wrong)
    assert await site.replicas() == "2"


async def test_an_answer_without_a_question_is_asked_about() -> None:
    """A yes that nobody was asked for, and a state that comes back without an answer."""
    site = Site()
    async with site.client("auto", User()) as client:
        state = await round_of(client)
        rounds: list[tuple[str | None, T.InputResponses | None]]
        rounds = [(None, {"approval": YES}), (state, None), (state, {"other": YES})]
        for state_, told in rounds:
            again = await client.session.call_tool(
                "kubectl_change", SCALE, request_state=state_, input_responses=told, allow_input_required=True
            )
            assert isinstance(again, T.InputRequiredResult)
    assert await site.replicas() == "2"


async def test_another_caller_cannot_use_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Ann approved is not Bob's, nor the anonymous caller's."""
    who = [Caller("ann")]

    def caller_of(_: object) -> Caller:
        return who[0]

    monkeypatch.setattr(tools, "caller_of", caller_of)
    site = Site()
    async with site.client("auto", User()) as client:
        state, told = await round_of(client), list[str]()
        for caller in (Caller("bob"), Caller(), Caller("ann")):
            who[0] = caller
            told.append(reason(await answered(client, state)))
        assert told == ["changed", "changed", ""]


async def test_another_target_behind_the_same_words_is_not_approved() -> None:
    """What the kubeconfig says changed between question and answer."""

    @attrs.define
    class Moving:
        namespace: str = "shop"

        def read(self) -> Kubeconfig:
            return Kubeconfig((ContextRef("demo", self.namespace),), "demo")

    known, site = Moving(), Site()
    site.kubeconfig = known
    async with site.client("auto", User()) as client:
        state = await round_of(client)
        known.namespace = "default"
        answer = await answered(client, state)
        assert reason(answer) == "changed" and await site.replicas() == "2"
        known.namespace = "shop"
        assert reason(await answered(client, state)) == ""


async def test_a_client_that_fails_to_ask_has_not_approved() -> None:
    """It said that it can, and then answers with an error."""

    async def fail(context: Any, params: T.ElicitRequestParams) -> T.ErrorData:
        return T.ErrorData(code=T.INTERNAL_ERROR, message="no window")

    site = Site()
    async with site.client("legacy", fail) as client:
        answer = await client.call_tool("kubectl_change", SCALE)
    assert reason(answer) == "unavailable" and await site.replicas() == "2"
