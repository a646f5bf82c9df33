"""What every Clock must do, the real one and the stopped one."""

from kubeport.application.ports import Clock


class ClockContract:
    """Subclass it and say in ``clock`` how to make one."""

    def clock(self) -> Clock:
        """A fresh clock."""
        raise NotImplementedError

    def test_never_goes_back(self) -> None:
        """A later reading is not smaller."""
        clock = self.clock()
        assert clock.monotonic() <= clock.monotonic()

    def test_tells_seconds_since_the_epoch(self) -> None:
        """The time of day is after 2026-01-01 and in seconds, not in milliseconds."""
        assert 1_767_225_600 <= self.clock().now() < 100_000_000_000
