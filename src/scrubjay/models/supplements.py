"""What may hang on a claim or a line: attachments, certifications, forms, measurements."""

from pydantic import Field

from scrubjay.models.row import Code, Day, Number, Row, Text

__all__ = [
    "Answer",
    "Attachment",
    "Certification",
    "FileInformation",
    "Form",
    "Measurement",
]


class Attachment(Row):
    """Paperwork that is on file or on its way (PWK)."""

    # 2300 PWK
    type: Code = None
    transmission: Code = None
    control: Text = None


class Certification(Row):
    """A certification and the conditions it names (CRC), such as ambulance or homebound."""

    # 2300 CRC
    category: Code = None
    applies: Code = None
    condition_1: Code = None
    condition_2: Code = None
    condition_3: Code = None
    condition_4: Code = None
    condition_5: Code = None


class FileInformation(Row):
    """Fixed-format text that a payer asked for (K3)."""

    # 2300 K3
    text: Text = None


class Measurement(Row):
    """A test result (MEA)."""

    # 2400 MEA
    type: Code = None
    qualifier: Code = None
    value: Number = None


class Answer(Row):
    """The answer to one question of a form (2440 FRM)."""

    # 2440 FRM
    question: Text = None
    response: Code = None
    text: Text = None
    date: Day = None
    percent: Number = None


class Form(Row):
    """A form and its answers (2440 LQ)."""

    # 2440 LQ
    qualifier: Code = None
    code: Text = None
    answers: tuple[Answer, ...] = Field(default=(), strict=False)
