"""The grammar of helm 3 and helm 4."""

from ..grammar import Grammar
from .charts import CHARTS
from .flags import COMMON
from .refused import REFUSED
from .releases import CHANGING, READING

HELM = Grammar(
    tool="helm",
    versions=("3.17.2", "4.3.1"),
    verbs=(*READING, *CHANGING, *CHARTS, *REFUSED),
    common=COMMON,
    early=frozenset({"namespace", "kube-context"}),
)
