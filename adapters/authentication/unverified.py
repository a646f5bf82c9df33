"""What a JSON Web Token says of itself, where somebody else verifies it: good for a refusal only."""

import base64
import json
import math
from typing import cast


def expired(token: str, now: float) -> bool:
    """Whether *token* says that it ended well before *now*."""
    return end(token) < now - LEEWAY


def end(token: str) -> float:
    """When *token* says that it ends; infinity where it says nothing, or is of another form."""
    parts = token.split(".")
    if len(parts) != 3:
        return math.inf
    try:
        claims: object = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return math.inf
    if not isinstance(claims, dict):
        return math.inf
    until = cast("dict[str, object]", claims).get("exp")
    try:
        found = float(until) if isinstance(until, int | float) else math.inf
    except OverflowError:
        return math.inf
    return math.inf if math.isnan(found) else found


LEEWAY = 300.0  # more than clocks differ: the API server decides about the rest
