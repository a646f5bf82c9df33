"""What a mistyped word may have been meant for."""

import difflib
from collections.abc import Iterable

_SHORT = 4  # one slip weighs more in a short word: gte is two thirds of get


def did_you_mean(word: str, known: Iterable[str], prefix: str = "") -> str:
    """The question whether the one of *known* was meant that *word* is near to; empty where it is near none.

    *prefix* stands before the answer, such as the dashes of a flag. Capital letters make no difference.
    """
    spelled = {one.lower(): one for one in known}
    cutoff = 0.6 if len(word) <= _SHORT else 0.7
    close = difflib.get_close_matches(word.lower(), spelled, n=1, cutoff=cutoff)
    return f"Did you mean {prefix}{spelled[close[0]]}?" if close else ""
