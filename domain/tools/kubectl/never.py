"""The verbs that are refused at every level; their flags are listed so that nothing is unknown."""

from ...effect import Effect
from ..grammar import Flag, Verb
from ..values import BOOL, COUNT, INTEGER, TEXT
from . import flags

_FILES = flags.FILES
_PRINT = (
    Flag("output", "o", value=TEXT), Flag("template", value=TEXT),
    Flag("allow-missing-template-keys"), Flag("show-managed-fields"),
)  # fmt: skip
_DRY = Flag("dry-run", value=TEXT, bare="client")
_VALIDATE = Flag("validate", value=TEXT, bare="strict")
_MANIFESTS = "Hand the manifest over in `manifest`: kubectl apply -f - --dry-run=server."
_VIEW = "kubectl config view shows the kubeconfig."


def _texts(*names: str) -> tuple[Flag, ...]:
    return tuple(Flag(name, value=TEXT) for name in names)


def _lists(*names: str) -> tuple[Flag, ...]:
    return tuple(Flag(name, value=TEXT, repeats=True) for name in names)


def _switches(*names: str) -> tuple[Flag, ...]:
    return tuple(Flag(name) for name in names)


def _never(
    path: str, why: str, *own: Flag, instead: str = "", summary: str = "", targets: bool = True
) -> Verb:
    return Verb(
        tuple(path.split()), Effect.NEVER, own,
        targets=targets, summary=summary, why=why, instead=instead,
    )  # fmt: skip


_CONTAINER = Flag("container", "c", value=TEXT)
_TERMINAL = (Flag("quiet", "q"), Flag("stdin", "i"), Flag("tty", "t"))
_SIGNING = (*_PRINT, *_FILES, Flag("force"))

_SESSIONS = (
    _never(
        "attach", "it attaches to a running program and never ends",
        _CONTAINER, *_TERMINAL, *_texts("detach-keys", "pod-running-timeout"),
        instead="kubectl logs POD shows what the program wrote.",
        summary="Attach to a running container",
    ),
    _never(
        "port-forward", "it opens a listener", *_lists("address"), *_texts("pod-running-timeout"),
        instead="kubectl get endpointslices and kubectl logs tell whether a service answers.",
        summary="Forward one or more local ports to a pod",
    ),
    _never(
        "proxy", "it opens a listener",
        *_texts(
            "accept-hosts", "accept-paths", "address", "api-prefix", "keepalive", "reject-methods",
            "reject-paths",
        ),
        *_switches("append-server-path", "disable-filter"),
        Flag("port", "p", value=INTEGER), Flag("unix-socket", "u", value=TEXT),
        Flag("www", "w", value=TEXT), Flag("www-prefix", "P", value=TEXT),
        instead="kubectl get reads every resource of the API.",
        summary="Run a proxy to the Kubernetes API server",
    ),
    _never(
        "cp", "it reads or writes local files", _CONTAINER, Flag("no-preserve"),
        Flag("retries", value=INTEGER),
        instead="kubectl exec POD -- cat PATH prints a file, at the level admin.",
        summary="Copy files and directories to and from containers",
    ),
    _never(
        "debug", "it adds privileged or interactive containers",
        _CONTAINER, *_TERMINAL, flags.FILENAME, *_lists("env", "set-image"),
        *_texts("copy-to", "custom", "image", "image-pull-policy", "profile", "target"),
        *_switches(
            "arguments-only", "attach", "keep-annotations", "keep-init-containers", "keep-labels",
            "keep-liveness", "keep-readiness", "keep-startup", "replace", "same-node",
            "share-processes",
        ),
        instead="kubectl describe, logs and events show why a pod fails.",
        summary="Create debugging sessions for troubleshooting workloads and nodes",
    ),
)  # fmt: skip

