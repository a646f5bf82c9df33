"""The next part of an output that did not fit one answer."""

import attrs

from ..domain.errors import CommandError
from ..domain.policy import Caller
from ..domain.result import ErrorDetails, Result
from ..domain.shaping import Part, first_part
from .ports import OutputStore
from .settings import Settings


@attrs.frozen
class Shaper:
    """Cuts an output to the size of an answer and keeps the rest for ``more``."""

    store: OutputStore
    settings: Settings

    async def __call__(self, text: str, caller: Caller, *, logs: bool = False) -> tuple[str, str]:
        """What is shown of *text*, and the handle for the rest; empty where all is shown."""
        part = first_part(text, self.settings.limits.output_tokens, logs=logs)
        if not part.rest:
            return part.shown, ""
        handle = await self.store.put(part.rest, caller.name)
        return _with_marker(part, handle), handle


def _with_marker(part: Part, handle: str) -> str:
    told = part.marker.removesuffix("]")
    marker = f'{told}: the tool more has the rest, handle "{handle}"; or narrow the command]'
    if part.marker in part.shown:
        return part.shown.replace(part.marker, marker, 1)
    gap = "" if part.shown.endswith("\n") else "\n"
    return f"{part.shown}{gap}{marker}\n"


@attrs.frozen
class ContinueOutput:
    """Give the next part of an output by its handle; runs nothing."""

    shaper: Shaper

    async def __call__(self, handle: str, caller: Caller = Caller()) -> Result:
        """The next part, and a handle for what is left after it. Errors are part of the result."""
        text = await self.shaper.store.get(handle, caller.name)
        if text is None:
            gone = "There is no output behind this handle, or not any more."
            return Result(error=ErrorDetails.of(CommandError(gone, hint="Run the command again.")))
        shown, following = await self.shaper(text, caller)
        return Result(shown, truncated=bool(following), continuation=following)
