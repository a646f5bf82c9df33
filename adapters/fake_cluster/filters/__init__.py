"""Text utilities in memory: the simple ones whole, the languages in their everyday forms.

What they cannot do they refuse with exit code 127; they never answer with something else.
"""

from .programs import known_filter, run_filter

__all__ = ["known_filter", "run_filter"]
