"""The verbs that only read."""

from ..grammar import Flag, Meaning, Sensitivity, Verb
from ..values import BOOL, COUNT, DURATION, INTEGER, POSITIVE, TIMESTAMP, list_of, one_of
from . import flags, forms, operands
from .flags import banned
from .kubeconfig import without_credentials
from .printing import (
    OBJECT_FORMATS,
    PRINTING,
    TABLE_PRINTING,
    TEMPLATE_FLAGS,
    formats,
    output,
    printed,
)
from .secrets import secrets

_SHOWN = (printed, secrets)
_ENDLESS_GET = (
    banned(Meaning.STREAM, "watch", "w", BOOL),
    banned(Meaning.STREAM, "watch-only", value=BOOL),
    banned(Meaning.STREAM, "output-watch-events", value=BOOL),
)

OBJECTS = (
    Verb(
        ("get",),
        flags=(
            *TABLE_PRINTING, *flags.FILES, *_ENDLESS_GET,
            flags.EVERYWHERE, flags.SELECT_AND, flags.FIELD_SELECT, flags.CHUNKS, flags.SUBRESOURCE,
            Flag("label-columns", "L", value=forms.LABEL_COLUMNS, repeats=True),
            Flag("sort-by", value=forms.SORT_PATH),
            Flag("raw", value=forms.RAW_PATH),
            Flag("ignore-not-found"), Flag("server-print"), Flag("show-kind"), Flag("show-labels"),
        ),
        operands=operands.resources_or_raw,
        checks=_SHOWN,
        summary="Display one or many resources",
    ),
    Verb(
        ("describe",),
        flags=(
            *flags.FILES, flags.EVERYWHERE, flags.SELECT_AND, flags.CHUNKS, Flag("show-events"),
        ),
        operands=operands.prefixes,
        checks=_SHOWN,
        summary="Show details of a specific resource or group of resources",
    ),
    Verb(
        ("explain",),
        flags=(
            output(formats("plaintext", "plaintext-openapiv2")),
            Flag("api-version", value=forms.API_VERSION), Flag("recursive", "R"),
            Flag("max-depth", value=COUNT),
        ),
        operands=operands.field_path,
        namespaced=False,
        summary="Get documentation for a resource",
    ),
    Verb(
        ("events",),
        flags=(
            *PRINTING, banned(Meaning.STREAM, "watch", "w", BOOL),
            flags.EVERYWHERE, flags.CHUNKS, Flag("no-headers"),
            Flag("for", value=forms.REFERENCE),
            Flag("types", value=list_of(one_of("Normal", "Warning")), repeats=True),
        ),
        operands=operands.listed("events"),
        checks=_SHOWN,
        summary="List events",
    ),
    Verb(
        ("logs",),
        flags=(
            banned(Meaning.STREAM, "follow", "f", BOOL),
            banned(
                Meaning.SERVER, "insecure-skip-tls-verify-backend", value=BOOL,
                why="Anyone could forge the logs: leave it out.",
            ),
            flags.SELECT_AND, flags.POD_RUNNING,
            Flag("container", "c", value=forms.CONTAINER),
            Flag("all-containers"), Flag("all-pods"), Flag("previous", "p"),
            Flag("ignore-errors"), Flag("prefix"), Flag("timestamps"),
            Flag("since", value=DURATION), Flag("since-time", value=TIMESTAMP),
            Flag("tail", value=INTEGER), Flag("limit-bytes", value=COUNT),
            Flag("max-log-requests", value=POSITIVE),
        ),
        operands=operands.log_source,
        sensitivity=Sensitivity.LOGS,
        summary="Print the logs for a container in a pod",
        instead="Write: kubectl logs POD [-c CONTAINER].",
    ),
    Verb(
        ("wait",),
        flags=(
            *PRINTING, flags.FILENAME, flags.RECURSIVE, flags.LOCAL,
            flags.ALL, flags.EVERYWHERE, flags.SELECT_AND, flags.FIELD_SELECT, flags.ENDS,
            Flag("for", value=forms.CONDITION, repeats=True),
        ),
        operands=operands.resources,
        checks=_SHOWN,
        summary="Wait for a specific condition on one or many resources",
    ),
    Verb(
        ("apply", "view-last-applied"),
        flags=(*flags.FILES, output(formats("yaml", "json")), flags.ALL, flags.SELECT_AND),
        operands=operands.resources,
        checks=_SHOWN,
        summary="View the latest last-applied-configuration annotations of a resource/object",
    ),
    Verb(
        ("rollout", "history"),
        flags=(*PRINTING, *flags.FILES, flags.SELECT_AND, Flag("revision", value=COUNT)),
        operands=operands.resources,
        checks=_SHOWN,
        summary="View rollout history",
    ),
    Verb(
        ("rollout", "status"),
        flags=(
            *flags.FILES, flags.SELECT_AND, flags.ENDS, Flag("revision", value=COUNT),
            Flag("watch", "w"),
        ),
        operands=operands.resources,
        summary="Show the status of the rollout",
    ),
)  # fmt: skip

