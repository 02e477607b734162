"""What a clearinghouse reads of an interchange before it takes it: its envelope and its claims."""

import hashlib
import re
from dataclasses import dataclass

__all__ = ["Interchange"]

_ISA = 106


@dataclass(frozen=True, slots=True)
class Interchange:
    """An interchange as it was handed over."""

    text: bytes
    sender: str
    """ISA06, as the receiver is ISA08, without blanks at the end."""
    receiver: str
    control: str
    """ISA13."""
    usage: str
    """ISA15."""
    digest: str
    """SHA-256 of the bytes."""

    @classmethod
    def read(cls, text: bytes) -> "Interchange | None":
        """None where the ISA cannot be read, or the IEA does not answer it."""
        if len(text) < _ISA or not text.startswith(b"ISA"):
            return None
        elements = text[: _ISA - 1].split(text[3:4])
        if len(elements) != 17:  # noqa: PLR2004 - ISA and its 16 elements
            return None
        control = elements[13]
        end = text.rstrip(b"\r\n")[:-1].rpartition(text[105:106])[2].strip()
        if not control.isdigit() or end.split(text[3:4])[2:] != [control]:
            return None
        return cls(
            text=text,
            sender=elements[6].decode("ascii", "replace").rstrip(),
            receiver=elements[8].decode("ascii", "replace").rstrip(),
            control=control.decode(),
            usage=elements[15].decode("ascii", "replace"),
            digest=hashlib.sha256(text).hexdigest(),
        )

    @property
    def identity(self) -> tuple[str, str, str]:
        """By which a clearinghouse knows it again: ISA06, ISA08, ISA13."""
        return self.sender, self.receiver, self.control

    @property
    def sets(self) -> int:
        """How many transaction sets it has."""
        return len(self._begins(b"ST"))

    @property
    def claims(self) -> list[str]:
        """CLM01 of every claim, in order."""
        element = re.escape(self.element)
        stop = re.escape(self.element + self.terminator)
        after = self._begins(b"CLM")
        pattern = re.compile(element + rb"([^" + stop + rb"]*)")
        found = (pattern.match(self.text, place) for place in after)
        return [each[1].decode("utf-8", "replace") for each in found if each]

    @property
    def element(self) -> bytes:
        """The element separator."""
        return self.text[3:4]

    @property
    def component(self) -> bytes:
        """The component separator."""
        return self.text[104:105]

    @property
    def terminator(self) -> bytes:
        """The segment terminator."""
        return self.text[105:106]

    def _begins(self, segment: bytes) -> list[int]:
        """Where the first element separator of each such segment stands."""
        pattern = re.escape(self.terminator) + rb"[\r\n]*" + segment
        pattern += rb"(?=" + re.escape(self.element) + rb")"
        return [match.end() for match in re.finditer(pattern, self.text)]
