"""Everything an operator can set, with the defaults that ship.

One frozen object; ``adapters/config.py`` makes it from defaults < file < profile < environment <
command line, strictly. Every field's meaning and unit stands in the class docstring.
"""

import attrs

from ..domain.effect import Level
from ..domain.errors import TOOLS
from ..domain.filters import FILTERS
from .caller_settings import AuthSettings, IdentitySettings
from .validators import between, choice, choices, names, networks


@attrs.frozen
class ServerSettings:
    """How ``kubeport serve`` listens and logs.

    transport: ``stdio`` or ``http``. host: where http listens; anything but loopback needs authentication
    and allowed_hosts. port: 0 takes a free one. allowed_hosts, allowed_origins: Host and Origin headers
    accepted beside those of loopback (``kubeport.example.com``, ``:*`` behind it for any port).
    trusted_proxies: addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed; an
    identity is never taken from a header. websocket: whether ``/ws`` is served, too (extra
    ``websocket``). legacy_sse: whether the transport of 2024 is served at ``/sse``, which the
    specification has deprecated. tls_certificate, tls_key: PEM files, taken up anew when they change;
    empty is plain HTTP. connections: how many at once, or fewer where the limit of open files is lower; the
    longest silent one makes room. caller_connections: how many of them one caller may have in use:
    requests, streams, WebSockets; without authentication a caller is an address. sessions,
    caller_sessions: how many sessions of the 2025-11-25 protocol there may be, altogether and of one caller,
    whose longest idle one makes room; session_idle_seconds: after how long without a request they end.
    request_seconds: for a request, a handshake of TLS or the first message on a WebSocket to arrive whole;
    write_seconds: for a client to read on. idle_seconds: how long a connection stays open between two
    requests; longer than a proxy in front keeps it. drain_seconds: how long connections are still taken
    after SIGTERM, while ``/readyz`` answers 503. body_bytes: of one request. metrics: whether ``/metrics``
    is served (extra ``metrics``). operations_port: where ``/livez``, ``/readyz`` and ``/metrics`` are served,
    by plain HTTP and not beside MCP, so that no ingress leads to them; 0 is beside MCP. operations_host: its
    address; host if empty. traces: the whole URL of a collector for traces by OTLP (extra ``otlp``).
    log_level: ``debug`` to ``error``; log_format: ``text`` or ``json``, a line each on stderr.
    """

    transport: str = attrs.field(default="stdio", validator=choice("stdio", "http"))
    host: str = "127.0.0.1"
    port: int = attrs.field(default=8080, validator=between(0, 65535))
    allowed_hosts: tuple[str, ...] = attrs.field(default=(), validator=names)
    allowed_origins: tuple[str, ...] = attrs.field(default=(), validator=names)
    trusted_proxies: tuple[str, ...] = attrs.field(default=(), validator=networks)
    websocket: bool = False
    legacy_sse: bool = False
    tls_certificate: str = ""
    tls_key: str = ""
    connections: int = attrs.field(default=1000, validator=between(1, 100_000))
    caller_connections: int = attrs.field(default=200, validator=between(1, 100_000))
    sessions: int = attrs.field(default=1000, validator=between(1, 100_000))
    caller_sessions: int = attrs.field(default=100, validator=between(1, 100_000))
    session_idle_seconds: float = attrs.field(default=1800.0, validator=between(1, 86_400))
    request_seconds: float = attrs.field(default=15.0, validator=between(0.1, 600))
    write_seconds: float = attrs.field(default=30.0, validator=between(0.1, 600))
    idle_seconds: float = attrs.field(default=5.0, validator=between(0.1, 3600))
    drain_seconds: float = attrs.field(default=0.0, validator=between(0, 3600))
    body_bytes: int = attrs.field(default=4_194_304, validator=between(1024, 64 * 1024 * 1024))
    metrics: bool = False
    operations_port: int = attrs.field(default=0, validator=between(0, 65535))
    operations_host: str = ""
    traces: str = ""
    log_level: str = attrs.field(default="info", validator=choice("debug", "info", "warning", "error"))
    log_format: str = attrs.field(default="text", validator=choice("text", "json"))

    def __attrs_post_init__(self) -> None:
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ValueError("tls_certificate: expected together with tls_key, or neither")
        if self.operations_port and self.operations_port == self.port:
            raise ValueError("operations_port: expected another port than port, or 0 for the same")
        if self.operations_host and not self.operations_port:
            raise ValueError("operations_host: expected together with operations_port")


