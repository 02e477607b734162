"""A clock that goes where it is put."""

__all__ = ["Clock"]


class Clock:
    """Starts on a day in 2026; `now` is in seconds, `milliseconds` is what a store is given."""

    def __init__(self, now: float = 1_780_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now

    def milliseconds(self) -> int:
        return round(self.now * 1000)

    def pass_by(self, seconds: float) -> None:
        """Forward, or back."""
        self.now += seconds
