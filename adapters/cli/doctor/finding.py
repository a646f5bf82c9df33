"""What ``kubeport doctor`` finds, one line each."""

from collections.abc import Mapping
from typing import Any

import attrs

from ....domain.errors import KubeportError


@attrs.frozen
class Finding:
    """One thing looked at, and what to do about it.

    *state* is ``ok``, ``missing`` (may be wanted), ``warning`` (works, with a doubt) or ``problem``; whatever
    is not ``ok`` has a *remedy*. *facts* are what a program wants to know: versions, times, digests.
    """

    subject: str
    state: str
    detail: str
    remedy: str = ""
    facts: Mapping[str, Any] = {}

    @classmethod
    def of(cls, subject: str, error: KubeportError, remedy: str, state: str = "problem") -> "Finding":
        """The finding that *error* is; its own hint counts, else *remedy*."""
        told = " ".join(part.strip() for part in error.message.splitlines())
        return cls(subject, state, told, error.hint or remedy)

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON values, its facts beside what is always there."""
        told = {"subject": self.subject, "state": self.state, "detail": self.detail, "remedy": self.remedy}
        return {**told, **self.facts}
