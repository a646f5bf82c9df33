"""What calls leave for later ones; replicas of a server may share it."""

from typing import Protocol


class OutputStore(Protocol):
    """Keeps what did not fit an answer, for a while and up to a size.

    Where room is wanted, the oldest of the owner who has most goes first: nobody pushes out others.
    """

    async def put(self, text: str, owner: str) -> str:
        """Keep *text* for *owner*; returns a handle that cannot be guessed."""
        ...

    async def get(self, handle: str, owner: str) -> str | None:
        """The text behind *handle*; None where there is none, any more, or for another owner."""
        ...


class RateLimits(Protocol):
    """Token buckets, each by a key: full at first, refilled steadily, one token taken a call."""

    async def take(self, key: str, per_second: float, burst: int) -> float:
        """Take a token out of the bucket *key*, which holds at most *burst*; 0.0 if there was one.

        Otherwise nothing is taken, and the answer is the seconds after which there will be one.
        """
        ...


class Once(Protocol):
    """Remembers what has been used, so that it is used once."""

    async def take(self, name: str, seconds: float) -> bool:
        """Whether *name* was free; it is taken now, for *seconds*. Of many who ask at once, one gets True.

        Where nothing more can be remembered the answer is False.
        """
        ...
