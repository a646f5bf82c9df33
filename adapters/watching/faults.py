"""What can go wrong on the way to an API server, in our own errors; no URL, no header, no answer in them."""

import ssl

from ...domain.errors import AuthenticationFailed, ExecutionFailed, KubeportError

_LOG_IN = "The operator of this server has to renew its credentials; another try will not help."


class Expired(Exception):
    """The server does not know any more what happened since the version that was asked for."""


def unreachable(context: str) -> ExecutionFailed:
    """Nothing answers, or not in time."""
    return ExecutionFailed(
        f"The API server of the context {context} cannot be reached.",
        hint="Check the context, or try again later.",
        reason="unreachable",
    )


def untrusted(context: str) -> ExecutionFailed:
    """The server's certificate, or our own, is not accepted."""
    return ExecutionFailed(
        f"No trusted connection to the API server of the context {context}: "
        "its certificate does not belong to the authority or the name that the kubeconfig has.",
        hint="Check certificate-authority and tls-server-name of the cluster in the kubeconfig.",
        reason="unreachable",
    )


def connection_fault(context: str, error: BaseException) -> ExecutionFailed:
    """What *error*, raised by the HTTP client, means."""
    return untrusted(context) if _behind(error, ssl.SSLCertVerificationError) else unreachable(context)


def configured_wrong(context: str, what: str) -> ExecutionFailed:
    """The kubeconfig says something that cannot be followed."""
    return ExecutionFailed(f"The context {context} cannot be watched: {what}.", reason="kubeconfig")


def plugin_failed(program: str, what: str) -> AuthenticationFailed:
    """The credential plugin gave no credentials."""
    return AuthenticationFailed(
        f"The credential plugin {program} of the kubeconfig {what}.",
        hint="Run kubectl with this context in a terminal to see what the plugin says.",
        reason="credential_plugin",
    )


def unauthenticated() -> AuthenticationFailed:
    """The server answers 401."""
    return AuthenticationFailed(
        "The cluster does not accept the credentials of the kubeconfig.", hint=_LOG_IN
    )


def unexpected(context: str, what: str) -> ExecutionFailed:
    """The server answers with something else than the API promises."""
    return ExecutionFailed(f"The API server of the context {context} {what}.", reason="unexpected_answer")


def invalid(what: str) -> ExecutionFailed:
    """What was asked for can be nowhere."""
    return ExecutionFailed(what, reason="invalid")


def unknown_kind(kind: str) -> ExecutionFailed:
    """The server has no such kind."""
    return ExecutionFailed(
        f"The cluster does not know the kind {kind}.",
        hint="Write it as plural and group, such as deployments.apps; see: api-resources",
        reason="unknown_kind",
    )


def refused(context: str, status: int, what: str) -> KubeportError | Expired | None:
    """What an answer with *status* to a question about *what* means; None for a good one."""
    if status == 200:
        return None
    if status == 410:
        return Expired()
    if status == 401:
        return unauthenticated()
    if status == 403:
        return ExecutionFailed(
            f"The cluster's own access control (RBAC) forbids to list and watch {what}.",
            hint="Grant get, list and watch, or ask with: auth can-i watch",
            reason="forbidden",
        )
    if status == 404:
        return ExecutionFailed(f"The API server of the context {context} has no {what}.", reason="not_found")
    if status in (429, 500, 502, 503, 504):
        return ExecutionFailed(
            f"The API server of the context {context} cannot answer now (HTTP {status}).",
            hint="Try again later.",
            reason="unavailable",
        )
    return unexpected(context, f"answers with HTTP {status}")


def _behind(error: BaseException | None, kind: type[BaseException]) -> bool:
    """Whether *error* or what led to it is of *kind*."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, kind):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False
