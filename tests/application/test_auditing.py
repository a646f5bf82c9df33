"""The audit of calls: what a record holds, and what becomes of a call that cannot be put on record."""

import asyncio
import hashlib
import re
from typing import Any

import anyio
import attrs
import pytest

from kubeport.adapters.audit import MemoryAudit
from kubeport.application.auditing import MISSING
from kubeport.application.ports import Completed, Job
from kubeport.application.record import new_request_id, rfc3339
from kubeport.application.request import Access, Origin, Request
from kubeport.application.settings import AuditSettings, SecuritySettings, Settings
from kubeport.domain.effect import Level
from kubeport.domain.errors import ExecutionFailed
from kubeport.domain.policy import Caller

from .scripted import Bench, ScriptedExecutor

pytestmark = pytest.mark.anyio
ADMIN = SecuritySettings(level=Level.ADMIN)
DELETE = "kubectl delete pod web"


def _settings(required: str = "writes") -> Settings:
    return Settings(security=ADMIN, audit=AuditSettings(required=required))


async def test_the_record_of_a_read() -> None:
    """One, at the end, with everything that the schema names."""
    bench = Bench(ScriptedExecutor("NAME READY\n"))
    origin = Origin("inspector 1.0", "ab12", "0af7651916cd43dd8448eb211c80319c", "stdio")
    caller = Caller("ann", ("dev", "ops"))
    result = await bench.run(Request("get pods", "kubectl", caller=caller, origin=origin))
    (kept,) = bench.audit.records
    assert kept == {
        "v": 1,
        "event": "outcome",
        "time": "2026-01-02T03:04:05.000Z",
        "request_id": result.request_id,
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
        "caller": "ann",
        "groups": ["dev", "ops"],
        "client": "inspector 1.0",
        "session": "ab12",
        "transport": "stdio",
        "address": "",
        "tool": "kubectl",
        "command": "kubectl get pods",
        "argv": [["kubectl", "get", "--context=dev", "--namespace=shop", "pods"]],
        "objects": [],
        "context": "dev",
        "namespace": "shop",
        "effect": "read",
        "allowed": True,
        "rule": "read-only",
        "approval": None,
        "status": "success",
        "code": "",
        "reason": "",
        "exit_code": 0,
        "duration": 0.0,
        "queue_time": 0.0,
        "output_bytes": 11,
        "output_sha256": hashlib.sha256(b"NAME READY\n").hexdigest(),
        "redactions": 0,
    }


async def test_a_change_is_on_record_before_it_runs() -> None:
    """The intent is kept when the executor starts; the outcome follows under the same request id."""
    audit = MemoryAudit()

    class Looking(ScriptedExecutor):
        async def run(self, job: Job, progress: object = None) -> Completed:
            assert [one["event"] for one in audit.records] == ["intent"]
            return await super().run(job)

    bench = Bench(Looking(), settings=_settings(), audit=audit)
    result = await bench.run(Request(DELETE))
    intent, outcome = audit.records
    assert intent["request_id"] == outcome["request_id"] == result.request_id
    assert intent["allowed"] and intent["argv"] == outcome["argv"]
    assert not {"status", "exit_code", "output_sha256"} & set(intent)


async def test_what_a_manifest_is_about_is_kept() -> None:
    """Kinds and names, the first fifty; not the text."""
    text = "\n---\n".join(
        f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c{n}, namespace: shop}}\ndata: {{k: mauve}}"
        for n in range(60)
    )
    bench = Bench(settings=_settings())
    await bench.run(Request("kubectl apply -f -", manifest=text))
    intent = bench.audit.records[0]
    assert intent["objects"][0] == "ConfigMap shop/c0" and intent["objects"][50:] == ["and 10 more"]
    assert "mauve" not in str(bench.audit.records)


async def test_the_digest_is_of_all_that_is_kept() -> None:
    """Also of what the answer does not show at once, since `more` gives it."""
    text = "x" * 99 + "\n"
    bench = Bench(ScriptedExecutor(text * 1000))
    result = await bench.run(Request("kubectl get pods"))
    (kept,) = bench.audit.records
    assert result.continuation
    assert kept["output_sha256"] == hashlib.sha256((text * 1000).encode()).hexdigest()
    assert kept["output_bytes"] == 100_000


@pytest.mark.parametrize(
    ("command", "access", "rule"),
    [(DELETE, Access.ANY, "read-only"), ("kubectl scale deploy/web --replicas=1", Access.READ, "read-tool")],
)
async def test_a_refusal_is_one_record_with_its_rule(command: str, access: Access, rule: str) -> None:
    """Refused by the policy or by the tool that was called: not allowed, and by which rule."""
    settings = Settings() if rule == "read-only" else _settings()
    bench = Bench(settings=settings)
    await bench.run(Request(command, access=access))
    (kept,) = bench.audit.records
    assert (kept["allowed"], kept["rule"], kept["code"]) == (False, rule, "POLICY_DENIED")
    assert kept["argv"] == []


async def test_words_are_on_record_without_secrets() -> None:
    """A command that came as words and was not understood, as one that was."""
    bench = Bench()
    await bench.run(Request(("kubectl", "lgin", "--token", "hunter2-hunter2", "a b")))
    await bench.run(Request(("kubectl", "get", "pods", "-l", "app in (a, b)")))
    refused, run = bench.audit.records
    assert refused["command"].startswith("kubectl lgin --token ") and "hunter2" not in str(refused)
    assert run["argv"][0][-2:] == ["--selector=app in (a, b)", "pods"]


