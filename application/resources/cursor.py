"""Where a list goes on: opaque to clients, and read with suspicion, since they hand it back."""

import base64
import binascii
import json
from typing import Any

import attrs

from ...domain.errors import CommandError

_LONGEST = 2000


@attrs.frozen
class Cursor:
    """After the *context*, or *within* it after the *namespace* (empty: before the first one)."""

    context: str
    namespace: str = ""
    within: bool = False

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """What *text* says.

        Raises:
            CommandError: it is no cursor of ours.
        """
        try:
            context, namespace, within = _decoded(text)
        except (ValueError, TypeError, RecursionError, UnicodeError, binascii.Error):
            raise _unknown() from None
        if not (isinstance(context, str) and isinstance(namespace, str) and isinstance(within, bool)):
            raise _unknown()
        cursor = cls(context, namespace, within)
        if not context or str(cursor) != text:
            raise _unknown()
        return cursor

    def __str__(self) -> str:
        told = json.dumps([self.context, self.namespace, self.within], separators=(",", ":"))
        return base64.urlsafe_b64encode(told.encode()).decode()


def _decoded(text: str) -> Any:
    if len(text) > _LONGEST:
        raise ValueError("too long for a cursor of ours")
    return json.loads(base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True))


def _unknown() -> CommandError:
    return CommandError("This is no cursor of this list.", hint="List again from the beginning.")


START = Cursor("")
