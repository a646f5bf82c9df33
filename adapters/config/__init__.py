"""What operators write: settings and policies, from files, environment and command line."""

from .policy_file import PolicyFile, read_policy
from .settings_file import Configured, configure, default_file

__all__ = ["Configured", "PolicyFile", "configure", "default_file", "read_policy"]
