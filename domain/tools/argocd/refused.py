"""argocd verbs that are never run: credentials, local files, direct access past the API server."""

from ...effect import Effect
from ..grammar import Verb

_CREDENTIALS = "It creates, prints or changes credentials"
_FILES = "It reads local files or credentials"
_LOCAL = "It changes the local configuration or session"
_DIRECT = "argocd admin goes past the API server, with the server's own rights"

_ADMIN = """
admin
admin app
admin app diff-reconcile-results
admin app generate-spec
admin app get-reconcile-results
admin cluster
admin cluster generate-spec
admin cluster kubeconfig
admin cluster namespaces
admin cluster namespaces disable-namespaced-mode
admin cluster namespaces enable-namespaced-mode
admin cluster shards
admin cluster stats
admin dashboard
admin export
admin import
admin initial-password
admin notifications
admin notifications template
admin notifications template get
admin notifications template notify
admin notifications trigger
admin notifications trigger get
admin notifications trigger run
admin proj
admin proj generate-allow-list
admin proj generate-spec
admin proj update-role-policy
admin redis-initial-password
admin repo
admin repo generate-spec
admin settings
admin settings rbac
admin settings rbac can
admin settings rbac validate
admin settings resource-overrides
admin settings resource-overrides health
admin settings resource-overrides ignore-differences
admin settings resource-overrides ignore-resource-updates
admin settings resource-overrides list-actions
admin settings resource-overrides run-action
admin settings validate
"""


def _never(path: str, why: str) -> Verb:
    return Verb(tuple(path.split()), Effect.NEVER, targets=False, why=why)


REFUSED = (
    *(
        _never(f"account {name}", _CREDENTIALS)
        for name in ("bcrypt", "delete-token", "generate-token", "session-token", "update-password")
    ),
    *(_never(path, _DIRECT) for path in _ADMIN.split("\n") if path),
    _never("cert add-ssh", _FILES),
    _never("cert add-tls", _FILES),
    _never("cluster add", _FILES),
    _never("cluster rotate-auth", _CREDENTIALS),
    _never("completion", "It prints a script for an interactive shell"),
    _never("configure", _LOCAL),
    _never("gpg add", _FILES),
    _never("login", _LOCAL),
    _never("logout", _LOCAL),
    _never("relogin", _LOCAL),
    _never("repo add", _CREDENTIALS),
    _never("repo edit", _CREDENTIALS),
    _never("repocreds add", _CREDENTIALS),
)
