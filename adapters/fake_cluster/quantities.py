"""Quantities such as ``250m`` and ``64Mi``."""

import re

from .answer import Trouble

_UNITS = {
    "n": 1e-9,
    "u": 1e-6,
    "m": 1e-3,
    "": 1.0,
    "k": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
}


def quantity(text: str) -> float:
    """A quantity such as ``250m`` or ``64Mi`` as a number."""
    match = re.fullmatch(r"([\d.]+)([a-zA-Z]*)", str(text))
    if match is None or match[2] not in _UNITS:
        raise Trouble(f"error: unable to parse quantity {text!r}")
    return float(match[1]) * _UNITS[match[2]]
