"""istioctl verbs that are never run: local files, listeners, credentials, programs."""

from ...effect import Effect
from ..grammar import Verb

_FILES = "It reads or writes local files"
_LISTENER = "It opens a listener, a tunnel into the cluster and a browser"
_CREDENTIALS = "It prints or writes credentials"
_OPERATOR = "The in-cluster operator is gone since 1.24, and it ran with cluster-admin rights"


def _never(path: str, why: str, *aliases: str, instead: str = "") -> Verb:
    return Verb(
        tuple(path.split()), Effect.NEVER, aliases=aliases, targets=False, why=why, instead=instead,
    )


REFUSED = (
    _never(
        "authz", "It only points elsewhere", instead="Use: istioctl experimental authz check POD",
    ),
    _never("bug-report", "It writes an archive of the whole cluster to the local disk"),
    _never("bug-report version", _FILES),
    _never("collateral", _FILES),
    _never("completion", "It prints a script for an interactive shell"),
    _never("create-remote-secret", _CREDENTIALS),
    _never("dashboard", _LISTENER, "dash", "d"),
    *(
        _never(f"dashboard {name}", _LISTENER)
        for name in (
            "controlz", "envoy", "grafana", "istiod-debug", "jaeger", "kiali", "prometheus",
            "proxy", "skywalking", "zipkin",
        )
    ),
    _never("experimental create-remote-secret", _CREDENTIALS),
    _never(
        "experimental internal-debug", "It prints the debug endpoints of istiod",
        instead="Use: istioctl proxy-status, or istioctl remote-clusters",
    ),
    _never("experimental remote-clusters", "It moved", instead="Use: istioctl remote-clusters"),
    _never("experimental workload", _CREDENTIALS),
    _never("experimental workload group", _FILES),
    _never("experimental workload group create", _FILES),
    _never("experimental workload entry", _CREDENTIALS),
    _never("experimental workload entry configure", _CREDENTIALS),
    _never(
        "kube-inject", _FILES,
        instead="Look at injection with: istioctl experimental check-inject POD",
    ),
    _never(
        "legacy", "It holds old variants of commands", instead="Use the command of the same name",
    ),
    _never("manifest diff", _FILES),
    _never("manifest translate", _FILES),
    _never("operator", _OPERATOR),
    *(_never(f"operator {name}", _OPERATOR) for name in ("init", "remove", "dump")),
    _never("tag generate", _FILES, instead="Use: istioctl tag list, or istioctl tag set"),
    _never("validate", _FILES, "v", instead="Use: istioctl analyze"),
)