_USAGE = (
    flags.SELECT_AND, Flag("no-headers"), Flag("show-swap"), Flag("use-protocol-buffers"),
    Flag("sort-by", value=one_of("cpu", "memory")),
)  # fmt: skip
_SERVER = (
    Verb(("top",), group=True, summary="Display resource (CPU/memory) usage"),
    Verb(
        ("top", "node"),
        flags=(*_USAGE, Flag("show-capacity")),
        aliases=("nodes", "no"),
        operands=operands.optional_name_of("nodes"),
        namespaced=False,
        summary="Display resource (CPU/memory) usage of nodes",
    ),
    Verb(
        ("top", "pod"),
        flags=(*_USAGE, flags.EVERYWHERE, flags.FIELD_SELECT, Flag("containers"), Flag("sum")),
        aliases=("pods", "po"),
        operands=operands.optional_name_of("pods"),
        summary="Display resource (CPU/memory) usage of pods",
    ),
    Verb(
        ("api-resources",),
        flags=(
            output(formats("json", "yaml", "kyaml", "name", "wide")),
            Flag("api-group", value=forms.API_GROUP), Flag("cached"), Flag("namespaced"),
            Flag("categories", value=forms.RULE_WORDS, repeats=True),
            Flag("verbs", value=forms.RULE_WORDS, repeats=True),
            Flag("no-headers"), Flag("show-managed-fields"),
            Flag("sort-by", value=one_of("name", "kind")),
        ),
        namespaced=False,
        summary="Print the supported API resources on the server",
    ),
    Verb(
        ("api-versions",),
        namespaced=False,
        summary='Print the supported API versions on the server, in the form of "group/version"',
    ),
    Verb(("cluster-info",), namespaced=False, summary="Display cluster information"),
    Verb(
        ("version",),
        flags=(output(formats("json", "yaml")), Flag("client")),
        namespaced=False,
        summary="Print the client and server version information",
    ),
    Verb(("auth",), group=True, summary="Inspect authorization"),
    Verb(
        ("auth", "can-i"),
        flags=(
            flags.EVERYWHERE, Flag("list"), Flag("no-headers"), Flag("quiet", "q"),
            Flag("subresource", value=forms.MANAGER),
        ),
        operands=operands.question,
        summary="Check whether an action is allowed",
    ),
    Verb(
        ("auth", "whoami"),
        flags=PRINTING,
        checks=(printed,),
        namespaced=False,
        summary="Experimental: Check self subject attributes",
    ),
    Verb(("options",), targets=False, namespaced=False, summary="List the flags of every command"),
)  # fmt: skip

_CONFIG = (
    Verb(("config",), group=True, summary="Modify kubeconfig files"),
    Verb(
        ("config", "current-context"), targets=False, namespaced=False,
        summary="Display the current-context",
    ),
    Verb(
        ("config", "get-clusters"),
        targets=False, namespaced=False,
        summary="Display clusters defined in the kubeconfig",
    ),
    Verb(
        ("config", "get-contexts"),
        flags=(output(formats("name")), Flag("no-headers")),
        operands=operands.context_names,
        targets=False, namespaced=False,
        summary="Describe one or many contexts",
    ),
    Verb(
        ("config", "get-users"),
        targets=False, namespaced=False,
        summary="Display users defined in the kubeconfig",
    ),
    Verb(
        ("config", "view"),
        flags=(
            output(OBJECT_FORMATS), *TEMPLATE_FLAGS, Flag("merge"), Flag("minify"),
            banned(
                Meaning.CREDENTIALS, "raw", value=BOOL,
                why="It prints credentials: leave it out, config view shows the rest.",
            ),
            banned(
                Meaning.CREDENTIALS, "flatten", value=BOOL,
                why="It prints certificate files: leave it out, config view shows the rest.",
            ),
        ),
        checks=(printed, without_credentials),
        namespaced=False,
        summary="Display merged kubeconfig settings or a specified kubeconfig file",
    ),
)  # fmt: skip

VERBS = (*OBJECTS, *_SERVER, *_CONFIG)
