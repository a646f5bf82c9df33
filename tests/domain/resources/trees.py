"""Objects for tests of summaries."""

from typing import Any

from kubeport.domain.resources.tree import Tree


def tree(**parts: Any) -> Tree:
    """An object with these parts."""
    return Tree(parts)


def condition(kind: str, status: str = "True", reason: str = "", message: str = "") -> dict[str, str]:
    """One condition."""
    return {"type": kind, "status": status, "reason": reason, "message": message}


def conditions(*found: dict[str, str]) -> dict[str, Any]:
    """A status with nothing but conditions."""
    return {"conditions": list(found)}
