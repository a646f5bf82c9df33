"""Everything an operator can set, with the defaults that ship.

One frozen object; ``adapters/config.py`` makes it from defaults < file < profile < environment <
command line, strictly. Every field's meaning and unit stands in the class docstring.
"""

from ipaddress import ip_network
from typing import Any

import attrs

from ..domain.effect import Level
from ..domain.errors import TOOLS
from ..domain.filters import FILTERS
from ..domain.identity import fault_of
from .authentication import is_safe_address


def _choice(*allowed: str) -> Any:
    def check(_: object, field: "attrs.Attribute[str]", value: str) -> None:
        if value not in allowed:
            raise ValueError(f"{field.name}: expected one of {', '.join(allowed)}, not {value!r}")

    return check


def _choices(*allowed: str) -> Any:
    def check(_: object, field: "attrs.Attribute[tuple[str, ...]]", value: tuple[str, ...]) -> None:
        for one in value:
            if one not in allowed:
                raise ValueError(f"{field.name}: expected some of {', '.join(allowed)}, not {one!r}")

    return check


def _between(least: float, most: float) -> Any:
    def check(_: object, field: "attrs.Attribute[float]", value: float) -> None:
        if not least <= value <= most:
            raise ValueError(f"{field.name}: expected {least:g} to {most:g}, not {value:g}")

    return check


def _names(_: object, field: "attrs.Attribute[tuple[str, ...]]", value: tuple[str, ...]) -> None:
    """Names to the letter: one that means many would let anybody in by mistake."""
    for one in value:
        if not one or any(letter in "*?, " for letter in one.removesuffix(":*")):
            raise ValueError(f"{field.name}: expected names, with :* at the end for any port, not {one!r}")


