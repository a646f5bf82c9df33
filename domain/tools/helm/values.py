"""What helm's values and operands look like: charts, releases, settings, versions and durations."""

import re

from ..values import LABEL_KEY, Value, matching

LONGEST_WAIT = 3600.0

CHART = matching(
    "a chart of a configured repository, REPO/NAME (no path, no URL, no archive)",
    r"[a-z0-9][a-z0-9._-]{0,252}/[a-z0-9][a-z0-9._-]{0,252}(?<!\.tgz)(?<!\.tar\.gz)",
)
RELEASE = matching(
    "a release's name of at most 53 lower-case letters, digits, '-' and '.'",
    r"(?=.{1,53}\Z)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*",
)
_BOUND = (
    r"(?:[<>!]=?|=[<>]?|~>?|\^)?\s{0,9}v?[0-9xX*]{1,9}(?:\.[0-9xX*]{1,9}){0,2}"
    r"(?:[-+][0-9A-Za-z.+-]{1,64})?"
)
CONSTRAINT = matching(
    "a version or a range such as 1.2.3, ^1.2 or '>=1.0, <2.0'",
    rf"{_BOUND}(?:(?:\s{{0,9}},\s{{0,9}}|\s{{0,9}}\|\|\s{{0,9}}|\s-\s|\s{{1,9}}){_BOUND}){{0,9}}",
)
FIELDS = matching(
    "a template of plain fields such as '{{.Version}}'",
    r"(?s)(?:[^{}]|\{\{-? ?\.[A-Za-z]+ ?-?\}\})+"
)
BURST = matching("a whole number from 1 to 999", r"[1-9][0-9]{0,2}")
RATE = matching("a number from 1 to 999", r"[1-9][0-9]{0,2}(?:\.[0-9]{1,3})?")
API_VERSIONS = matching(
    "API versions such as batch/v1/CronJob",
    r"[A-Za-z0-9][A-Za-z0-9./-]*(?:,[A-Za-z0-9][A-Za-z0-9./-]*)*"
)
TEST_FILTERS = matching(
    "filters such as name=smoke or !name=slow", r"!?name=[^,\s]+(?:,!?name=[^,\s]+)*"
)
TEMPLATE_FILE = matching(
    "a file of the chart such as templates/service.yaml", r"[A-Za-z0-9_*?][^\s:]*"
)
OPEN_TEXT = matching("a text that does not begin with '-'", r"(?s)[^-\s].*")

_PART = r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h)"
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _is_wait(text: str) -> bool:
    parts: list[tuple[str, str]] = re.findall(_PART, text)
    if "".join(number + unit for number, unit in parts) != text:
        return False
    return 0 < sum(float(number) * _SECONDS[unit] for number, unit in parts) <= LONGEST_WAIT


def _is_setting(text: str) -> bool:
    """KEY=VALUE with a key that is not taken for a flag."""
    key, equals, _ = text.partition("=")
    return bool(equals and key.strip()) and key[0] not in "-,{ \t\n"


def _is_json_setting(text: str) -> bool:
    return _is_setting(text) or (text.startswith("{") and text.endswith("}"))


def _is_labels(text: str) -> bool:
    return all(_is_label(*part.partition("=")) for part in text.split(","))


def _is_label(key: str, equals: str, value: str) -> bool:
    plain = not value or ("/" not in value and LABEL_KEY.accepts(value))
    return bool(equals) and LABEL_KEY.accepts(key) and plain


WAIT_TIME = Value("a duration above 0 and up to 1h, such as 5m or 90s", _is_wait)
SETTING = Value("KEY=VALUE", _is_setting)
JSON_SETTING = Value("KEY=JSON or a JSON object", _is_json_setting)
LABELS = Value("labels such as team=web,tier=front", _is_labels)
