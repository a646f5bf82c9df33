"""What every adapter of ``RateLimits`` does; a subclass gives the adapter and a way to let time pass."""

import pytest

from kubeport.application.ports import RateLimits

from .passing import Pass


class RateLimitsContract:
    """The subclass has the fixtures ``limits`` and ``let_pass``."""

    @pytest.mark.anyio
    async def test_a_full_bucket_gives_its_burst_and_then_says_how_long(self, limits: RateLimits) -> None:
        """Three at once, then one every half second."""
        assert [await limits.take("a", 2, 3) for _ in range(3)] == [0.0] * 3
        assert 0.3 < await limits.take("a", 2, 3) <= 0.5

    @pytest.mark.anyio
    async def test_it_is_refilled_steadily(self, limits: RateLimits, let_pass: Pass) -> None:
        """After half a second there is one token, and no second one."""
        for _ in range(3):
            await limits.take("a", 2, 3)
        await let_pass(0.55)
        assert await limits.take("a", 2, 3) == 0.0
        assert await limits.take("a", 2, 3) > 0.0

    @pytest.mark.anyio
    async def test_it_holds_no_more_than_its_burst(self, limits: RateLimits, let_pass: Pass) -> None:
        """However long nobody came."""
        await limits.take("a", 5, 2)
        await let_pass(1)
        assert [await limits.take("a", 5, 2) for _ in range(2)] == [0.0] * 2
        assert await limits.take("a", 5, 2) > 0.0

    @pytest.mark.anyio
    async def test_a_refusal_takes_nothing(self, limits: RateLimits, let_pass: Pass) -> None:
        """Who keeps asking waits no longer for it."""
        await limits.take("a", 2, 1)
        for _ in range(5):
            assert await limits.take("a", 2, 1) > 0.0
        await let_pass(0.55)
        assert await limits.take("a", 2, 1) == 0.0

    @pytest.mark.anyio
    async def test_keys_do_not_touch_one_another(self, limits: RateLimits) -> None:
        """Each has a bucket of its own."""
        assert await limits.take("a", 1, 1) == 0.0
        assert await limits.take("b", 1, 1) == 0.0
        assert await limits.take("a", 1, 1) > 0.0
