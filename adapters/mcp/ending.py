"""uvicorn's server, which tells open streams that it ends instead of waiting for their clients."""

from collections.abc import Callable
from types import FrameType

import uvicorn


class EndingServer(uvicorn.Server):
    """Calls *ending* at the signal, before it waits for what is under way."""

    def __init__(self, config: uvicorn.Config, ending: Callable[[], None]) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """As uvicorn's; in the event loop's thread, between two steps of it."""
        self._ending()
        super().handle_exit(sig, frame)
