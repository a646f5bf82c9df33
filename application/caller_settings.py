"""What an operator can set about callers: how they are known, and as whom clusters are asked."""

import attrs

from ..domain.effect import SCOPES
from ..domain.identity import fault_of
from .authentication import is_safe_address
from .validators import between, choice, choices


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

    mode: str = attrs.field(default="none", validator=choice("none", "impersonate", "kubeconfig"))
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
class AuthSettings:
    """How a server over http knows who calls.

    mode: ``none`` serves loopback only; ``jwt`` takes access tokens of an identity provider,
    ``tokenreview`` those that Kubernetes knows, ``tokens`` those of a file. resource: the URL that
    clients use for this server, such as ``https://kubeport.example.com/mcp``; tokens must be meant for
    it. issuer: that of the tokens, to the letter. audience: what the tokens call this server; resource if
    empty. jwks_url: where the issuer's keys are; asked of its discovery document if empty. algorithms:
    the signatures that are taken. leeway: seconds that clocks may differ. max_lifetime: the longest time in
    seconds from a token's issue to its end, for ``jwt``; 0 is any. outage: seconds for which known keys
    stay good while the issuer does not answer. user_claim: the claim with the caller's name. groups_claim:
    the one with its groups; a dot leads into an object. context: whose API server reviews tokens, for
    ``tokenreview``; empty is the current one, ``in-cluster`` that of the server's own Pod. scopes: what
    every bearer of a reviewed token has. tokens_file: the TOML file for ``tokens``, read again when it
    changes.
    """

    mode: str = attrs.field(default="none", validator=choice("none", "jwt", "tokenreview", "tokens"))
    resource: str = ""
    issuer: str = ""
    audience: str = ""
    jwks_url: str = ""
    algorithms: tuple[str, ...] = attrs.field(
        default=("RS256", "ES256", "EdDSA"), validator=choices("RS256", "ES256", "EdDSA", "PS256", "ES384")
    )
    leeway: float = attrs.field(default=30.0, validator=between(0, 300))
    max_lifetime: float = attrs.field(default=86_400.0, validator=between(0, 31_622_400))
    outage: float = attrs.field(default=86_400.0, validator=between(600, 604_800))
    user_claim: str = "sub"
    groups_claim: str = "groups"
    context: str = ""
    scopes: tuple[str, ...] = attrs.field(default=("kubeport:read",), validator=choices(*SCOPES))
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
