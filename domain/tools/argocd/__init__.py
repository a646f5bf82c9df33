"""argocd 2.14 to 3.6: its verbs, their flags, and what each does.

Read off the command reference of argoproj/argo-cd (docs/user-guide/commands), where aliases and
operands are not in it off cmd/argocd/commands, at commit 37ee0097 (3.6, in development) and on the
branches release-2.14 (206a6eec), 3.0 (7cedae73), 3.1 (f34a204a), 3.2 (5b7b039c), 3.3 (ec1fc452),
3.4 (924ab35b) and 3.5 (961ee40c). A verb or flag that only some of them have is in the table; the
binary itself says so where it does not know it. An unknown verb is never run: since 3.1 argocd
takes it for a plugin.
"""

from ..grammar import Grammar
from .apps import APPS, APPSETS
from .flags import COMMON
from .projects import PROJECTS, ROLES, SIGNATURES, WINDOWS
from .refused import REFUSED
from .settings import SETTINGS

ARGOCD = Grammar(
    tool="argocd",
    versions=("2.14", "3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6-dev"),
    verbs=(*APPS, *APPSETS, *PROJECTS, *ROLES, *WINDOWS, *SIGNATURES, *SETTINGS, *REFUSED),
    common=COMMON,
    early=frozenset(),
)

__all__ = ["ARGOCD"]
