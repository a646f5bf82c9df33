"""How long everything may take, in seconds, and how long to pause before another try."""

import random
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    import httpx2

_TRIES = 30
_FIRST, _SOON, _CAP = 0.1, 1.0, 10.0


@attrs.frozen
class Timing:
    """*start*: until a watch runs or has failed; *connect*: until a connection stands; *stream*: after
    which the server is to end a stream, so that permissions are checked anew; *plugin*: until a
    credential plugin has answered; *settled*: how long a stream lives to count as one that works."""

    start: float = 30.0
    connect: float = 10.0
    stream: int = 300
    plugin: float = 30.0
    settled: float = 5.0

    def for_answer(self, patience: float) -> "httpx2.Timeout":
        """Limits for one request whose answer may pause for *patience* seconds."""
        import httpx2

        return httpx2.Timeout(connect=self.connect, write=self.connect, pool=self.connect, read=patience)

    def socket_options(self) -> list[tuple[int, int, int]]:
        """Options by which the kernel notices a server that is gone without a word, in under a minute."""
        wanted = [("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 10), ("TCP_KEEPCNT", 3)]
        known = [(getattr(socket, name), value) for name, value in wanted if hasattr(socket, name)]
        tcp = [(socket.IPPROTO_TCP, option, value) for option, value in known]
        return [(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1), *tcp]


@attrs.define
class Pauses:
    """Pauses that grow: quick tries at first, one a second for half a minute, then ever fewer.

    *chance* gives numbers from 0 to 1, so that many watches do not try in step.
    """

    chance: Callable[[], float] = random.random
    _tries: int = attrs.field(default=0, init=False)

    def next(self) -> float:
        """How long to pause before the next try."""
        tries, self._tries = self._tries, self._tries + 1
        if tries < _TRIES:
            whole = min(_FIRST * 2.0 ** min(tries, 10), _SOON)
        else:
            whole = min(_SOON * 2.0 ** min(tries - _TRIES, 10), _CAP)
        return whole * (0.5 + self.chance() / 2)

    def reset(self) -> None:
        """It works again."""
        self._tries = 0
