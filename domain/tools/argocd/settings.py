"""argocd verbs about Argo CD itself: accounts, clusters, repositories, certificates, keys."""

from ...effect import Effect
from ..grammar import Flag, Meaning, Verb
from ..shorthand import never, never_switch, output
from ..values import NAME, TEXT, one_of
from . import operands as op
from .flags import GLOB, HOST, PROJECT, TABLE, TABLE_OR_NAME, TABLE_OR_URL, YES, many, one

_REPOSITORY = "It changes where Argo CD may fetch from"
_CLUSTER = "It changes where Argo CD may deploy to"
_TRUST = "It changes which hosts or keys Argo CD trusts"
_SERVERS = output("json", "yaml", "wide", "server")
_REFRESH = one("refresh", value=one_of("hard"))
_KUBECONFIG = tuple(
    never(name, short, Meaning.SERVER, f"--{name} chooses another cluster or credential")
    for name, short in (
        ("as", ""), ("as-group", ""), ("as-uid", ""), ("certificate-authority", ""),
        ("client-certificate", ""), ("client-key", ""), ("cluster", ""), ("context", ""),
        ("kubeconfig", ""), ("namespace", "n"), ("password", ""), ("proxy-url", ""),
        ("request-timeout", ""), ("tls-server-name", ""), ("token", ""), ("user", ""),
        ("username", ""),
    )
) + tuple(
    never_switch(name, "", Meaning.SERVER, f"--{name} changes how a cluster is reached")
    for name in ("disable-compression", "insecure-skip-tls-verify")
)

SETTINGS = (
    Verb(("account",), group=True, summary="Accounts"),
    Verb(
        ("account", "can-i"), operands=op.CAN_I, namespaced=False,
        summary="Whether an action is allowed",
    ),
    Verb(
        ("account", "get"), flags=(one("account", "a", NAME), TABLE_OR_NAME), namespaced=False,
        summary="An account",
    ),
    Verb(
        ("account", "get-user-info"), flags=(output("yaml", "json"),), aliases=("whoami",),
        namespaced=False, summary="Who is logged in",
    ),
    Verb(("account", "list"), flags=(TABLE_OR_NAME,), namespaced=False, summary="Accounts"),
    Verb(("cert",), group=True, summary="Certificates and SSH host keys of repositories"),
    Verb(
        ("cert", "list"), namespaced=False, summary="Certificates and host keys",
        flags=(
            TABLE, one("cert-type", value=one_of("ssh", "https")),
            one("hostname-pattern", value=HOST), one("sort", value=one_of("hostname", "type")),
        ),
    ),
    Verb(
        ("cert", "rm"), Effect.ADMIN,
        (one("cert-type", value=one_of("ssh", "https")), one("cert-sub-type", value=NAME)),
        operands=op.CERTIFICATE, namespaced=False, why=_TRUST, summary="Remove certificates",
    ),
    Verb(("cluster",), group=True, summary="Clusters that Argo CD deploys to"),
    Verb(
        ("cluster", "get"), flags=(_SERVERS,), operands=op.CLUSTER, namespaced=False,
        summary="A cluster",
    ),
    Verb(("cluster", "list"), flags=(_SERVERS,), namespaced=False, summary="Clusters"),
    Verb(
        ("cluster", "rm"), Effect.ADMIN, (YES,), operands=op.CLUSTERS, checks=(op.confirmed,),
        namespaced=False, why=_CLUSTER, summary="Forget clusters",
    ),
    Verb(
        ("cluster", "set"), Effect.ADMIN,
        (
            one("name", value=NAME), many("namespace", value=GLOB), many("label", value=TEXT),
            many("annotation", value=TEXT),
        ),
        operands=op.CLUSTER, namespaced=False, why=_CLUSTER, summary="Change a cluster's settings",
    ),
    Verb(
        ("context",),
        flags=(never_switch("delete", "", Meaning.CREDENTIALS, "--delete changes the local file"),),
        aliases=("ctx",), targets=False, namespaced=False,
        summary="Contexts of the local configuration",
        instead="Contexts are only listed; choose one with the argument `context` of the call.",
    ),
    Verb(("gpg",), group=True, summary="Keys for signed commits"),
    Verb(("gpg", "get"), flags=(TABLE,), operands=op.KEY, namespaced=False, summary="A key"),
    Verb(("gpg", "list"), flags=(TABLE,), namespaced=False, summary="Keys"),
    Verb(
        ("gpg", "rm"), Effect.ADMIN, operands=op.KEY, namespaced=False, why=_TRUST,
        summary="Remove a key",
    ),
    Verb(("repo",), group=True, summary="Repositories"),
    Verb(
        ("repo", "get"), flags=(TABLE_OR_URL, PROJECT, _REFRESH), operands=op.REPOSITORY,
        namespaced=False, summary="A repository",
    ),
    Verb(
        ("repo", "list"), flags=(TABLE_OR_URL, _REFRESH), namespaced=False, summary="Repositories",
    ),
    Verb(
        ("repo", "rm"), Effect.ADMIN, (PROJECT,), operands=op.REPOSITORIES, namespaced=False,
        why=_REPOSITORY, summary="Remove repositories",
    ),
    Verb(("repocreds",), group=True, summary="Credential templates for repositories"),
    Verb(
        ("repocreds", "list"), flags=(TABLE_OR_URL,), namespaced=False,
        summary="Credential templates",
    ),
    Verb(
        ("repocreds", "rm"), Effect.ADMIN, operands=op.CREDENTIALS_URLS, namespaced=False,
        why=_REPOSITORY, summary="Remove credential templates",
    ),
    Verb(
        ("version",),
        flags=(
            Flag("client"), Flag("short"), output("json", "yaml", "wide", "short"), *_KUBECONFIG,
        ),
        namespaced=False, summary="Versions of client and server",
    ),
)
