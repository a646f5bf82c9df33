"""What a child process sees of the server's environment: a list of what it may, never the rest."""

import os
from collections.abc import Iterable, Mapping

import attrs


@attrs.frozen
class Variable:
    """A variable that a rule is about; a *name* that ends in ``*`` means all that begin so."""

    name: str
    why: str


INHERITED = (
    Variable("PATH", "credential plugins named in a kubeconfig are looked up there"),
    Variable("HOME", "kubeconfig, discovery cache, files of cloud credentials"),
    Variable("USER", "statically linked programs take the user's name from it"),
    Variable("LOGNAME", "the same, POSIX"),
    Variable("TMPDIR", "where temporary files may be written"),
    Variable("TZ", "times in the operator's zone"),
    Variable("XDG_CONFIG_HOME", "where helm and credential plugins keep their settings"),
    Variable("XDG_CACHE_HOME", "where helm and credential plugins keep caches"),
    Variable("XDG_DATA_HOME", "where helm keeps data"),
    Variable("KUBECONFIG", "the clusters"),
    Variable("KUBECACHEDIR", "kubectl's discovery cache"),
    Variable("KUBERNETES_SERVICE_HOST", "the API server, inside a cluster"),
    Variable("KUBERNETES_SERVICE_PORT*", "its port, inside a cluster"),
    Variable("POD_NAMESPACE", "the own namespace, inside a cluster"),
    Variable("HTTP_PROXY", "way out"),
    Variable("HTTPS_PROXY", "way out"),
    Variable("ALL_PROXY", "way out"),
    Variable("NO_PROXY", "what does not take it"),
    Variable("http_proxy", "way out"),
    Variable("https_proxy", "way out"),
    Variable("all_proxy", "way out"),
    Variable("no_proxy", "what does not take it"),
    Variable("SSL_CERT_FILE", "certificate authorities of the organisation"),
    Variable("SSL_CERT_DIR", "certificate authorities of the organisation"),
    Variable("REQUESTS_CA_BUNDLE", "the same for aws, gcloud and az, which are Python programs"),
    Variable("AWS_*", "EKS: aws eks get-token, aws-iam-authenticator, web identity"),
    Variable("GOOGLE_APPLICATION_CREDENTIALS", "GKE: gke-gcloud-auth-plugin, workload identity"),
    Variable("GOOGLE_CLOUD_PROJECT", "GKE: the project of the credentials"),
    Variable("CLOUDSDK_*", "GKE: gcloud's configuration, account and interpreter"),
    Variable("USE_GKE_GCLOUD_AUTH_PLUGIN", "GKE: chooses the plugin"),
    Variable("AZURE_*", "AKS: kubelogin and az, workload identity"),
    Variable("AAD_*", "AKS: kubelogin's service principal and user"),
    Variable("IDENTITY_ENDPOINT", "AKS: managed identity"),
    Variable("IDENTITY_HEADER", "AKS: managed identity"),
    Variable("MSI_ENDPOINT", "AKS: managed identity, older"),
    Variable("MSI_SECRET", "AKS: managed identity, older"),
    Variable("HELM_CONFIG_HOME", "helm's repositories"),
    Variable("HELM_CACHE_HOME", "helm's cache of charts"),
    Variable("HELM_DATA_HOME", "helm's data"),
    Variable("HELM_REPOSITORY_*", "helm's repositories: list and cache"),
    Variable("HELM_REGISTRY_CONFIG", "helm's logins at chart registries"),
    Variable("DOCKER_CONFIG", "the same, shared with container tools"),
)

NEVER = (
    Variable("LD_*", "loads code into every program"),
    Variable("DYLD_*", "the same on macOS"),
    Variable("GODEBUG", "changes how Go programs check certificates"),
    Variable("KUBECTL_EXTERNAL_DIFF", "names a program to start"),
    Variable("KUBE_EDITOR", "names a program to start"),
    Variable("EDITOR", "names a program to start"),
    Variable("VISUAL", "names a program to start"),
    Variable("PAGER", "names a program to start"),
    Variable("AWS_PAGER", "names a program to start"),
    Variable("HELM_KUBE*", "another cluster, user or token than the one that was judged"),
    Variable("HELM_DRIVER*", "another place for releases, with its own password"),
    Variable("HELM_DEBUG", "prints what redaction does not expect"),
    Variable("ISTIOCONFIG", "default flags that nobody judged"),
    Variable("ISTIOCTL_*", "default flags that nobody judged"),
    Variable("ARGOCD_OPTS", "default flags that nobody judged"),
)

LOCALE = {"LC_ALL": "C.UTF-8"}

FIXED = {
    **LOCALE,
    "NO_COLOR": "1",
    "GOGC": "200",  # a tenth less time to start kubectl, no more memory for 5,000 pods (measured)
    "KUBECTL_KUBERC": "false",  # a kuberc file can turn a judged verb into another command
    "HELM_PLUGINS": "/nonexistent",
    "HELM_NO_PLUGINS": "1",
}


@attrs.frozen
class Rules:
    """Rules as they are asked: whole names, and beginnings of names."""

    names: frozenset[str]
    beginnings: tuple[str, ...]

    @classmethod
    def of(cls, variables: tuple[Variable, ...]) -> "Rules":
        """The rules of a table."""
        names = {variable.name for variable in variables}
        starred = {name for name in names if name.endswith("*")}
        return cls(frozenset(names - starred), tuple(name[:-1] for name in sorted(starred)))

    def cover(self, name: str) -> bool:
        """Whether one of the rules is about the variable *name*."""
        return name in self.names or name.startswith(self.beginnings)


_INHERITED, _NEVER = Rules.of(INHERITED), Rules.of(NEVER)


def tool_environment(server: Mapping[str, str], named: Iterable[str]) -> dict[str, str]:
    """The environment of kubectl and the other tools: of *server*, what is inherited or *named*.

    What is fixed or never passed on stays so even where the operator names it.
    """
    wanted = frozenset(named)
    passed = {
        name: value
        for name, value in server.items()
        if (name in wanted or _INHERITED.cover(name)) and not _NEVER.cover(name)
    }
    for name in _PATHS & passed.keys():
        passed[name] = _absolute(passed[name])
    return passed | FIXED


# The tools start in an empty folder of their own, where a relative path would mean another file.
_PATHS = frozenset({"KUBECONFIG", "KUBECACHEDIR", "HELM_REPOSITORY_CONFIG", "HELM_REGISTRY_CONFIG"})


def _absolute(paths: str) -> str:
    return os.pathsep.join(os.path.abspath(path) for path in paths.split(os.pathsep) if path)
