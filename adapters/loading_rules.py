"""Where tools find their clusters (the loading rules of client-go): kubeconfig files, or a Pod's account."""

import os
from collections.abc import Mapping

SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
"""The folder in which a Pod has the token, authority and namespace of its account."""

_POD = "KUBERNETES_SERVICE_"


def kubeconfig_paths(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The files that count, first wins: those in KUBECONFIG, else the one at home."""
    listed = environ.get("KUBECONFIG", "")
    if listed:
        return tuple(dict.fromkeys(part for part in listed.split(os.pathsep) if part))
    return (os.path.join(environ.get("HOME", ""), ".kube", "config"),)


def own_server(environ: Mapping[str, str]) -> str:
    """The URL of the API server around us; empty where *environ* is not a Pod's."""
    host, port = (environ.get(f"{_POD}{part}", "") for part in ("HOST", "PORT"))
    if not (host and port):
        return ""
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


def is_pod(environ: Mapping[str, str], service_account: str) -> bool:
    """Whether the account in *service_account* leads to the cluster around us."""
    return bool(own_server(environ)) and os.path.isfile(os.path.join(service_account, "token"))


def with_kubeconfig(environ: Mapping[str, str], path: str) -> dict[str, str]:
    """*environ* where *path* is the only way to a cluster; as it is where *path* is empty.

    The variables by which the account of our own Pod is found go: a file that does not lead anywhere leads
    nowhere, instead of to the server's rights.
    """
    if not path:
        return dict(environ)
    kept = {name: value for name, value in environ.items() if not name.startswith(_POD)}
    return kept | {"KUBECONFIG": path}
