"""A person who is asked."""

from typing import Protocol

from ...domain.approval import Answer, Question


class Approver(Protocol):
    """Asks a person whether a call may run."""

    async def ask(self, question: Question) -> Answer:
        """What came of asking; what is approved is this question's digest, and that once.

        ``PENDING`` says that somebody has been asked and this call need not wait: the same call, made
        again, gets the answer. A cancellation, as when the time for an answer is over, withdraws it.
        """
        ...
