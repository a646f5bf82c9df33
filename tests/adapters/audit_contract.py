"""What every AuditSink must do that keeps its records."""

import math
from typing import Any

import pytest

from kubeport.application.ports import AuditSink
from kubeport.domain.errors import ExecutionFailed

ENTRY: dict[str, Any] = {"command": "kubectl get pods", "allowed": True, "seconds": 0.5, "n": None}


class AuditContract:
    """Subclass it and say in ``sink`` how to make one and in ``records`` what it has kept."""

    def sink(self) -> AuditSink:
        """A fresh sink."""
        raise NotImplementedError

    def records(self) -> list[dict[str, Any]]:
        """What the sink last made has kept."""
        raise NotImplementedError

    def test_keeps_records_in_order(self) -> None:
        """Each record is kept whole, the earlier one first."""
        sink = self.sink()
        sink.record(ENTRY)
        sink.record({"number": 2})
        assert self.records() == [ENTRY, {"number": 2}]

    def test_a_record_does_not_change_afterwards(self) -> None:
        """What the caller does to an entry later leaves the record alone."""
        sink, entry = self.sink(), {"stages": ["get"]}
        sink.record(entry)
        entry["stages"].append("grep")
        assert self.records() == [{"stages": ["get"]}]

    @pytest.mark.parametrize("text", ["a\nb\r\n", "\u2028\u2029\x85", "\x00\x1b[31m", "Ωß漢🚀"])
    def test_any_text_stays_one_record(self, text: str) -> None:
        """Line breaks of every kind, control characters and other scripts come back."""
        self.sink().record({"text": text})
        assert self.records() == [{"text": text}]

    @pytest.mark.parametrize("value", [object(), b"x", math.nan, {1, 2}], ids=type)
    def test_refuses_what_is_not_json(self, value: object) -> None:
        """A value that JSON does not have is an error, and nothing is kept of the entry."""
        sink = self.sink()
        with pytest.raises(ExecutionFailed) as caught:
            sink.record({"value": value})
        assert (caught.value.reason, self.records()) == ("audit", [])
