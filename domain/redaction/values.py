"""What a value looks like: none at all, a reference to one, or something random."""

import re

_HARMLESS = re.compile(
    r"""\s*
    (?: | true | false | yes | no | on | off | null | nil | none | ~ | undefined
      | <(?:redacted:[0-9a-f]{8}|[a-z][a-z_-]*(?:\ [a-z_-]+)*)>
      | <set\ to\ the\ key\ [^<>]*>(?:\s+Optional:\s+\w+)?
      | \[?redacted]? | DATA\+OMITTED | \*+ | [xX]{3,} | -+ | \.{3}
      | \$\([A-Za-z_][\w.-]*\) | \$\{[^{}]*\} | \$[A-Z_][A-Z0-9_]* | \{\{[^{}]*\}\}
      | \d+\ bytes | \[\s*] | \{\s*} | \\?["']\\?["']
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_TOKEN = re.compile(r"[A-Za-z0-9+/_=-]{20,}")
_HEX = re.compile(r"(?i:[0-9a-f]{32,})")
_UUID = re.compile(r"(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_NAME_LIKE = re.compile(r"[a-z0-9]+(?:[-./][a-z0-9]+)+")
_NUMBER = re.compile(r"-?[0-9][0-9.,]*")


def is_harmless(value: str) -> bool:
    """Whether *value* is empty, a boolean, a placeholder or a reference to something else."""
    return len(value) < 400 and _HARMLESS.fullmatch(value) is not None


def is_number(value: str) -> bool:
    """Whether *value* is a plain number."""
    return _NUMBER.fullmatch(value) is not None


def is_random(value: str) -> bool:
    """Whether *value* is a long mixture such as generated keys have; names and UUIDs are not."""
    if not _TOKEN.fullmatch(value) or _UUID.fullmatch(value):
        return False
    if _HEX.fullmatch(value):
        return True
    kinds = any(map(str.isdigit, value)), any(map(str.isupper, value)), any(map(str.islower, value))
    return all(kinds) and len(set(value)) >= 10 and value.count("/") < 3


def is_unlike_prose(value: str, firm: bool) -> bool:
    """Whether *value* after ``word: `` in running text is more than the next word of it.

    With *firm* the word before it was a password's name, and names of objects count too.
    """
    bare = value.rstrip(".,;:!?)\"'")
    if len(bare) < 4 or not (firm or not _NAME_LIKE.fullmatch(bare)):
        return False
    mixed = any(map(str.islower, bare)) and any(map(str.isupper, bare[1:]))
    return mixed or any(c.isdigit() or c in "!@#$%^&*+=~" for c in bare)
