"""What operators write: settings and policies, from files, environment and command line.

Prompts and tokens have modules of their own here, which only those load who use them.
"""

from .policy_file import PolicyFile, read_policy
from .settings_file import Configured, configure, default_file

__all__ = [
    "Configured",
    "PolicyFile",
    "configure",
    "default_file",
    "read_policy",
]
