"""What every adapter of ``Once`` does; a subclass gives the adapter and a way to let time pass."""

import asyncio

import pytest

from kubeport.application.ports import Once

from .passing import Pass


class OnceContract:
    """The subclass has the fixtures ``once`` and ``let_pass``."""

    @pytest.mark.anyio
    async def test_a_name_is_taken_once(self, once: Once) -> None:
        """And another one is free."""
        assert [await once.take("a", 60) for _ in range(3)] == [True, False, False]
        assert await once.take("b", 60)

    @pytest.mark.anyio
    async def test_of_many_at_once_one_gets_it(self, once: Once) -> None:
        """Whoever is first."""
        assert sorted(await asyncio.gather(*(once.take("a", 60) for _ in range(30)))) == [False] * 29 + [True]

    @pytest.mark.anyio
    async def test_it_stays_taken_for_its_time(self, once: Once, let_pass: Pass) -> None:
        """Asking again does not make it longer."""
        assert await once.take("a", 0.4)
        await let_pass(0.25)
        assert not await once.take("a", 60)
        await let_pass(0.25)
        assert await once.take("a", 60)

    @pytest.mark.anyio
    async def test_no_time_at_all_is_a_moment(self, once: Once) -> None:
        """What is over already can still be taken, and is no error."""
        assert await once.take("a", 0.0)