_LOCAL = (
    _never(
        "edit", "it starts an editor",
        *_PRINT, *_FILES, _VALIDATE, *_texts("field-manager", "subresource"),
        *_switches("output-patch", "save-config", "windows-line-endings"),
        instead="kubectl patch TYPE NAME -p '…' changes single fields.",
        summary="Edit a resource on the server",
    ),
    _never(
        "apply edit-last-applied", "it starts an editor",
        *_PRINT, *_FILES, _VALIDATE, *_texts("field-manager"), *_switches("windows-line-endings"),
        instead="kubectl apply view-last-applied shows it.",
        summary="Edit latest last-applied-configuration annotations of a resource/object",
    ),
    _never(
        "apply set-last-applied", "it reads local files",
        *_PRINT, flags.FILENAME, _DRY, *_switches("create-annotation"),
        instead=_MANIFESTS,
        summary="Set the last-applied-configuration annotation on a live object",
    ),
    _never(
        "auth reconcile", "it reads local files and grants access",
        *_PRINT, *_FILES, _DRY, *_switches("remove-extra-permissions", "remove-extra-subjects"),
        instead=_MANIFESTS,
        summary="Reconcile rules for roles, role bindings and their cluster-wide forms",
    ),
    _never(
        "diff", "it runs another program on local files",
        *_FILES, Flag("selector", "l", value=TEXT), Flag("concurrency", value=COUNT),
        *_texts("field-manager"), *_lists("prune-allowlist"),
        *_switches(
            "force-conflicts", "prune", "server-side", "show-managed-fields", "show-secrets"
        ),
        instead=_MANIFESTS,
        summary="Diff the live version against a would-be applied version",
    ),
    _never(
        "kustomize", "it reads folders and addresses and runs other programs",
        Flag("env", "e", value=TEXT, repeats=True), Flag("output", "o", value=TEXT),
        *_lists("helm-api-versions", "mount"),
        *_texts("helm-command", "helm-kube-version", "load-restrictor", "network-name"),
        *_switches(
            "as-current-user", "enable-alpha-plugins", "enable-helm", "helm-debug", "network"
        ),
        instead="Hand the finished manifest over in `manifest`: kubectl apply -f -.",
        summary="Build a kustomization target from a directory or URL",
    ),
    _never(
        "create secret tls", "it reads certificate and key from local files",
        *_PRINT, _DRY, _VALIDATE, *_texts("cert", "key", "field-manager"),
        *_switches("append-hash", "save-config"),
        instead="Hand a manifest of the type kubernetes.io/tls over: kubectl create -f -.",
        summary="Create a TLS secret",
    ),
    _never(
        "completion", "it prints a script for a shell",
        targets=False,
        instead="kubectl VERB --help shows the flags of a verb.",
        summary="Output shell completion code for the specified shell",
    ),
    _never(
        "plugin", "plugins are programs of others", targets=False,
        summary="Provides utilities for interacting with plugins",
    ),
    _never(
        "plugin list", "plugins are programs of others", *_switches("name-only"), targets=False,
        summary="List all visible plugin executables on a user's PATH",
    ),
    _never("alpha", "its commands differ from version to version", targets=False),
)  # fmt: skip

_CREDENTIALS = (
    _never(
        "create token", "it issues credentials",
        *_PRINT, *_lists("audience"),
        *_texts("bound-object-kind", "bound-object-name", "bound-object-uid", "duration"),
        instead="Ask the operator for access; kubectl auth can-i tells what is allowed.",
        summary="Request a service account token",
    ),
    Verb(("certificate",), group=True, namespaced=False, summary="Modify certificate resources"),
    _never(
        "certificate approve", "it issues credentials", *_SIGNING,
        instead="kubectl describe csr NAME shows the request.",
        summary="Approve a certificate signing request",
    ),
    _never(
        "certificate deny", "it decides about credentials", *_SIGNING,
        instead="kubectl describe csr NAME shows the request.",
        summary="Deny a certificate signing request",
    ),
)  # fmt: skip


def _writes_config(word: str, summary: str, *own: Flag, aliases: tuple[str, ...] = ()) -> Verb:
    return Verb(
        ("config", word), Effect.NEVER, own, aliases, targets=False, namespaced=False,
        summary=summary, why="it writes the kubeconfig", instead=_VIEW,
    )  # fmt: skip


_CONFIG = (
    _writes_config("delete-cluster", "Delete the specified cluster from the kubeconfig"),
    _writes_config("delete-context", "Delete the specified context from the kubeconfig"),
    _writes_config("delete-user", "Delete the specified user from the kubeconfig"),
    _writes_config("rename-context", "Rename a context from the kubeconfig file"),
    _writes_config(
        "set", "Set an individual value in a kubeconfig file", *_switches("set-raw-bytes")
    ),
    _writes_config(
        "set-cluster", "Set a cluster entry in kubeconfig",
        *_texts("certificate-authority", "proxy-url", "tls-server-name"), *_switches("embed-certs"),
        Flag("server", value=TEXT), Flag("insecure-skip-tls-verify", value=BOOL),
    ),
    _writes_config(
        "set-context", "Set a context entry in kubeconfig",
        Flag("current"), Flag("namespace", "n", value=TEXT), *_texts("cluster", "user"),
    ),
    _writes_config(
        "set-credentials", "Set a user entry in kubeconfig",
        *_lists("auth-provider-arg", "exec-arg", "exec-env"),
        *_texts(
            "auth-provider", "client-certificate", "client-key", "exec-api-version", "exec-command",
            "exec-interactive-mode", "password", "token", "username",
        ),
        *_switches("embed-certs", "exec-provide-cluster-info"),
    ),
    _writes_config("unset", "Unset an individual value in a kubeconfig file"),
    _writes_config("use-context", "Set the current-context in a kubeconfig file", aliases=("use",)),
)  # fmt: skip

_WHY_KUBERC = "aliases and defaults of a kuberc change what a verb means"
_KUBERC = (
    _never("kuberc", _WHY_KUBERC, targets=False, summary="Manage kuberc configuration files"),
    _never(
        "kuberc set", _WHY_KUBERC,
        *_lists("allowlist-entry", "appendarg", "option", "prependarg"),
        *_texts("command", "kuberc", "name", "policy", "section"), *_switches("overwrite"),
        targets=False, summary="Set values in the kuberc configuration",
    ),
    _never(
        "kuberc view", _WHY_KUBERC, *_PRINT, *_texts("kuberc"),
        targets=False, summary="Display the contents of the kuberc file",
    ),
)  # fmt: skip

VERBS = (*_SESSIONS, *_LOCAL, *_CREDENTIALS, *_CONFIG, *_KUBERC)
