"""Times as Kubernetes writes and reads them."""

from datetime import UTC, datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def stamp(seconds: float) -> str:
    """The instant *seconds* after the epoch, as in ``creationTimestamp``."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def instant(text: str) -> float:
    """Seconds since the epoch of an RFC 3339 time; ValueError for any other text."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def long_date(text: str) -> str:
    """A time as ``kubectl describe`` shows it: ``Mon, 23 Nov 2026 09:39:54 +0000``."""
    moment = datetime.fromtimestamp(instant(text), UTC)
    return moment.strftime("%a, %d %b %Y %H:%M:%S +0000")


def age(text: str | None, now: float) -> str:
    """How long ago *text* was, in kubectl's short form; ``<unknown>`` where it is missing."""
    return "<unknown>" if not text else duration(now - instant(text))


def duration(seconds: float) -> str:
    """A length of time in at most two units, the smaller one dropped where it says little."""
    whole = max(0, int(seconds))
    if whole < 2 * _MINUTE:
        return f"{whole}s"
    if whole < 10 * _MINUTE:
        return _two(whole, _MINUTE, "m", 1, "s")
    if whole < 3 * _HOUR:
        return f"{whole // _MINUTE}m"
    if whole < 8 * _HOUR:
        return _two(whole, _HOUR, "h", _MINUTE, "m")
    if whole < 2 * _DAY:
        return f"{whole // _HOUR}h"
    if whole < 8 * _DAY:
        return _two(whole, _DAY, "d", _HOUR, "h")
    if whole < 2 * 365 * _DAY:
        return f"{whole // _DAY}d"
    return _two(whole, 365 * _DAY, "y", _DAY, "d")


def _two(whole: int, large: int, large_sign: str, small: int, small_sign: str) -> str:
    rest = whole % large // small
    return f"{whole // large}{large_sign}" + (f"{rest}{small_sign}" if rest else "")


def seconds(text: str) -> float:
    """The length that Go's duration syntax means, such as ``1h30m``; ValueError otherwise."""
    total, number = 0.0, ""
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
    at = 0
    while at < len(text):
        if text[at].isdigit() or text[at] == ".":
            number += text[at]
            at += 1
            continue
        unit = "ms" if text.startswith("ms", at) else text[at]
        total += float(number) * units.get(unit, float("nan"))
        number, at = "", at + len(unit)
    if (number and number != "0") or total != total or not text:
        raise ValueError(text)
    return total
