"""A kubectl over the shop of the demonstration: every context is that one cluster.

Used as a program by tests of documented commands: a script of theirs runs this file with the arguments.
"""

import asyncio
import sys

from kubeport import shop
from kubeport.application.ports import Completed, Job, Stage


async def answer(*words: str) -> Completed:
    """What the shop answers; it has one context, whatever the kubeconfig calls it."""
    kept = [word for word in words if not word.startswith("--context=")]
    return await shop().run(Job((Stage(("kubectl", *kept)),)))


def main() -> int:
    """Print it."""
    done = asyncio.run(answer(*sys.argv[1:]))
    sys.stdout.write(done.stdout)
    sys.stderr.write(done.stages[0].stderr)
    return done.stages[0].exit_code


if __name__ == "__main__":
    sys.exit(main())
