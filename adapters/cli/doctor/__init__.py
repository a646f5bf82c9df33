"""``kubeport doctor``: what of this machine Kubeport can use, and what to do about the rest."""

from .examination import doctor
from .finding import Finding
from .machine import Machine

__all__ = ["Finding", "Machine", "doctor"]
