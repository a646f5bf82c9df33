"""The verbs that change objects that exist: write, and admin for delicate kinds."""

from ...effect import Effect
from ..grammar import Flag, Meaning, Verb
from ..values import BOOL, COUNT, INTEGER, Value, one_of
from . import checks, flags, forms, operands
from .creating import BOUND
from .flags import admin, banned
from .printing import PRINTING, printed
from .secrets import pruned, referenced, secrets

_CHANGED = (printed, secrets, checks.delicate)
_EDIT = (*PRINTING, *flags.FILES, flags.DRY_RUN, flags.FIELD_MANAGER)
_VERSION = Flag("resource-version", value=forms.REVISION)
_ALL_OF_THEM = Flag("all")
_ON_CONTAINERS = Flag("containers", "c", value=forms.CONTAINERS)

_SET = (
    Verb(("set",), group=True, summary="Set specific features on objects"),
    Verb(
        ("set", "env"),
        flags=(
            *_EDIT, flags.LOCAL, flags.SELECT, _ALL_OF_THEM, _ON_CONTAINERS,
            Flag("list"), Flag("overwrite"), Flag("prefix", value=forms.MANAGER_PREFIX),
            Flag("env", "e", value=forms.ENV_CHANGE, repeats=True),
            Flag("from", value=forms.ENV_SOURCE),
            Flag("keys", value=forms.LABEL_COLUMNS, repeats=True),
            banned(
                Meaning.CREDENTIALS, "resolve", value=BOOL,
                why="It prints the values of Secrets: leave it out, --list names the sources.",
            ),
        ),
        operands=operands.environment,
        checks=(checks.changes_unless_listing, *_CHANGED, referenced),
        summary="Update environment variables on a pod template",
    ),
    Verb(
        ("set", "image"), Effect.WRITE,
        (*_EDIT, flags.RECORD, flags.LOCAL, flags.SELECT, _ALL_OF_THEM),
        operands=operands.with_changes(forms.IMAGE_CHANGE), checks=_CHANGED,
        summary="Update the image of a pod template",
    ),
    Verb(
        ("set", "resources"), Effect.WRITE,
        (
            *_EDIT, flags.RECORD, flags.LOCAL, flags.SELECT, _ALL_OF_THEM, _ON_CONTAINERS,
            Flag("limits", value=forms.AMOUNTS), Flag("requests", value=forms.AMOUNTS),
        ),
        operands=operands.resources, checks=_CHANGED,
        summary="Update resource requests/limits on objects with pod templates",
    ),
    Verb(
        ("set", "selector"), Effect.WRITE,
        (
            *PRINTING, flags.FILENAME, flags.RECURSIVE, flags.DRY_RUN, flags.FIELD_MANAGER,
            flags.LOCAL, _ALL_OF_THEM, _VERSION, flags.RECORD,
        ),
        operands=operands.with_selector, checks=_CHANGED,
        summary="Set the selector on a resource",
    ),
    Verb(
        ("set", "serviceaccount"), Effect.WRITE,
        (*_EDIT, flags.RECORD, flags.LOCAL, _ALL_OF_THEM),
        aliases=("sa",),
        operands=operands.with_account, checks=_CHANGED,
        summary="Update the service account of a resource",
    ),
    Verb(
        ("set", "subject"), Effect.ADMIN,
        (*_EDIT, flags.LOCAL, flags.SELECT, _ALL_OF_THEM, *BOUND),
        operands=operands.resources, checks=_CHANGED,
        summary="Update the subjects of a role binding or cluster role binding",
        why="it grants access",
    ),
)  # fmt: skip


def _rollout(word: str, *own: Flag, summary: str) -> Verb:
    return Verb(
        ("rollout", word), Effect.WRITE, (*PRINTING, *flags.FILES, flags.SELECT, *own),
        operands=operands.resources, checks=_CHANGED, summary=summary,
    )  # fmt: skip


_ROLLOUTS = (
    Verb(("rollout",), group=True, summary="Manage the rollout of a resource"),
    _rollout("pause", flags.FIELD_MANAGER, summary="Mark the provided resource as paused"),
    _rollout("restart", flags.FIELD_MANAGER, summary="Restart a resource"),
    _rollout("resume", flags.FIELD_MANAGER, summary="Resume a paused resource"),
    _rollout(
        "undo", flags.DRY_RUN, Flag("to-revision", value=COUNT), summary="Undo a previous rollout"
    ),
)