@attrs.frozen
class ToolSettings:
    """Which tools exist and where.

    enabled: the tools that may be called. paths: absolute path of a program by its name; one that
    is not named is looked up once on PATH. deny: command paths refused whatever the level, such as
    ``helm rollback``. argocd_server: ``host:port`` of an Argo CD API server; without one argocd
    talks to the cluster directly (``--core``). helm_repositories: the only chart repositories
    whose charts may be used; empty means all that helm is configured with. environment: names of
    further variables that the tools inherit.
    """

    enabled: tuple[str, ...] = attrs.field(default=TOOLS, validator=choices(*TOOLS))
    paths: dict[str, str] = attrs.field(factory=dict[str, str])
    deny: tuple[str, ...] = ()
    argocd_server: str = ""
    helm_repositories: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()


@attrs.frozen
class SecuritySettings:
    """What is allowed.

    level: ``read-only``, ``write`` or ``admin``: the built-in policy in force where there is no
    policy file. policy_file: a TOML file with a policy, read again when it changes. pipes: the text
    utilities allowed behind ``|``. exec_programs: the programs that ``kubectl exec`` may start;
    empty means the shipped list. exec_denied: programs refused even if they are listed.
    """

    level: Level = Level.READ_ONLY
    policy_file: str = ""
    pipes: tuple[str, ...] = attrs.field(default=FILTERS, validator=choices(*FILTERS))
    exec_programs: tuple[str, ...] = ()
    exec_denied: tuple[str, ...] = ()


@attrs.frozen
class LimitSettings:
    """What one call may use: times in seconds, sizes in bytes.

    timeout: when the call names none; min_timeout, max_timeout: the range a call may ask for.
    output_tokens: about how much of the output one answer shows. output_bytes: how much of it is
    kept at all, for the tool ``more``; store_bytes, store_seconds: how much of what was not shown
    is kept altogether, and for how long. concurrency, context_concurrency: how many calls run at
    once, altogether and in one context; caller_concurrency: how many of them one caller may have, where 0
    leaves a quarter to the others, and everything to a caller without a name. queue: how many may wait for
    their turn; where it is full, those who have most in it give way. rate, burst: calls a minute that a
    caller may make of one tool in the long run, and at once; a rate of 0 is no limit. approval_seconds: how
    long a person may take to approve a call; approvals: how many calls of one caller may wait for that.
    watches, caller_watches:
    how many watches of the Kubernetes API there may be, altogether and for one caller; subscriptions,
    caller_subscriptions: how many subscriptions to resources.
    """

    timeout: float = attrs.field(default=30.0, validator=between(0.1, 86_400))
    min_timeout: float = attrs.field(default=1.0, validator=between(0.1, 86_400))
    max_timeout: float = attrs.field(default=300.0, validator=between(0.1, 86_400))
    output_tokens: int = attrs.field(default=8000, validator=between(100, 10_000_000))
    output_bytes: int = attrs.field(default=1_048_576, validator=between(1024, 64 * 1024 * 1024))
    store_bytes: int = attrs.field(default=16_777_216, validator=between(1024, 1024**3))
    store_seconds: float = attrs.field(default=600.0, validator=between(1, 86_400))
    concurrency: int = attrs.field(default=8, validator=between(1, 1000))
    context_concurrency: int = attrs.field(default=6, validator=between(1, 1000))
    caller_concurrency: int = attrs.field(default=0, validator=between(0, 1000))
    queue: int = attrs.field(default=64, validator=between(0, 10_000))
    rate: float = attrs.field(default=1800.0, validator=between(0, 1_000_000))
    burst: int = attrs.field(default=300, validator=between(1, 100_000))
    approval_seconds: float = attrs.field(default=300.0, validator=between(0.1, 86_400))
    approvals: int = attrs.field(default=4, validator=between(1, 1000))
    watches: int = attrs.field(default=200, validator=between(0, 10_000))
    caller_watches: int = attrs.field(default=100, validator=between(0, 10_000))
    subscriptions: int = attrs.field(default=10_000, validator=between(0, 1_000_000))
    caller_subscriptions: int = attrs.field(default=2000, validator=between(0, 1_000_000))

    def __attrs_post_init__(self) -> None:
        if not self.min_timeout <= self.timeout <= self.max_timeout:
            raise ValueError("timeout: expected min_timeout <= timeout <= max_timeout")


