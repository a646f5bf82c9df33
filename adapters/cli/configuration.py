"""``kubeport config show``: the settings in force."""

import argparse
import json

import attrs

from ...application.settings import Settings
from .terminal import print_json


def show(settings: Settings, origins: dict[str, str], arguments: argparse.Namespace) -> int:
    """Print each setting with its value and where that came from."""
    rows = {
        f"{section}.{key}": value
        for section, values in attrs.asdict(settings).items()
        for key, value in values.items()
    }
    if arguments.json:
        told = {name: {"value": value, "origin": origins[name]} for name, value in rows.items()}
        print_json(told)
        return 0
    for name, value in rows.items():
        print(f"{name} = {json.dumps(value)}  # {origins[name]}")
    return 0
