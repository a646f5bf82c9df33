"""Types of flag values and operands: what a text must look like, and how a refusal says so."""

import re
from collections.abc import Callable

import attrs


@attrs.frozen
class Value:
    """A type of value.

    *name* completes the sentence "expected …"; *accepts* tells whether a text is one. Values never
    hold a line break unless *multiline*.
    """

    name: str
    accepts: Callable[[str], bool]
    boolean: bool = False


def matching(name: str, pattern: str) -> Value:
    """A value that the regular expression *pattern* matches whole."""
    # compiled when first used (re keeps it): dozens at import would take longer than a call
    return Value(name, lambda text: re.fullmatch(pattern, text) is not None)


def one_of(*choices: str) -> Value:
    """A value out of a closed list, compared exactly (pflag is looser: security.md 0.5)."""
    allowed = frozenset(choices)
    return Value("one of " + ", ".join(choices), allowed.__contains__)


def list_of(value: Value, separator: str = ",") -> Value:
    """One or more of *value* between separators."""
    return Value(
        f"a list of {value.name}",
        lambda text: bool(text) and all(value.accepts(part) for part in text.split(separator)),
    )


_TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
_FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
_DURATION = r"(?:[0-9]+(?:\.[0-9]+)?(?:ns|us|ms|s|m|h))+"
LABEL_KEY_PATTERN = r"(?:[A-Za-z0-9][-A-Za-z0-9.]*/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?"
LABEL_VALUE_PATTERN = r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?"
_REQUIREMENT = (
    rf"\s*(?:!\s*{LABEL_KEY_PATTERN}|{LABEL_KEY_PATTERN}(?:\s*(?:==|=|!=|>|<)\s*{LABEL_VALUE_PATTERN}"
    rf"|\s+(?:in|notin)\s*\(\s*{LABEL_VALUE_PATTERN}(?:\s*,\s*{LABEL_VALUE_PATTERN})*\s*\))?)\s*"
)


def truth(text: str) -> bool:
    """The boolean that Go's ``strconv.ParseBool`` reads; ValueError for any other text."""
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise ValueError(text)


BOOL = Value("true or false", (_TRUE | _FALSE).__contains__, boolean=True)
TEXT = matching("a text", r"(?s).+")
WORD = matching("a text without blanks", r"[^\s-][^\s]*")
EMPTY_OR_TEXT = matching("a text", r"(?s).*")
COUNT = matching("a whole number", r"0|[1-9][0-9]{0,8}")
INTEGER = matching("a whole number", r"-1|0|[1-9][0-9]{0,8}")
POSITIVE = matching("a whole number above 0", r"[1-9][0-9]{0,8}")
VERBOSITY = matching("a number from 0 to 4", r"[0-4]")
DURATION = matching("a duration such as 30s", rf"0|{_DURATION}")
BOUNDED = matching("a duration above 0 such as 30s", rf"(?=.*[1-9]){_DURATION}|[1-9][0-9]{{0,5}}")
TIMESTAMP = matching(
    "a time such as 2026-01-02T15:04:05Z",
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:[0-9]{2})",
)
QUANTITY = matching("a quantity such as 500m or 1Gi", r"[0-9]+(?:\.[0-9]+)?(?:[numkKMGTPE]i?)?")
PERCENT = matching("a number or percentage", r"[0-9]{1,9}%?")
NAMESPACE = matching("a namespace", r"[A-Za-z0-9](?:[-A-Za-z0-9_]{0,61}[A-Za-z0-9])?")
CONTEXT = matching("a context name", r"[A-Za-z0-9][-A-Za-z0-9_.:/@+]*")
NAME = matching("an object's name", r"[A-Za-z0-9](?:[-A-Za-z0-9_.:]*[A-Za-z0-9])?")
KIND = matching(
    "a resource kind such as pods or deployments.v1.apps", r"[A-Za-z][-A-Za-z0-9]*(?:\.[-A-Za-z0-9.]*)?"
)
LABEL_KEY = matching("a label key", LABEL_KEY_PATTERN)
SELECTOR = matching("a label selector", rf"(?:{_REQUIREMENT})(?:,(?:{_REQUIREMENT}))*")
_FIELD = r"[A-Za-z][A-Za-z0-9.\[\]/_-]*(?:==|=|!=)[^,\s]*"
FIELD_SELECTOR = matching("a field selector", rf"(?:{_FIELD}(?:,{_FIELD})*)?")
IMAGE = matching("a container image", r"[A-Za-z0-9][-A-Za-z0-9_./:@+]*")
VERSION = matching("a version", r"[A-Za-z0-9^~<>=*|!][-A-Za-z0-9_.+,^~<>=*| !]*")
