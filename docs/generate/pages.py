"""Every page of the reference by its name."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from kubeport.domain.errors import TOOLS

from .command_line import command_line
from .commands import commands
from .errors import errors
from .filters import filters
from .policy import policy
from .prompts import prompts
from .resources import resources
from .settings import settings
from .tools import tools

FOLDER = Path(__file__).parents[1] / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "tools": tools,
    **{tool: partial(commands, tool) for tool in TOOLS},
    "text-utilities": filters,
    "resources": resources,
    "prompts": prompts,
    "settings": settings,
    "policy": policy,
    "errors": errors,
    "command-line": command_line,
}