async def test_half_surrogates_do_not_hinder_the_record() -> None:
    """A text that is no UTF-8 is refused or run, and on record either way."""
    bench = Bench(ScriptedExecutor("\ud800"))
    await bench.run(Request("kubectl get pods \ud800"))
    await bench.run(Request("kubectl get pods"))
    assert len(bench.audit.records) == 2


@attrs.define(eq=False)
class Broken(MemoryAudit):
    """A sink that fails as it is told to, from the record with the number *sound* on."""

    fault: BaseException = attrs.field(
        factory=lambda: ExecutionFailed("/var/audit.jsonl: No space left on device.", reason="audit")
    )
    sound: int = 0

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Keep the first ones and fail."""
        if len(self.records) >= self.sound:
            raise self.fault
        await super().record(entry, durable)


async def test_a_read_goes_on_and_says_so(caplog: pytest.LogCaptureFixture) -> None:
    """In the log, with the reason, and in the answer, which is given all the same and tells no path."""
    result = await Bench(ScriptedExecutor("ok"), audit=Broken()).run(Request("kubectl get pods"))
    assert result.output == "ok" and result.warnings == (MISSING,)
    assert "No space left" in caplog.text and result.request_id in caplog.text


@pytest.mark.parametrize("fault", [ExecutionFailed("full"), OSError("full"), TimeoutError()], ids=type)
async def test_a_change_is_refused(fault: BaseException, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing runs, whatever the sink raises; the reason is one that a program can tell."""
    bench = Bench(settings=_settings(), audit=Broken(fault=fault))
    result = await bench.run(Request(DELETE))
    assert not bench.executor.jobs
    assert result.error is not None
    assert (result.error.code, result.error.reason) == ("EXECUTION_ERROR", "audit_unavailable")
    assert "Reads still work" in result.error.hint and "/var" not in str(result.as_dict())
    assert caplog.text.count("was not audited") == 2


async def test_required_all_refuses_reads_too() -> None:
    """Each call is on record before it runs."""
    bench = Bench(settings=_settings("all"), audit=Broken())
    result = await bench.run(Request("kubectl get pods"))
    assert result.error is not None and result.error.reason == "audit_unavailable"
    assert "Reads" not in result.error.hint and not bench.executor.jobs
    sound = Bench(settings=_settings("all"))
    assert (await sound.run(Request("kubectl get pods"))).error is None
    assert [one["event"] for one in sound.audit.records] == ["intent", "outcome"]


async def test_required_none_refuses_nothing() -> None:
    """A change goes on, and the warning stands in the answer once."""
    bench = Bench(ScriptedExecutor("gone"), settings=_settings("none"), audit=Broken())
    result = await bench.run(Request(DELETE))
    assert result.output == "gone" and result.warnings == (MISSING,)


async def test_an_outcome_that_cannot_be_kept_is_told() -> None:
    """The change has run by then: the answer is given, with the warning."""
    bench = Bench(ScriptedExecutor("gone"), settings=_settings(), audit=Broken(sound=1))
    result = await bench.run(Request(DELETE))
    assert result.output == "gone" and result.warnings == (MISSING,)
    assert [one["event"] for one in bench.audit.records] == ["intent"]


class Stuck(MemoryAudit):
    """A sink that never comes back."""

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Wait for ever."""
        await asyncio.Event().wait()


async def test_a_stuck_sink_holds_up_no_read_for_ever(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """After some seconds it counts as failed."""
    monkeypatch.setattr("kubeport.application.auditing._PATIENCE", 0.01)
    result = await Bench(ScriptedExecutor("ok"), audit=Stuck()).run(Request("kubectl get pods"))
    assert result.output == "ok" and result.warnings == (MISSING,)
    assert "not done within" in caplog.text


class Slow(MemoryAudit):
    """A sink that lets others go first."""

    async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
        """Take a few turns of the loop."""
        for _ in range(5):
            await asyncio.sleep(0)
        await super().record(entry, durable)


class Hanging(ScriptedExecutor):
    """An executor whose jobs never end."""

    async def run(self, job: Job, progress: object = None) -> Completed:
        """Wait for ever."""
        await asyncio.Event().wait()
        raise AssertionError("it was waited for nothing")


async def test_a_cancelled_scope_still_gets_its_record() -> None:
    """anyio cancels again at every wait, and the SDK cancels so: the record is waited for all the same."""
    bench = Bench(Hanging(), settings=_settings(), audit=Slow())
    with anyio.move_on_after(0.05) as scope:
        await bench.run(Request(DELETE))
    assert scope.cancelled_caught
    assert [one.get("reason") for one in bench.audit.records] == [None, "cancelled"]


async def test_durability_follows_the_effect() -> None:
    """Records of changes are to outlive a loss of power, others need not."""
    asked = list[tuple[str, bool]]()

    class Asked(MemoryAudit):
        async def record(self, entry: dict[str, Any], durable: bool = False) -> None:
            asked.append((entry["event"], durable))

    bench = Bench(settings=_settings(), audit=Asked())
    await bench.run(Request("kubectl get pods"))
    await bench.run(Request(DELETE))
    assert asked == [("outcome", False), ("intent", True), ("outcome", True)]


def test_request_ids_are_uuids_in_order() -> None:
    """Version 7, variant 10, the time first; no two alike."""
    ids = [new_request_id(1_767_323_045.0 + n / 1000) for n in range(1000)]
    form = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
    assert all(form.fullmatch(one) for one in ids)
    assert ids == sorted(ids) and len({new_request_id(0.0) for _ in range(1000)}) == 1000


def test_times_are_rfc_3339() -> None:
    """UTC, milliseconds, Z."""
    assert rfc3339(1_767_323_045.6789) == "2026-01-02T03:04:05.678Z"
    assert rfc3339(0) == "1970-01-01T00:00:00.000Z"
