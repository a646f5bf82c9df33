"""``kubeport auth token``: a new token, shown once, and the lines that make it known."""

import argparse
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from .terminal import print_json


def new(make: Callable[[], str], hashed: Callable[[str], str], arguments: argparse.Namespace) -> int:
    """Print a token that *make* gives, and what stands for it in the file of tokens; nothing is stored."""
    token = make()
    row = {
        "name": arguments.name,
        "sha256": hashed(token),
        "groups": arguments.group,
        "scopes": [f"kubeport:{arguments.scope}"],
    }
    ends = _in(arguments.days) if arguments.days else ""
    if arguments.json:
        print_json({"token": token, "row": row | ({"expires": ends} if ends else {})})
        return 0
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in row.items()]
    print(f"# Give this to {arguments.name}; it is not shown again:\n#   {token}")
    print("# And this goes into the file of auth.tokens_file:")
    print("\n".join(("[[tokens]]", *lines, *([f"expires = {ends}"] if ends else []))))
    return 0


def _in(days: int) -> str:
    """The moment in *days* days, as TOML writes it; a date alone would be its first moment."""
    return (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="seconds")
