"""How much of a stream is kept in memory before it is decided without the rest."""

LINE_MAX = 2 * 1024 * 1024
"""Characters of a line that are read as one; a Secret's largest value is 1.4 million of base64."""

HOLD_MAX = 3 * 1024 * 1024
"""Characters kept back until a kind is known; beyond, the object is taken for a Secret."""

VALUES_MAX = 10_000
"""Values kept back until a kind is known, each of which costs more memory than its characters."""

TOKEN_MAX = 4 * 1024 * 1024
"""Characters of one string of JSON."""

OPENED_MAX = 64 * 1024
"""Characters of a secret that count for its mark."""

NESTING_MAX = 256
"""Objects and arrays within each other; deeper ones are read as lines of text."""

STRINGS_MAX = 4
"""Documents inside of strings inside of documents; deeper ones are read as running text."""
