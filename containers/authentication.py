"""How a server over HTTP knows who calls: the authenticator that the settings want."""

from pathlib import Path

from ..adapters.authentication import (
    JwtAuthenticator,
    JwtRules,
    KeySet,
    KnownTokens,
    TokenReviewAuthenticator,
)
from ..adapters.clock import MonotonicClock
from ..adapters.config.token_file import TokenFile
from ..application.authentication import Authenticator
from ..application.kubeport import Kubeport


def authenticator(kubeport: Kubeport) -> Authenticator | None:
    """The one for *kubeport*; None where ``auth.mode`` is ``none``.

    Raises:
        CommandError: the file of tokens cannot be used.
    """
    # the real time, whatever that of a demonstration is
    settings, clock = kubeport.settings.auth, MonotonicClock()
    audience = settings.audience or settings.resource
    if settings.mode == "jwt":
        rules = JwtRules(
            settings.issuer,
            audience,
            settings.algorithms,
            settings.leeway,
            settings.user_claim,
            settings.groups_claim,
            settings.max_lifetime,
        )
        keys = KeySet(settings.issuer, settings.jwks_url, settings.outage, clock)
        return JwtAuthenticator(rules, keys, clock)
    if settings.mode == "tokenreview":
        return TokenReviewAuthenticator(
            kubeport.run.executor, clock, settings.context, audience, settings.scopes
        )
    if settings.mode == "tokens":
        return KnownTokens(TokenFile(Path(settings.tokens_file)), clock)
    return None