@attrs.frozen
class TargetSettings:
    """Where a call goes that does not say so.

    context: empty means the kubeconfig's current one. namespace: empty means the context's own.
    """

    context: str = ""
    namespace: str = ""


@attrs.frozen
class AuditSettings:
    """Where the record of every call goes, refused ones too; with several places, to each.

    file: JSON lines, appended; empty means none. stdout: to stdout, for a server over http only.
    otlp_endpoint: the whole URL of a collector for logs by OTLP. required: the calls that are refused
    where their record cannot be kept: ``writes``, ``all`` or ``none``. key_file: a file with the secret, at
    least 32 characters, that the hashes of the records are made with. rotate_bytes: the size at which a new
    file is begun; 0 is never. keep: how many old files stay; 0 is all. fsync: the records that must outlive a
    loss of power: ``always`` is all, ``writes`` those of changes, ``never`` none.
    """

    file: str = ""
    stdout: bool = False
    otlp_endpoint: str = ""
    required: str = attrs.field(default="writes", validator=choice("writes", "all", "none"))
    key_file: str = ""
    rotate_bytes: int = attrs.field(default=104_857_600, validator=between(0, 1024**4))
    keep: int = attrs.field(default=0, validator=between(0, 100_000))
    fsync: str = attrs.field(default="writes", validator=choice("always", "writes", "never"))

    def __attrs_post_init__(self) -> None:
        if self.otlp_endpoint and not self.otlp_endpoint.startswith(("http://", "https://")):
            raise ValueError("otlp_endpoint: expected a URL such as http://collector:4318/v1/logs")
        if self.key_file and not (self.file or self.stdout or self.otlp_endpoint):
            raise ValueError("key_file: expected together with file, stdout or otlp_endpoint")


@attrs.frozen
class StateSettings:
    """State that replicas share; empty: each process keeps its own.

    url_file: a file with the URL of Redis or Valkey (``rediss://:password@host:6379/0``). secret_file: a
    file with the secret, at least 32 characters, that seals what is kept there; the same on every
    replica. prefix: what all keys begin with.
    """

    url_file: str = ""
    secret_file: str = ""
    prefix: str = "kubeport"

    def __attrs_post_init__(self) -> None:
        if bool(self.url_file) != bool(self.secret_file):
            raise ValueError("url_file: expected together with secret_file, or neither")


@attrs.frozen
class PromptSettings:
    """The operator's own prompts.

    folder: a folder of Markdown files, read again when they change.
    """

    folder: str = ""


@attrs.frozen
class Settings:
    """All of it: server, tools, security, identity, limits, target, audit, state."""

    server: ServerSettings = ServerSettings()
    tools: ToolSettings = attrs.field(factory=ToolSettings)
    security: SecuritySettings = attrs.field(factory=SecuritySettings)
    identity: IdentitySettings = IdentitySettings()
    limits: LimitSettings = attrs.field(factory=LimitSettings)
    target: TargetSettings = TargetSettings()
    audit: AuditSettings = AuditSettings()
    state: StateSettings = StateSettings()
    prompts: PromptSettings = PromptSettings()
    auth: AuthSettings = AuthSettings()


_FILES = frozenset(
    {
        "server.tls_certificate", "server.tls_key", "security.policy_file", "identity.kubeconfigs",
        "audit.file", "audit.key_file", "state.url_file", "state.secret_file", "prompts.folder",
        "auth.tokens_file",
    }
)


def names_a_file(name: str) -> bool:
    """Whether the setting *name*, as ``section.key``, is the path of a file or folder."""
    return name in _FILES or name.startswith("tools.paths")
