"""One way to write a JSON value, so that equal values have equal hashes (after RFC 8785)."""

import json
from typing import Any

from ...domain.errors import ExecutionFailed


def canonical(value: Any) -> bytes:
    """*value* as JSON in one line: keys sorted, no blanks, UTF-8, half surrogates as ``?``.

    Unlike RFC 8785, numbers are written as Python writes them and keys are in the order of code points.

    Raises:
        ExecutionFailed: it is not made of JSON values; the message does not repeat it.
    """
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError):
        pass
    else:
        return text.encode("utf-8", "replace")
    raise failed("it is not made of JSON values")


def failed(why: str, hint: str = "") -> ExecutionFailed:
    """That a record could not be kept, and why."""
    return ExecutionFailed(f"The audit record could not be written: {why}.", hint=hint, reason="audit")
