"""What a call does to the world, the level that permits it, and whether a person is asked first."""

import enum


class Effect(enum.IntEnum):
    """What a call does; ordered, so that a level permits every effect up to its own.

    ``NEVER`` is refused at every level (security.md section 2: "refused at every level").
    """

    READ = 0
    WRITE = 1
    ADMIN = 2
    NEVER = 3

    @property
    def word(self) -> str:
        """The effect as results and policies spell it: ``read``, ``write``, ``admin``, ``never``."""
        return self.name.lower()


class Level(enum.StrEnum):
    """How much a policy lets a caller do: ``none`` ⊂ ``read-only`` ⊂ ``write`` ⊂ ``admin``."""

    NONE = "none"
    READ_ONLY = "read-only"
    WRITE = "write"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """Its place in the order: a level includes all of a lower rank."""
        return _CEILING[self]

    def permits(self, effect: Effect) -> bool:
        """Whether a call with *effect* is within this level; ``NEVER`` is within none."""
        return effect < _CEILING[self]

    @classmethod
    def needed_for(cls, effect: Effect) -> "Level | None":
        """The lowest level that permits *effect*; None for ``NEVER``."""
        return _NEEDED.get(effect)

    @property
    def scope(self) -> str:
        """The scope of a token that grants this level; empty for ``NONE``."""
        return next((scope for scope, level in SCOPES.items() if level is self), "")


_CEILING = {
    Level.NONE: Effect.READ,
    Level.READ_ONLY: Effect.WRITE,
    Level.WRITE: Effect.ADMIN,
    Level.ADMIN: Effect.NEVER,
}
_NEEDED = {Effect.READ: Level.READ_ONLY, Effect.WRITE: Level.WRITE, Effect.ADMIN: Level.ADMIN}

SCOPES = {
    "kubeport:read": Level.READ_ONLY,
    "kubeport:write": Level.WRITE,
    "kubeport:admin": Level.ADMIN,
}
"""A token's scopes, lowest first, and the highest level that each grants; the policy decides below that."""


class Approval(enum.StrEnum):
    """Which calls need a person's yes before they run: ``none`` ⊂ ``admin`` ⊂ ``changes`` ⊂ ``all``.

    Reads are asked about with ``all`` only.
    """

    NONE = "none"
    ADMIN = "admin"
    CHANGES = "changes"
    ALL = "all"

    @property
    def rank(self) -> int:
        """Its place in the order: one of a higher rank asks about all that a lower one asks about."""
        return Effect.NEVER - _ASKS_FROM[self]

    def asks(self, effect: Effect) -> bool:
        """Whether a call with *effect* needs a yes."""
        return effect >= _ASKS_FROM[self]


_ASKS_FROM = {
    Approval.NONE: Effect.NEVER,
    Approval.ADMIN: Effect.ADMIN,
    Approval.CHANGES: Effect.WRITE,
    Approval.ALL: Effect.READ,
}