_SIZES = (
    Verb(
        ("scale",), Effect.WRITE,
        (
            *PRINTING, *flags.FILES, flags.DRY_RUN, flags.SELECT, flags.ENDS, _VERSION, flags.RECORD,
            admin("all", why="It scales every object of the kind at once: name them."),
            Flag("replicas", value=COUNT), Flag("current-replicas", value=INTEGER),
        ),
        operands=operands.resources, checks=_CHANGED,
        summary="Set a new size for a deployment, replica set, or replication controller",
    ),
    Verb(
        ("autoscale",), Effect.WRITE,
        (
            *_EDIT, flags.SAVE_CONFIG, flags.RECORD, Flag("name", value=forms.OBJECT_NAME),
            Flag("min", value=INTEGER), Flag("max", value=INTEGER),
            Flag("cpu", value=forms.AVERAGE), Flag("memory", value=forms.AVERAGE),
            Flag("cpu-percent", value=INTEGER),  # deprecated, in no help text, and taken
        ),
        operands=operands.resources, checks=_CHANGED,
        summary="Auto-scale a deployment, replica set, stateful set, or replication controller",
    ),
)  # fmt: skip

_REPLACING = (
    admin("force", why="It deletes objects and creates them again."),
    admin("cascade", flags.CASCADES, bare="background", why="It deletes dependents."),
    admin("grace-period", INTEGER, why="It cuts the time short that a pod has to end."),
    flags.ENDS, Flag("wait"),
)  # fmt: skip
_WHOLE = (
    *PRINTING, flags.MANIFEST, flags.KUSTOMIZE, flags.RECURSIVE,
    flags.DRY_RUN, flags.FIELD_MANAGER, flags.VALIDATE, flags.SUBRESOURCE,
)  # fmt: skip

_WHOLE_OBJECTS = (
    Verb(
        ("apply",), Effect.WRITE,
        (
            *_WHOLE, *_REPLACING, flags.SELECT, Flag("openapi-patch"), Flag("overwrite"),
            Flag("server-side"), flags.RECORD,
            admin("force-conflicts", why="It takes fields away from their managers."),
            admin("prune", why="It deletes what the manifest does not hold."),
            admin("all", why="It prunes without a selector."),
            Flag("prune-allowlist", value=forms.GROUP_KINDS, repeats=True),
        ),
        operands=operands.manifest, checks=(*_CHANGED, pruned),
        summary="Apply a configuration to a resource from a manifest",
    ),
    Verb(
        ("replace",), Effect.WRITE,
        (*_WHOLE, *_REPLACING, flags.SAVE_CONFIG, flags.RAW_REFUSED),
        operands=operands.manifest, checks=_CHANGED,
        summary="Replace a resource by a manifest",
    ),
    Verb(
        ("patch",), Effect.WRITE,
        (
            *_EDIT, flags.LOCAL, flags.RECORD, flags.SUBRESOURCE, Flag("patch", "p", value=forms.PATCH),
            Flag("type", value=one_of("json", "merge", "strategic")),
            banned(Meaning.FILE, "patch-file", why="Kubeport reads no files: use -p."),
        ),
        operands=operands.resources, checks=_CHANGED,
        summary="Update fields of a resource",
    ),
)  # fmt: skip


def _notes(word: str, form: Value, summary: str) -> Verb:
    """``label`` and ``annotate``: a pure ``--list`` only reads."""
    return Verb(
        (word,),
        flags=(
            *_EDIT, flags.LOCAL, flags.SELECT, flags.FIELD_SELECT, Flag("all"), flags.EVERYWHERE,
            Flag("list"), Flag("overwrite"), _VERSION, flags.RECORD,
        ),
        operands=operands.with_changes(form),
        checks=(checks.changes_unless_listing, *_CHANGED, checks.everywhere),
        summary=summary,
    )  # fmt: skip


_NOTES = (
    _notes("label", forms.LABEL_CHANGE, "Update the labels on a resource"),
    _notes("annotate", forms.ANNOTATION_CHANGE, "Update the annotations on a resource"),
)

VERBS = (*_SET, *_ROLLOUTS, *_SIZES, *_WHOLE_OBJECTS, *_NOTES)
