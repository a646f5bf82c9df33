"""What every AuditSink must do that keeps its records."""

import asyncio
import math
from typing import Any

import pytest

from kubeport.application.ports import AuditSink
from kubeport.domain.errors import ExecutionFailed

ENTRY: dict[str, Any] = {"command": "kubectl get pods", "allowed": True, "seconds": 0.5, "n": None}
CHAIN = frozenset({"chain", "seq", "prev", "hash"})


def unsealed(record: dict[str, Any]) -> dict[str, Any]:
    """*record* without its place in a chain."""
    return {name: value for name, value in record.items() if name not in CHAIN}


@pytest.mark.anyio
class AuditContract:
    """Subclass it and say in ``sink`` how to make one and in ``records`` what it has kept."""

    def sink(self) -> AuditSink:
        """A fresh sink."""
        raise NotImplementedError

    def records(self) -> list[dict[str, Any]]:
        """What the sink last made has kept, without places in a chain."""
        raise NotImplementedError

    async def test_keeps_records_in_order(self) -> None:
        """Each record is kept whole, the earlier one first."""
        sink = self.sink()
        await sink.record(ENTRY)
        await sink.record({"number": 2}, durable=True)
        assert self.records() == [ENTRY, {"number": 2}]
        await sink.aclose()

    async def test_a_record_does_not_change_afterwards(self) -> None:
        """What the caller does to an entry later leaves the record alone."""
        sink, entry = self.sink(), {"stages": ["get"]}
        await sink.record(entry)
        entry["stages"].append("grep")
        assert self.records() == [{"stages": ["get"]}]
        await sink.aclose()

    @pytest.mark.parametrize("text", ["a\nb\r\n", "\u2028\u2029\x85", "\x00\x1b[31m", "Ωß漢🚀"])
    async def test_any_text_stays_one_record(self, text: str) -> None:
        """Line breaks of every kind, control characters and other scripts come back."""
        sink = self.sink()
        await sink.record({"text": text})
        assert self.records() == [{"text": text}]
        await sink.aclose()

    @pytest.mark.parametrize("value", [object(), b"x", math.nan, {1, 2}], ids=type)
    async def test_refuses_what_is_not_json(self, value: object) -> None:
        """A value that JSON does not have is an error, and nothing is kept of the entry."""
        sink = self.sink()
        with pytest.raises(ExecutionFailed) as caught:
            await sink.record({"value": value})
        assert (caught.value.reason, self.records()) == ("audit", [])
        await sink.aclose()

    async def test_all_at_once(self) -> None:
        """Records that are handed over together are all kept, in that order."""
        sink = self.sink()
        await asyncio.gather(*(sink.record({"n": n}) for n in range(50)))
        assert [record["n"] for record in self.records()] == list(range(50))
        await sink.aclose()

    async def test_a_cancelled_caller_loses_no_record(self) -> None:
        """What was handed over is kept, even where nobody waits for it any more."""
        sink = self.sink()
        tasks = [asyncio.create_task(sink.record({"n": n})) for n in range(3)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await sink.aclose()
        assert [record["n"] for record in self.records()] == [0, 1, 2]

    async def test_a_sound_sink_is_ready_and_closes_twice(self) -> None:
        """check raises nothing and keeps nothing; aclose may be called again."""
        sink = self.sink()
        await sink.check()
        await sink.record(ENTRY)
        await sink.check()
        await sink.aclose()
        await sink.aclose()
        assert self.records() == [ENTRY]
