"""argocd app and argocd appset: applications, their resources, and sets of them."""

from ...effect import Effect
from ..grammar import Check, Flag, Meaning, Operands, Sensitivity, Verb
from ..shorthand import local_file, names_or, never_switch, output
from ..values import COUNT, DURATION, INTEGER, NAME, TEXT, TIMESTAMP, one_of
from . import operands as op
from .flags import (
    APP_NAMESPACE,
    APPSET_NAMESPACE,
    DIFF_BATCHES,
    GROUP,
    LOCAL,
    NORMALIZER,
    OBJECT,
    PROJECT,
    PROJECTS,
    RESOURCES,
    SECONDS,
    SELECTOR,
    SOURCE_NAME,
    SOURCE_POSITION,
    SOURCES,
    TABLE,
    TABLE_OR_NAME,
    TREES,
    URL,
    YES,
    destructive,
    listed,
    many,
    one,
)
from .sources import SOURCE

_READ, _WRITE, _ADMIN = Effect.READ, Effect.WRITE, Effect.ADMIN
_ONE_OBJECT = "It changes an object of the cluster past what Git says"
_REFRESHES = (Flag("refresh"), Flag("hard-refresh"))
_PRUNE = destructive("prune", "--prune deletes what is no longer in Git")


def _app(
    path: str, effect: Effect, summary: str, *flags: Flag, operands: Operands = op.APPLICATION,
    checks: tuple[Check, ...] = (), why: str = "", sensitivity: Sensitivity | None = None,
) -> Verb:
    """A verb below ``argocd app``, which all take --app-namespace."""
    return Verb(
        ("app", *path.split()), effect, (APP_NAMESPACE, *flags), operands=operands, checks=checks,
        namespaced=False, why=why, sensitivity=sensitivity, summary=summary,
    )


_DIFF = _app(
    "diff", _READ, "What a sync would change", *_REFRESHES, *SOURCES, *LOCAL, *DIFF_BATCHES,
    NORMALIZER, Flag("exit-code"), one("diff-exit-code", value=COUNT), local_file("local-include"),
    never_switch(
        "server-side-generate", "", Meaning.FILE, "--server-side-generate sends local files",
    ),
    Flag(
        "server-side-diff", effect=Effect.NEVER, meaning=Meaning.CREDENTIALS,
        why="--server-side-diff shows Secret data in several releases (CVE-2026-42880)",
    ),
)
_SYNC = _app(
    "sync", _WRITE, "Bring applications to the state that Git describes",
    Flag("dry-run", meaning=Meaning.DRY_RUN), Flag("async"), Flag("apply-out-of-sync-only"),
    Flag("server-side"), Flag("preview-changes"), Flag("assumeYes"), Flag("retry-refresh"), _PRUNE,
    destructive("force", "--force deletes and recreates objects"),
    destructive("replace", "--replace replaces objects instead of applying changes"), SELECTOR,
    many("project", value=NAME), RESOURCES, many("label", value=TEXT), many("info", value=TEXT),
    *SOURCES, one("strategy", value=one_of("apply", "hook")), SECONDS, TREES,
    one("retry-limit", value=INTEGER), one("retry-backoff-duration", value=DURATION),
    one("retry-backoff-factor", value=COUNT), one("retry-backoff-max-duration", value=DURATION),
    *LOCAL, *DIFF_BATCHES, NORMALIZER, operands=op.APPLICATIONS,
    checks=(names_or("selector", "project"), op.previewed),
)
_UNSET = _app(
    "unset", _WRITE, "Remove overrides from a source", SOURCE_NAME, SOURCE_POSITION,
    many("parameter", "p", TEXT), many("values"), many("plugin-env"), many("kustomize-image"),
    many("kustomize-replica"),
    *(
        Flag(name)
        for name in (
            "ignore-missing-components", "ignore-missing-value-files", "kustomize-namespace",
            "kustomize-version", "nameprefix", "namesuffix", "pass-credentials", "ref",
            "values-literal",
        )
    ),
)

