"""The grammar of kubectl: every command and flag of the binary, and what each means to us."""

from ..grammar import Grammar
from . import administering, changing, creating, never, reading
from .checks import namespace_demands, subject_demands
from .exec import ExecRules, exec_demands
from .flags import COMMON, EARLY

KUBECTL = Grammar(
    tool="kubectl",
    versions=("1.37.1",),
    verbs=(
        *reading.VERBS, *changing.VERBS, *creating.VERBS, *administering.VERBS, *never.VERBS,
    ),
    common=COMMON,
    early=EARLY,
)  # fmt: skip

__all__ = ["KUBECTL", "ExecRules", "exec_demands", "namespace_demands", "subject_demands"]