def _networks(_: object, field: "attrs.Attribute[tuple[str, ...]]", value: tuple[str, ...]) -> None:
    for one in value:
        try:
            ip_network(one)
        except ValueError:
            wanted = "addresses or networks such as 10.0.0.0/8"
            raise ValueError(f"{field.name}: expected {wanted}, not {one!r}") from None


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
    empty is plain HTTP. connections: how many at once; the longest silent one makes room.
    request_seconds: for a request to arrive whole; write_seconds: for a client to read on. body_bytes: of
    one request. metrics: whether ``/metrics`` is served (extra ``metrics``). traces: the whole URL of a
    collector for traces by OTLP (extra ``otlp``). log_level: ``debug`` to ``error``; log_format: ``text``
    or ``json``, a line each on stderr.
    """

    transport: str = attrs.field(default="stdio", validator=_choice("stdio", "http"))
    host: str = "127.0.0.1"
    port: int = attrs.field(default=8080, validator=_between(0, 65535))
    allowed_hosts: tuple[str, ...] = attrs.field(default=(), validator=_names)
    allowed_origins: tuple[str, ...] = attrs.field(default=(), validator=_names)
    trusted_proxies: tuple[str, ...] = attrs.field(default=(), validator=_networks)
    websocket: bool = False
    legacy_sse: bool = False
    tls_certificate: str = ""
    tls_key: str = ""
    connections: int = attrs.field(default=1000, validator=_between(1, 100_000))
    request_seconds: float = attrs.field(default=15.0, validator=_between(0.1, 600))
    write_seconds: float = attrs.field(default=30.0, validator=_between(0.1, 600))
    body_bytes: int = attrs.field(default=4_194_304, validator=_between(1024, 64 * 1024 * 1024))
    metrics: bool = False
    traces: str = ""
    log_level: str = attrs.field(default="info", validator=_choice("debug", "info", "warning", "error"))
    log_format: str = attrs.field(default="text", validator=_choice("text", "json"))

    def __attrs_post_init__(self) -> None:
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ValueError("tls_certificate: expected together with tls_key, or neither")


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

    enabled: tuple[str, ...] = attrs.field(default=TOOLS, validator=_choices(*TOOLS))
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
    pipes: tuple[str, ...] = attrs.field(default=FILTERS, validator=_choices(*FILTERS))
    exec_programs: tuple[str, ...] = ()
    exec_denied: tuple[str, ...] = ()


@attrs.frozen
class LimitSettings:
    """What one call may use: times in seconds, sizes in bytes.

    timeout: when the call names none; min_timeout, max_timeout: the range a call may ask for.
    output_tokens: about how much of the output one answer shows. output_bytes: how much of it is
    kept at all, for the tool ``more``; store_bytes, store_seconds: how much of what was not shown
    is kept altogether, and for how long. concurrency, context_concurrency: how many calls run at
    once, altogether and in one context; caller_concurrency: how many of them one caller may have;
    queue: how many may wait for their turn. rate, burst: calls a minute that a caller may make of one
    tool in the long run, and at once; a rate of 0 is no limit. approval_seconds: how long a person may take
    to approve a call; approvals: how many calls of one caller may wait for that. watches, caller_watches:
    how many watches of the Kubernetes API there may be, altogether and for one caller; subscriptions,
    caller_subscriptions: how many subscriptions to resources.
    """

    timeout: float = attrs.field(default=30.0, validator=_between(0.1, 86_400))
    min_timeout: float = attrs.field(default=1.0, validator=_between(0.1, 86_400))
    max_timeout: float = attrs.field(default=300.0, validator=_between(0.1, 86_400))
    output_tokens: int = attrs.field(default=8000, validator=_between(100, 10_000_000))
    output_bytes: int = attrs.field(default=1_048_576, validator=_between(1024, 64 * 1024 * 1024))
    store_bytes: int = attrs.field(default=16_777_216, validator=_between(1024, 1024**3))
    store_seconds: float = attrs.field(default=600.0, validator=_between(1, 86_400))
    concurrency: int = attrs.field(default=8, validator=_between(1, 1000))
    context_concurrency: int = attrs.field(default=6, validator=_between(1, 1000))
    caller_concurrency: int = attrs.field(default=8, validator=_between(1, 1000))
    queue: int = attrs.field(default=64, validator=_between(0, 10_000))
    rate: float = attrs.field(default=1800.0, validator=_between(0, 1_000_000))
    burst: int = attrs.field(default=300, validator=_between(1, 100_000))
    approval_seconds: float = attrs.field(default=300.0, validator=_between(0.1, 86_400))
    approvals: int = attrs.field(default=4, validator=_between(1, 1000))
    watches: int = attrs.field(default=200, validator=_between(0, 10_000))
    caller_watches: int = attrs.field(default=100, validator=_between(0, 10_000))
    subscriptions: int = attrs.field(default=10_000, validator=_between(0, 1_000_000))
    caller_subscriptions: int = attrs.field(default=2000, validator=_between(0, 1_000_000))

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
class IdentitySettings:
    """In whose name clusters are asked.

    mode: ``none`` is the server's own; ``impersonate`` is the caller's, by the server's right to impersonate;
    ``kubeconfig`` is that of a kubeconfig kept for each caller. user, group: what a caller's name and each
    of its groups are called in Kubernetes (``oidc:{name}``, ``team:{group}``). allowed_groups: globs of the
    groups, as Kubernetes knows them, that are passed on; others are left out. kubeconfigs: the folder with a
    kubeconfig for each caller. local_user, local_groups: the caller that the user of a server over stdio, who
    has no name, counts as here; empty is refused unless mode is ``none``.
    """

    mode: str = attrs.field(default="none", validator=_choice("none", "impersonate", "kubeconfig"))
    user: str = "{name}"
    group: str = "{group}"
    allowed_groups: tuple[str, ...] = ()
    kubeconfigs: str = ""
    local_user: str = ""
    local_groups: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        for name, template, needed in (("user", self.user, "{name}"), ("group", self.group, "{group}")):
            if template.count(needed) != 1:
                raise ValueError(f"{name}: expected a text with {needed} once, not {template!r}")
            if fault := fault_of(template.replace(needed, "x")):
                raise ValueError(f"{name}: {template!r} cannot be used: {fault}")
        for group in self.allowed_groups:
            if fault := fault_of(group):
                raise ValueError(f"allowed_groups: {group!r} cannot be used: {fault}")
        if (self.mode == "kubeconfig") != bool(self.kubeconfigs):
            raise ValueError("kubeconfigs: expected together with mode = kubeconfig, or neither")


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
    required: str = attrs.field(default="writes", validator=_choice("writes", "all", "none"))
    key_file: str = ""
    rotate_bytes: int = attrs.field(default=104_857_600, validator=_between(0, 1024**4))
    keep: int = attrs.field(default=0, validator=_between(0, 100_000))
    fsync: str = attrs.field(default="writes", validator=_choice("always", "writes", "never"))

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
class AuthSettings:
    """How a server over http knows who calls.

    mode: ``none`` serves loopback only; ``jwt`` takes access tokens of an identity provider,
    ``tokenreview`` those that Kubernetes knows, ``tokens`` those of a file. resource: the URL that
    clients use for this server, such as ``https://kubeport.example.com/mcp``; tokens must be meant for
    it. issuer: that of the tokens, to the letter. audience: what the tokens call this server; resource if
    empty. jwks_url: where the issuer's keys are; asked of its discovery document if empty. algorithms:
    the signatures that are taken. leeway: seconds that clocks may differ. outage: seconds for which known
    keys stay good while the issuer does not answer. user_claim: the claim with the caller's name.
    groups_claim: the one with its groups; a dot leads into an object. context: whose API server reviews
    tokens, for ``tokenreview``; empty is the current one. scopes: what every bearer of a reviewed token
    has. tokens_file: the TOML file for ``tokens``, read again when it changes.
    """

    mode: str = attrs.field(default="none", validator=_choice("none", "jwt", "tokenreview", "tokens"))
    resource: str = ""
    issuer: str = ""
    audience: str = ""
    jwks_url: str = ""
    algorithms: tuple[str, ...] = attrs.field(
        default=("RS256", "ES256", "EdDSA"), validator=_choices("RS256", "ES256", "EdDSA", "PS256", "ES384")
    )
    leeway: float = attrs.field(default=30.0, validator=_between(0, 300))
    outage: float = attrs.field(default=86_400.0, validator=_between(600, 604_800))
    user_claim: str = "sub"
    groups_claim: str = "groups"
    context: str = ""
    scopes: tuple[str, ...] = attrs.field(
        default=("kubeport:read",), validator=_choices("kubeport:read", "kubeport:write", "kubeport:admin")
    )
    tokens_file: str = ""

    def __attrs_post_init__(self) -> None:
        if self.mode != "none" and not self.resource:
            raise ValueError("resource: expected this server's URL, such as https://kubeport.example.com/mcp")
        if self.mode == "jwt" and not self.issuer:
            raise ValueError("issuer: expected that of the identity provider's tokens")
        if (self.mode == "tokens") != bool(self.tokens_file):
            raise ValueError("tokens_file: expected with mode = tokens, and only then")
        for name in ("resource", "issuer", "jwks_url"):
            value: str = getattr(self, name)
            if value and not is_safe_address(value):
                raise ValueError(f"{name}: expected an https address, or loopback")


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
