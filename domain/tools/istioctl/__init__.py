"""istioctl 1.20 to 1.32: its verbs, their flags, and what each does.

Read off the source of istio/istio (istioctl/, operator/cmd/mesh, pkg/log, pkg/version) at commit
86c9f01f (1.32, in development), with the differences of the branches release-1.20 (49d7e77a), 1.21
(79aa08a0), 1.22 (01290223), 1.24 (a54429a6), 1.26 (28b727f9), 1.27 (b9159ca3), 1.28 (cc7804f8),
1.29
(9a69ee89), 1.30 (b9a2bbd2) and 1.31 (a8d70121). A verb or flag that only some of them have is in
the table; the binary itself says so where it does not know it.
"""

from ..grammar import Grammar
from .flags import COMMON, EARLY
from .inspection import ANALYSIS, EXPERIMENTS
from .installation import INSTALLATION
from .proxies import PROXIES
from .refused import REFUSED

ISTIOCTL = Grammar(
    tool="istioctl",
    versions=("1.20", "1.22", "1.24", "1.27", "1.29", "1.31", "1.32-dev"),
    verbs=(*ANALYSIS, *PROXIES, *INSTALLATION, *EXPERIMENTS, *REFUSED),
    common=COMMON,
    early=EARLY,
)

__all__ = ["ISTIOCTL"]
