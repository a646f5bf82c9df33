"""Exit code and stderr → what kind of failure it was, in words a machine can act on.

Only what says that the cluster does not know *who* we are is an authentication error: a 401, an
expired token, a failing credential plugin. A denied permission, a missing object or a cluster that
does not answer is an execution error with its own reason.
"""

import re

import attrs


@attrs.frozen
class Diagnosis:
    """One kind of failure: the machine-readable *reason*, a sentence, and what to do."""

    reason: str
    message: str
    hint: str = ""
    authentication: bool = False


@attrs.frozen
class _Sign:
    pattern: re.Pattern[str]
    diagnosis: Diagnosis


def _sign(
    pattern: str, reason: str, message: str, hint: str = "", authentication: bool = False
) -> _Sign:
    return _Sign(
        re.compile(pattern, re.IGNORECASE), Diagnosis(reason, message, hint, authentication)
    )


_LOG_IN = "The operator of this server has to renew its credentials; another command will not help."

# The first that matches wins: a credential plugin's own message may contain any of the later ones.
_SIGNS = (
    _sign(
        r"getting credentials:|exec: executable .* (?:not found|failed)|exec plugin:|no Auth Provider found",
        "credential_plugin",
        "The credential plugin of the kubeconfig failed.",
        _LOG_IN,
        True,
    ),
    _sign(
        r"token (?:has |is )?expired|expired token|token-expired|invalid_grant",
        "token_expired",
        "The credentials of the kubeconfig have expired.",
        _LOG_IN,
        True,
    ),
    _sign(
        r"\(Unauthorized\)|must be logged in to the server|\b401\b.*unauthori[sz]ed|code = Unauthenticated"
        r"|the server has asked for the client to provide credentials|Argo CD server address unspecified",
        "unauthenticated",
        "The cluster does not accept the credentials of the kubeconfig.",
        _LOG_IN,
        True,
    ),
    _sign(
        r"\(Forbidden\)|is forbidden:|code = PermissionDenied"
        r"|cannot (?:list|get|create|delete|patch|watch|update) resource",
        "forbidden",
        "The cluster's own access control (RBAC) forbids this to the server's identity.",
        "Ask with: auth can-i --list",
    ),
    _sign(
        r"\(NotFound\)|release: not found|code = NotFound|(?:not found$)|no matches for kind",
        "not_found",
        "Something the command names does not exist.",
        "List what is there first, and check context and namespace.",
    ),
    _sign(
        r"doesn't have a resource type|the server could not find the requested resource",
        "unknown_kind",
        "The cluster does not know this kind.",
        "See: api-resources",
    ),
    _sign(
        r"Unable to connect to the server|connection refused|no such host|i/o timeout|TLS handshake timeout"
        r"|network is unreachable|no route to host|cluster unreachable"
        r"|was refused - did you specify the right host"
        r"|context deadline exceeded|x509:|server misbehaving|EOF$|connection reset by peer",
        "unreachable",
        "The cluster cannot be reached.",
        "Check the context, or try again later.",
    ),
    _sign(
        r"\(AlreadyExists\)|already exists|cannot re-use a name",
        "already_exists",
        "It exists already.",
    ),
    _sign(
        r"\(Conflict\)|the object has been modified|conflicts? with"
        r"|another operation \(install/upgrade/rollback\) is in progress",
        "conflict",
        "The object has changed in between.",
        "Read it again, then repeat the change.",
    ),
    _sign(
        r"\(TooManyRequests\)|too many requests",
        "rate_limited",
        "The API server asks to slow down.",
        "Try again in a few seconds.",
    ),
    _sign(
        r"\(Invalid\)|is invalid:|\(BadRequest\)|error validating|ValidationError",
        "invalid",
        "The cluster rejects the object as invalid.",
    ),
    _sign(
        r"timed out waiting for the condition",
        "condition_timeout",
        "The condition did not come true in time.",
        "Look at the object with describe.",
    ),
    _sign(
        r"\(ServiceUnavailable\)|the server is currently unable",
        "unavailable",
        "The API server, or an aggregated API, is not available.",
        "Try again later.",
    ),
    _sign(r"Metrics API not available", "no_metrics", "The cluster has no metrics server."),
    _sign(
        r"unknown (?:shorthand )?flag|unknown command",
        "unsupported",
        "The installed version of the tool does not know this form.",
        "See the tool's own help.",
    ),
)

_FAILED = Diagnosis("failed", "The command failed.", "")


def kinds() -> tuple[Diagnosis, ...]:
    """Every kind of failure, in the order in which they are looked for."""
    return tuple(dict.fromkeys(sign.diagnosis for sign in _SIGNS))


def diagnose(stderr: str) -> Diagnosis:
    """What the text on *stderr* of a failed command says."""
    return next((sign.diagnosis for sign in _SIGNS if sign.pattern.search(stderr)), _FAILED)
