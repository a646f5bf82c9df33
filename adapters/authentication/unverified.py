"""What a JSON Web Token says of itself, where somebody else verifies it: good for a refusal only."""

import base64
import json
from typing import cast


def expired(token: str, now: float) -> bool:
    """Whether *token* says that it ended before *now*; what says nothing, or is of another form, has not."""
    parts = token.split(".")
    if len(parts) != 3:
        return False
    try:
        claims: object = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return False
    if not isinstance(claims, dict):
        return False
    until = cast("dict[str, object]", claims).get("exp")
    return isinstance(until, int | float) and until < now - _LEEWAY


_LEEWAY = 300.0  # more than clocks differ: the API server decides about the rest
