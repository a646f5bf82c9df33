"""What operators write: settings and policies, from files, environment and command line."""

from .policy_file import PolicyFile, read_policy
from .prompt_files import PromptFolder, read_prompt
from .settings_file import Configured, configure, default_file

__all__ = [
    "Configured",
    "PolicyFile",
    "PromptFolder",
    "configure",
    "default_file",
    "read_policy",
    "read_prompt",
]
