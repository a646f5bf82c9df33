"""``kubeport auth token``: a new token, shown once, and the lines that make it known."""

import argparse
import json
from collections.abc import Callable
from datetime import date, timedelta


def new(make: Callable[[], str], hashed: Callable[[str], str], arguments: argparse.Namespace) -> int:
    """Print a token that *make* gives, and what stands for it in the file of tokens; nothing is stored."""
    token = make()
    row = {
        "name": arguments.name,
        "sha256": hashed(token),
        "groups": arguments.group,
        "scopes": [f"kubeport:{arguments.scope}"],
    }
    ends = (date.today() + timedelta(days=arguments.days)).isoformat() if arguments.days > 0 else ""
    if arguments.json:
        print(json.dumps({"token": token, "row": {**row, **({"expires": ends} if ends else {})}}))
        return 0
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in row.items()]
    print(f"# Give this to {arguments.name}; it is not shown again:\n#   {token}")
    print("# And this goes into the file of auth.tokens_file:")
    print("\n".join(("[[tokens]]", *lines, *([f"expires = {ends}"] if ends else []))))
    return 0