APPS = (
    Verb(("app",), group=True, summary="Applications"),
    Verb(("app", "actions"), group=True, summary="Actions that resources offer"),
    _app(
        "actions list", _READ, "Actions of an application's resources", *OBJECT,
        output("yaml", "json", name="out"),
    ),
    _app(
        "actions run", _WRITE, "Run an action on a resource", *OBJECT, Flag("all"),
        operands=op.ACTION, checks=(op.needs("kind"),),
    ),
    _app("add-source", _WRITE, "Add a source", *SOURCE, checks=(op.forceful,)),
    _app(
        "confirm-deletion", _ADMIN, "Confirm that resources may be deleted",
        why="It lets deletions happen that wait for a human's consent",
    ),
    _app(
        "create", _WRITE, "Create an application", *SOURCE, many("annotations", value=TEXT),
        many("label", "l", TEXT), one("name", value=NAME), Flag("set-finalizer"), Flag("upsert"),
        local_file("file", "f"), operands=op.NEW_APPLICATION,
        checks=(names_or("name"), op.forceful),
    ),
    _app(
        "delete", _ADMIN, "Delete applications and, by default, what they deployed", YES, SELECTOR,
        Flag("cascade"), Flag("wait"),
        one("propagation-policy", "p", one_of("foreground", "background")),
        operands=op.APPLICATIONS, checks=(names_or("selector"), op.confirmed),
        why="It deletes applications and what they deployed",
    ),
    _app(
        "delete-resource", _ADMIN, "Delete a resource of an application", *OBJECT, PROJECT,
        Flag("all"), Flag("force"), Flag("orphan"), checks=(op.needs("kind"),), why=_ONE_OBJECT,
    ),
    _DIFF,
    Verb(
        ("app", "edit"), Effect.NEVER, why="It opens an editor", targets=False,
        instead="Use: argocd app set, or argocd app patch",
    ),
    _app(
        "get", _READ, "An application's state", *_REFRESHES, Flag("show-operation"),
        Flag("show-params"), SOURCE_NAME, SOURCE_POSITION, SECONDS, TREES,
    ),
    _app(
        "get-resource", _READ, "Live resources of an application", PROJECT, TABLE,
        one("group", value=GROUP), one("kind"), one("resource-name"), Flag("show-managed-fields"),
        listed("filter-fields"), checks=(op.needs("kind"), op.no_secret),
    ),
    _app("history", _READ, "Deployments of an application", output("wide", "id")),
    _app(
        "list", _READ, "Applications", TABLE_OR_NAME, SELECTOR, PROJECTS, one("cluster", "c", URL),
        one("repo", "r", URL), one("path", "P"), operands=op.NOTHING,
    ),
    _app(
        "logs", _READ, "Logs of an application's pods", one("container", "c", NAME),
        one("filter", value=TEXT), Flag("match-case", "m"), Flag("previous", "p"),
        one("group", value=GROUP), one("kind"), one("name"), one("namespace", value=NAME),
        one("since-seconds", value=COUNT), one("tail", value=COUNT),
        one("until-time", value=TIMESTAMP),
        Flag(
            "follow", "f", meaning=Meaning.STREAM, effect=Effect.NEVER,
            why="--follow never ends; use --tail or --since-seconds",
        ),
        sensitivity=Sensitivity.LOGS,
    ),
    _app(
        "manifests", _READ, "Manifests of an application", *SOURCES, *LOCAL,
        one("source", value=one_of("live", "git")), sensitivity=Sensitivity.SECRETS,
    ),
    _app(
        "patch", _WRITE, "Patch an application's own specification", one("patch", value=TEXT),
        one("type", value=one_of("json", "merge")), checks=(op.needs("patch"),),
    ),
    _app(
        "patch-resource", _ADMIN, "Patch a resource of an application", *OBJECT, PROJECT,
        Flag("all"), one("patch", value=TEXT),
        one(
            "patch-type",
            value=one_of(
                "application/json-patch+json", "application/merge-patch+json",
                "application/strategic-merge-patch+json",
            ),
        ),
        checks=(op.needs("kind", "patch"),), why=_ONE_OBJECT,
    ),
    _app(
        "remove-source", _WRITE, "Remove a source", SOURCE_NAME, SOURCE_POSITION,
        checks=(op.either("source-name", "source-position"),),
    ),
    _app(
        "resources", _READ, "Resources of an application", PROJECT, Flag("orphaned"),
        output("tree", "tree=detailed", short=""),
    ),
    _app(
        "rollback", _WRITE, "Go back to an earlier deployment", _PRUNE, SECONDS, TREES,
        operands=op.ROLLBACK,
    ),
    _app(
        "set", _WRITE, "Change an application's settings", *SOURCE, SOURCE_POSITION,
        checks=(op.forceful,),
    ),
    _SYNC,
    _app("terminate-op", _WRITE, "Stop the running operation"),
    _UNSET,
    _app(
        "wait", _READ, "Wait until applications are as they should be", SECONDS, SELECTOR,
        RESOURCES, TREES,
        *(
            Flag(name)
            for name in (
                "degraded", "delete", "health", "hydrated", "operation", "suspended", "sync",
            )
        ),
        operands=op.APPLICATIONS, checks=(names_or("selector"), op.bounded),
    ),
)

_APPSET_FILE = "It reads a local file or fetches an address"

APPSETS = (
    Verb(("appset",), group=True, summary="Sets of applications"),
    *(
        Verb(("appset", name), Effect.NEVER, targets=False, why=_APPSET_FILE)
        for name in ("create", "generate", "update")
    ),
    Verb(
        ("appset", "delete"), _ADMIN, (APPSET_NAMESPACE, YES, Flag("wait")), namespaced=False,
        operands=op.APPLICATION_SETS, checks=(op.confirmed,),
        why="It deletes every application of the set", summary="Delete sets",
    ),
    Verb(
        ("appset", "get"), flags=(APPSET_NAMESPACE, TABLE, Flag("show-params")), namespaced=False,
        operands=op.APPLICATION_SET, summary="A set's state",
    ),
    Verb(
        ("appset", "list"), namespaced=False,
        flags=(APPSET_NAMESPACE, TABLE_OR_NAME, PROJECTS, SELECTOR), summary="Sets",
    ),
)
