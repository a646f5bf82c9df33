"""Secrets out of everything that is passed on: see security.md section 7 for what counts as one."""

from .stream import Redactor, redact, redact_words

__all__ = ["Redactor", "redact", "redact_words"]
