"""Runs programs as real processes: pipelines, limits, bare environment, nothing left behind."""

from .executor import SubprocessExecutor

__all__ = ["SubprocessExecutor"]
