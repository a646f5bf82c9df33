"""The composition root: which adapter stands behind which port."""

from .composition import in_memory, live

__all__ = ["in_memory", "live"]
