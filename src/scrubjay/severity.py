"""How bad a finding is."""

from enum import StrEnum

__all__ = ["Severity"]


class Severity(StrEnum):
    """How bad it is: only an error rejects."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def weight(self) -> int:
        """3 for error, 2 for warning, 1 for info: for `weight >=` comparisons."""
        return _WEIGHT[self]

    def reaches(self, threshold: "Severity") -> bool:
        """Whether this is as bad as `threshold`, or worse."""
        return self.weight >= threshold.weight


_WEIGHT = {Severity.INFO: 1, Severity.WARNING: 2, Severity.ERROR: 3}
