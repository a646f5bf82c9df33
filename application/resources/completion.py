"""Completing the arguments of a URI template."""

from collections.abc import Mapping

import attrs

from ...domain.policy import Caller


@attrs.frozen
class Completions:
    """Values for an argument, at most 100 of *total*; names as they are, not percent-encoded."""

    values: tuple[str, ...] = ()
    total: int = 0
    has_more: bool = False


@attrs.frozen
class CompleteResource:
    """Complete context, namespace, kind and name, in the order in which a template has them."""

    async def __call__(
        self,
        template: str,
        argument: str,
        typed: str,
        resolved: Mapping[str, str] | None = None,
        caller: Caller = Caller(),
    ) -> Completions:
        """Values for *argument* of *template* (``Scheme.template``) that go on from *typed*.

        *resolved* has the arguments that are chosen already. Nothing is offered, and nothing is
        raised, for a template or argument that is not ours or for a cluster that does not answer.
        """
        raise NotImplementedError
