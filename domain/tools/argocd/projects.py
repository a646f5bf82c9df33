"""argocd proj: projects, their roles, sync windows and signature policies; writes are admin's."""

from ...effect import Effect
from ..grammar import Check, Flag, Operands, Verb
from ..shorthand import local_file
from ..values import DURATION, NAME, TEXT, one_of
from . import operands as op
from .flags import GLOB, KEY_ID, TABLE, TABLE_OR_NAME, URL, YES, listed, many, one

_ACCESS = "It changes what a project's applications may do, and where"
_RIGHTS = "It changes who may do what in a project"
_WINDOW = "It changes when a project's applications may be synced"
_TRUST = "It changes which signatures a project trusts"
_TOKENS = "It creates or removes credentials"


def _read(path: str, summary: str, *flags: Flag, operands: Operands = op.PROJECT) -> Verb:
    return Verb(
        ("proj", *path.split()), flags=flags, operands=operands, namespaced=False, summary=summary,
    )


def _change(
    path: str, why: str, summary: str, *flags: Flag, operands: Operands = op.PROJECT,
    checks: tuple[Check, ...] = (),
) -> Verb:
    return Verb(
        ("proj", *path.split()), Effect.ADMIN, flags, operands=operands, checks=checks,
        namespaced=False, why=why, summary=summary,
    )


def _group(path: str, summary: str, *aliases: str) -> Verb:
    return Verb(tuple(path.split()), group=True, aliases=aliases, summary=summary)


def _never(path: str, why: str, *aliases: str) -> Verb:
    return Verb(("proj", *path.split()), Effect.NEVER, aliases=aliases, targets=False, why=why)


_SPEC = (
    one("description", value=TEXT), many("dest", "d", URL),
    many("dest-service-accounts", value=URL), many("src", "s", URL), listed("source-namespaces"),
    listed("signature-keys", value=KEY_ID), many("allow-cluster-resource", value=GLOB),
    many("deny-cluster-resource", value=GLOB), many("allow-namespaced-resource", value=GLOB),
    many("deny-namespaced-resource", value=GLOB), Flag("orphaned-resources"),
    Flag("orphaned-resources-warn"),
)
_LIST = one("list", "l", one_of("allow", "deny"))
_ORPHAN = one("name", value=GLOB)
_POLICY = (
    one("action", "a", GLOB), one("object", "o", GLOB),
    one("permission", "p", one_of("allow", "deny")), one("resource", "r", NAME),
)
_SCHEDULE = (
    one("schedule", value=TEXT), one("duration", value=DURATION), one("time-zone"),
    one("description", value=TEXT), listed("applications"), listed("namespaces"),
    listed("clusters"),
)
_MODE = one("gpg-mode", value=one_of("strict", "head", "none"))

PROJECTS = (
    _group("proj", "Projects", "project"),
    _read("list", "Projects", TABLE_OR_NAME, operands=op.NOTHING),
    _read("get", "A project's rules", TABLE),
    _change("create", _ACCESS, "Create a project", *_SPEC, Flag("upsert"), local_file("file", "f")),
    _change("set", _ACCESS, "Replace a project's rules", *_SPEC),
    _change("delete", "It deletes projects", "Delete projects", operands=op.PROJECTS),
    _never("edit", "It opens an editor"),
    _change(
        "add-destination", _ACCESS, "Allow a destination", Flag("name"),
        operands=op.PROJECT_DESTINATION,
    ),
    _change(
        "remove-destination", _ACCESS, "Disallow a destination", operands=op.PROJECT_DESTINATION,
    ),
    *(
        _change(
            f"{verb}-destination-service-account", _ACCESS,
            f"{verb.capitalize()} a deploying account",
            one("service-account-namespace", value=NAME), operands=op.PROJECT_ACCOUNT,
        )
        for verb in ("add", "remove")
    ),
    *(
        _change(
            f"{verb}-orphaned-ignore", _ACCESS,
            f"{verb.capitalize()} a kind whose orphans do not matter", _ORPHAN,
            operands=op.PROJECT_KIND,
        )
        for verb in ("add", "remove")
    ),
    *(
        _change(
            f"{verb}-signature-key", _TRUST, f"{verb.capitalize()} a key for signed commits",
            operands=op.PROJECT_KEY,
        )
        for verb in ("add", "remove")
    ),
    *(
        _change(
            f"{verb}-source", _ACCESS, f"{verb.capitalize()} a repository",
            operands=op.PROJECT_SOURCE,
        )
        for verb in ("add", "remove")
    ),
    *(
        _change(
            f"{verb}-source-namespace", _ACCESS,
            f"{verb.capitalize()} a namespace for applications", operands=op.PROJECT_NAMESPACE,
        )
        for verb in ("add", "remove")
    ),
    *(
        _change(
            f"{verb}-cluster-resource", _ACCESS, f"{verb.capitalize()} a cluster-wide kind", _LIST,
            operands=op.PROJECT_KIND_NAME,
        )
        for verb in ("allow", "deny")
    ),
    *(
        _change(
            f"{verb}-namespace-resource", _ACCESS, f"{verb.capitalize()} a namespaced kind", _LIST,
            operands=op.PROJECT_KIND,
        )
        for verb in ("allow", "deny")
    ),
)

