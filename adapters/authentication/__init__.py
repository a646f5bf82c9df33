"""Authenticators: JSON Web Tokens of an identity provider, Kubernetes' TokenReview, tokens in a file."""

from .json_web_tokens import JwtAuthenticator, JwtRules
from .key_set import KeySet
from .known_tokens import KnownToken, KnownTokens, hashed, new_token
from .token_review import TokenReviewAuthenticator

__all__ = [
    "JwtAuthenticator",
    "JwtRules",
    "KeySet",
    "KnownToken",
    "KnownTokens",
    "TokenReviewAuthenticator",
    "hashed",
    "new_token",
]
