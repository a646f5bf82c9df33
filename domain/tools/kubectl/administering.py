"""The verbs that delete, move pods off nodes, run programs or dump a cluster: admin only."""

from ...effect import Effect
from ..grammar import Flag, Meaning, Sensitivity, Verb
from ..values import BOOL, COUNT, INTEGER, SELECTOR
from . import checks, flags, forms, operands
from .exec import program_given
from .flags import banned
from .printing import OBJECT_FORMATS, PRINTING, TEMPLATE_FLAGS, formats, output, printed
from .secrets import secrets

_NODE_FLAGS = (flags.DRY_RUN, flags.SELECT)

VERBS = (
    Verb(
        ("delete",), Effect.ADMIN,
        (
            *flags.FILES, output(formats("name")), flags.DRY_RUN, flags.RAW_REFUSED,
            flags.ALL, flags.EVERYWHERE, flags.SELECT, flags.FIELD_SELECT, flags.ENDS,
            Flag("cascade", value=flags.CASCADES, bare="background"),
            Flag("force"), Flag("grace-period", value=INTEGER), Flag("ignore-not-found"),
            Flag("now"), Flag("wait"),
            banned(Meaning.INTERACTIVE, "interactive", "i", BOOL),
        ),
        operands=operands.resources, checks=(secrets, checks.spared),
        summary="Delete resources by resources and names, or by resources and label selector",
    ),
    Verb(
        ("cordon",), Effect.ADMIN, _NODE_FLAGS,
        operands=operands.node_names, namespaced=False,
        summary="Mark node as unschedulable",
    ),
    Verb(
        ("uncordon",), Effect.ADMIN, _NODE_FLAGS,
        operands=operands.node_names, namespaced=False,
        summary="Mark node as schedulable",
    ),
    Verb(
        ("drain",), Effect.ADMIN,
        (
            *_NODE_FLAGS, flags.CHUNKS, flags.ENDS, Flag("delete-emptydir-data"),
            Flag("disable-eviction"), Flag("force"), Flag("grace-period", value=INTEGER),
            Flag("ignore-daemonsets"), Flag("pod-selector", value=SELECTOR),
            Flag("skip-wait-for-delete-timeout", value=COUNT),
        ),
        operands=operands.node_names, checks=(checks.named_nodes,), namespaced=False,
        summary="Drain node in preparation for maintenance",
    ),
    Verb(
        ("taint",), Effect.ADMIN,
        (
            *PRINTING, flags.DRY_RUN, flags.FIELD_MANAGER, flags.VALIDATE, flags.SELECT, flags.ALL,
            Flag("overwrite"),
        ),
        operands=operands.with_changes(forms.TAINT_CHANGE, colon=True),
        checks=(printed, checks.evictions), namespaced=False,
        summary="Update the taints on one or more nodes",
    ),
    Verb(
        ("exec",), Effect.ADMIN,
        (
            banned(Meaning.FILE, "filename", "f", repeats=True), flags.POD_RUNNING,
            Flag("container", "c", value=forms.CONTAINER), Flag("quiet", "q"),
            banned(Meaning.INTERACTIVE, "stdin", "i", BOOL),
            banned(Meaning.INTERACTIVE, "tty", "t", BOOL),
        ),
        operands=operands.one_pod, checks=(program_given,), after_dashes=True,
        sensitivity=Sensitivity.EXEC,
        summary="Execute a command in a container",
        why="it runs a program in a container",
    ),
    Verb(
        ("cluster-info", "dump"), Effect.ADMIN,
        (
            output(OBJECT_FORMATS), *TEMPLATE_FLAGS, flags.EVERYWHERE, flags.POD_RUNNING,
            Flag("namespaces", value=forms.NAMESPACES, repeats=True),
            banned(Meaning.FILE, "output-directory", why="It writes files: leave it out."),
        ),
        operands=operands.dumped, checks=(printed,), sensitivity=Sensitivity.LOGS,
        summary="Dump relevant information for debugging and diagnosis",
        why="it prints every object and log of a cluster",
    ),
)  # fmt: skip
