"""What helm does with releases: list, read, install, upgrade, roll back, test, uninstall."""

from ...effect import Effect
from ..grammar import Flag, Meaning, Sensitivity, Verb
from ..values import COUNT, SELECTOR, one_of
from . import operands as op
from .flags import (
    DESCRIPTION,
    DRY_RUN,
    FORCING,
    HISTORY_MAX,
    NAMING,
    NO_HOOKS,
    OUTPUT,
    RECREATE_PODS,
    RENDERING,
    REVISION,
    SERVER_SIDE,
    SERVER_SIDE_OR_AUTO,
    TAKE_OWNERSHIP,
    TIMEOUT,
    WAIT,
    admin_switch,
    refused,
    refused_switch,
)
from .values import API_VERSIONS, CONSTRAINT, OPEN_TEXT, TEMPLATE_FILE, TEST_FILTERS

READING = (
    Verb(
        ("list",), aliases=("ls",), operands=op.all_releases,
        flags=(
            Flag("all", "a"), Flag("all-namespaces", "A", meaning=Meaning.ALL_NAMESPACES),
            Flag("deployed"), Flag("failed"), Flag("pending"), Flag("superseded"),
            Flag("uninstalled"), Flag("uninstalling"), Flag("filter", "f", OPEN_TEXT),
            Flag("selector", "l", SELECTOR, meaning=Meaning.SELECTOR),
            Flag("max", "m", COUNT), Flag("offset", value=COUNT), Flag("date", "d"),
            Flag("reverse", "r"), Flag("short", "q"), Flag("no-headers"), OUTPUT,
            Flag("time-format", value=OPEN_TEXT),
        ),
        summary="List releases.",
    ),
    Verb(
        ("status",), operands=op.one_release,
        flags=(OUTPUT, REVISION, Flag("show-desc"), Flag("show-resources")),
        # -o json and -o yaml print values and manifest too
        sensitivity=Sensitivity.SECRETS, summary="Show the state of a release.",
    ),
    Verb(
        ("history",), aliases=("hist",), operands=op.one_release,
        flags=(OUTPUT, Flag("max", value=COUNT), Flag("show-rollback-revision")),
        summary="List the revisions of a release.",
    ),
    Verb(("get",), group=True, summary="Show one part of a release."),
    Verb(
        ("get", "all"), operands=op.one_release, sensitivity=Sensitivity.SECRETS,
        flags=(
            REVISION,
            refused(
                "template", "--template prints any part of a release unmasked: leave it out",
                Meaning.CREDENTIALS,
            ),
        ),
        summary="Show notes, hooks, values and manifest of a release.",
    ),
    Verb(
        ("get", "hooks"), operands=op.one_release, flags=(REVISION,),
        sensitivity=Sensitivity.SECRETS, summary="Show the hooks of a release.",
    ),
    Verb(
        ("get", "manifest"), operands=op.one_release, flags=(REVISION,),
        sensitivity=Sensitivity.SECRETS, summary="Show the manifest of a release.",
    ),
    Verb(
        ("get", "metadata"), operands=op.one_release, flags=(OUTPUT, REVISION),
        summary="Show chart, version and time of a release.",
    ),
    Verb(
        ("get", "notes"), operands=op.one_release, flags=(REVISION,),
        summary="Show the notes of a release.",
    ),
    Verb(
        ("get", "values"), operands=op.one_release, flags=(OUTPUT, REVISION, Flag("all", "a")),
        sensitivity=Sensitivity.SECRETS, summary="Show the values of a release.",
    ),
    Verb(
        ("template",), operands=op.rendered_release, checks=(op.no_server_dry_run,), targets=False,
        flags=(
            *RENDERING, *NAMING, SERVER_SIDE,
            # nothing is sent to a cluster here, so what forces an installation does nothing
            Flag("no-hooks"), Flag("force"), Flag("force-replace"), Flag("force-conflicts"),
            Flag("take-ownership"), Flag("replace"),
            Flag("api-versions", "a", API_VERSIONS, repeats=True),
            Flag("kube-version", value=CONSTRAINT), Flag("include-crds"), Flag("is-upgrade"),
            Flag("release-name"), Flag("skip-tests"),
            Flag("show-only", "s", TEMPLATE_FILE, repeats=True),
            refused("output-dir", "it writes files: read the answer instead", Meaning.FILE),
            refused_switch("validate", "it reads the cluster: leave it out", Meaning.SERVER),
        ),
        summary="Render a chart without a cluster.", instead=op.CHART_FORM,
    ),
)

CHANGING = (
    Verb(
        ("install",), Effect.WRITE, operands=op.new_release, checks=(op.no_server_dry_run,),
        flags=(
            *RENDERING, *NAMING, *FORCING, TAKE_OWNERSHIP, NO_HOOKS, OUTPUT, SERVER_SIDE,
            Flag("hide-secret"),
            admin_switch("replace", "reuses a name that is still in the history"),
        ),
        summary="Install a chart.", instead=op.CHART_FORM,
    ),
    Verb(
        ("upgrade",), Effect.WRITE, operands=op.release_and_chart, checks=(op.no_server_dry_run,),
        flags=(
            *RENDERING, *FORCING, TAKE_OWNERSHIP, NO_HOOKS, OUTPUT, SERVER_SIDE_OR_AUTO,
            HISTORY_MAX, RECREATE_PODS, Flag("hide-secret"), Flag("install", "i"),
            Flag("cleanup-on-fail"), Flag("reset-then-reuse-values"), Flag("reset-values"),
            Flag("reuse-values"),
        ),
        summary="Upgrade a release, or install it with --install.", instead=op.CHART_FORM,
    ),
    Verb(
        ("rollback",), Effect.WRITE, operands=op.release_and_revision,
        checks=(op.no_server_dry_run,),
        flags=(
            *FORCING, RECREATE_PODS, NO_HOOKS, SERVER_SIDE_OR_AUTO, HISTORY_MAX, DESCRIPTION,
            TIMEOUT, WAIT, Flag("wait-for-jobs"), Flag("cleanup-on-fail"),
            # a boolean in helm 3: true is the spelling that both majors read as a dry run
            Flag("dry-run", value=DRY_RUN.value, bare="true", meaning=Meaning.DRY_RUN),
        ),
        summary="Roll a release back to an earlier revision.",
    ),
    Verb(
        ("test",), Effect.ADMIN, operands=op.one_release, why="helm test runs pods of the chart",
        flags=(
            Flag("filter", value=TEST_FILTERS, repeats=True), Flag("hide-notes"), Flag("logs"),
            TIMEOUT,
        ),
        summary="Run the tests of a release.",
    ),
    Verb(
        ("uninstall",), Effect.ADMIN, aliases=("un", "del", "delete"), operands=op.releases,
        why="helm uninstall destroys a release",
        flags=(
            Flag("cascade", value=one_of("background", "orphan", "foreground")), DESCRIPTION,
            Flag("dry-run", meaning=Meaning.DRY_RUN), Flag("ignore-not-found"),
            Flag("keep-history"), NO_HOOKS, TIMEOUT, WAIT,
        ),
        summary="Uninstall releases.",
    ),
)
