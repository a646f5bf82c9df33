"""What a setting may be: validators whose messages begin with the setting's name."""

from ipaddress import ip_network
from typing import Any

import attrs


def choice(*allowed: str) -> Any:
    """One of *allowed*."""

    def check(_: object, field: "attrs.Attribute[str]", value: str) -> None:
        if value not in allowed:
            raise ValueError(f"{field.name}: expected one of {', '.join(allowed)}, not {value!r}")

    return check


def choices(*allowed: str) -> Any:
    """Some of *allowed*."""

    def check(_: object, field: "attrs.Attribute[tuple[str, ...]]", value: tuple[str, ...]) -> None:
        for one in value:
            if one not in allowed:
                raise ValueError(f"{field.name}: expected some of {', '.join(allowed)}, not {one!r}")

    return check


def between(least: float, most: float) -> Any:
    """A number from *least* to *most*."""

    def check(_: object, field: "attrs.Attribute[float]", value: float) -> None:
        if not least <= value <= most:
            raise ValueError(f"{field.name}: expected {least:g} to {most:g}, not {value:g}")

    return check


def names(_: object, field: "attrs.Attribute[tuple[str, ...]]", value: tuple[str, ...]) -> None:
    """Names to the letter: one that means many would let anybody in by mistake."""
    for one in value:
        if not one or any(letter in "*?, " for letter in one.removesuffix(":*")):
            raise ValueError(f"{field.name}: expected names, with :* at the end for any port, not {one!r}")


def networks(_: object, field: "attrs.Attribute[tuple[str, ...]]", value: tuple[str, ...]) -> None:
    """Addresses and networks."""
    for one in value:
        try:
            ip_network(one)
        except ValueError:
            wanted = "addresses or networks such as 10.0.0.0/8"
            raise ValueError(f"{field.name}: expected {wanted}, not {one!r}") from None
