"""The clocks keep the contract, and the stopped one moves only when told."""

import time

import pytest
from tests.adapters.clock_contract import ClockContract

from kubeport.adapters.clock import MonotonicClock, ShiftedClock, StoppedClock


class TestMonotonicClock(ClockContract):
    """The machine's clocks."""

    def clock(self) -> MonotonicClock:
        """The real one."""
        return MonotonicClock()

    def test_tells_the_time_of_this_machine(self) -> None:
        """Both readings are the operating system's."""
        clock, before, start = self.clock(), time.time(), time.monotonic()
        assert before <= clock.now() <= time.time()
        assert start <= clock.monotonic() <= time.monotonic()


class TestShiftedClock(ClockContract):
    """The clock of the demonstration."""

    def clock(self) -> ShiftedClock:
        """One that begins in 2027."""
        return ShiftedClock(1_800_000_000.0)

    def test_begins_where_it_is_told_and_goes_on(self) -> None:
        """Real time passes on it."""
        clock = self.clock()
        first = clock.now()
        time.sleep(0.01)
        assert 1_800_000_000 <= first < clock.now() < 1_800_000_010


class TestStoppedClock(ClockContract):
    """The clock of the tests."""

    def clock(self) -> StoppedClock:
        """A stopped one."""
        return StoppedClock()

    def test_stands_still(self) -> None:
        """Time does not pass by itself."""
        clock = self.clock()
        assert (clock.now(), clock.monotonic()) == (clock.now(), clock.monotonic())

    def test_advances_both_readings(self) -> None:
        """``advance`` moves the two readings by the same stretch."""
        clock = StoppedClock(epoch=1_800_000_000.0)
        clock.advance(2.5)
        clock.advance(0)
        assert (clock.now(), clock.monotonic()) == (1_800_000_002.5, 2.5)

    @pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("-inf")])
    def test_never_goes_back_by_force(self, seconds: float) -> None:
        """A negative stretch, or none at all, is refused and changes nothing."""
        clock = self.clock()
        with pytest.raises(ValueError, match="never goes back"):
            clock.advance(seconds)
        assert clock.monotonic() == 0.0

    def test_two_clocks_are_apart(self) -> None:
        """Advancing one leaves another alone."""
        one, other = self.clock(), self.clock()
        one.advance(5)
        assert other.monotonic() == 0.0