ROLES = (
    _group("proj role", "Roles of a project"),
    _read("role list", "Roles", TABLE_OR_NAME),
    _read("role get", "A role's policies", operands=op.PROJECT_ROLE),
    Verb(
        ("proj", "role", "list-tokens"), flags=(Flag("unixtime", "u"),), namespaced=False,
        aliases=("list-token", "token-list"), operands=op.PROJECT_ROLE,
        summary="When a role's tokens were issued and expire",
    ),
    _change(
        "role create", _RIGHTS, "Create a role", one("description", value=TEXT),
        operands=op.PROJECT_ROLE,
    ),
    _change("role delete", _RIGHTS, "Delete a role", operands=op.PROJECT_ROLE),
    *(
        _change(
            f"role {verb}-policy", _RIGHTS, f"{verb.capitalize()} a policy", *_POLICY,
            operands=op.PROJECT_ROLE,
        )
        for verb in ("add", "remove")
    ),
    *(
        _change(
            f"role {verb}-group", _RIGHTS, f"{verb.capitalize()} a group",
            operands=op.PROJECT_GROUP,
        )
        for verb in ("add", "remove")
    ),
    _never("role create-token", _TOKENS, "token-create"),
    _never("role delete-token", _TOKENS, "token-delete", "remove-token"),
)

WINDOWS = (
    _group("proj windows", "Sync windows of a project"),
    _read("windows list", "Sync windows", TABLE),
    _change(
        "windows add", _WINDOW, "Add a window", *_SCHEDULE,
        one("kind", "k", one_of("allow", "deny")), Flag("manual-sync"), Flag("sync-overrun"),
        Flag("use-and-operator"),
    ),
    _change("windows update", _WINDOW, "Change a window", *_SCHEDULE, operands=op.PROJECT_ID),
    _change("windows delete", _WINDOW, "Delete a window", operands=op.PROJECT_ID),
    *(
        _change(
            f"windows {verb}-{what}", _WINDOW, f"{verb.capitalize()} {what} in a window",
            operands=op.PROJECT_ID,
        )
        for what in ("manual-sync", "sync-overrun")
        for verb in ("enable", "disable")
    ),
)

SIGNATURES = (
    _group("proj source-integrity", "Signature policies (3.5 and later)"),
    _group("proj source-integrity git", "Signature policies for Git"),
    _group("proj source-integrity git policies", "Signature policies for Git"),
    _read("source-integrity git policies list", "Signature policies"),
    _change(
        "source-integrity git policies add", _TRUST, "Add a policy", _MODE,
        listed("gpg-key", value=KEY_ID), listed("repo-url", value=URL),
    ),
    _change(
        "source-integrity git policies update", _TRUST, "Change a policy", _MODE, YES,
        *(
            listed(f"{change}{what}", value=value)
            for what, value in (("gpg-key", KEY_ID), ("repo-url", URL))
            for change in ("", "add-", "delete-")
        ),
        operands=op.PROJECT_ID, checks=(op.confirmed,),
    ),
    _change(
        "source-integrity git policies delete", _TRUST, "Delete policies", YES,
        operands=op.PROJECT_IDS, checks=(op.confirmed,),
    ),
)
