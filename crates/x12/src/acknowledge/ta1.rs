//! The interchange acknowledgment: `TA1`, alone in an interchange of its own.

use super::Envelope;
use super::envelope::nine;
use crate::wire::Writer;

/// TA104: what became of the interchange.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receipt {
    /// `A`: received and without fault.
    Accepted,
    /// `E`: received, with faults that were passed over.
    Errors,
    /// `R`: rejected.
    Rejected,
}

impl Receipt {
    fn code(self) -> &'static str {
        match self {
            Self::Accepted => "A",
            Self::Errors => "E",
            Self::Rejected => "R",
        }
    }
}

/// True when a TA1 is due: it was asked for (ISA14), or something is wrong.
#[must_use]
pub fn is_due(wants_ta1: bool, receipt: Receipt) -> bool {
    wants_ta1 || receipt != Receipt::Accepted
}

/// Writes the whole interchange: `ISA`, `TA1`, `IEA`. `note` is TA105; it is `000` when the receipt is `A`.
pub fn write(out: &mut Vec<u8>, mut envelope: Envelope, receipt: Receipt, note: &str) {
    envelope.open(out);
    let isa = envelope.answered();
    let stamp = envelope.stamp();
    let mut digits = [0; 20];
    let control = nine(number(&isa.control), &mut digits);
    let date = if is_digits(&isa.date, 6) { isa.date.as_slice() } else { &stamp.date[2..] };
    let time = if is_digits(&isa.time, 4) { isa.time.as_slice() } else { &stamp.time };
    let note = if receipt == Receipt::Accepted || note.is_empty() { "000" } else { note };
    let mut writer = Writer::new(out, envelope.delimiters(), envelope.suffix());
    writer.segment("TA1").text(control).text(date).text(time).text(receipt.code()).text(note).end();
    envelope.close(out);
}

fn number(control: &[u8]) -> u32 {
    let digits = control.iter().filter(|byte| byte.is_ascii_digit()).take(9);
    digits.fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

fn is_digits(value: &[u8], len: usize) -> bool {
    value.len() == len && value.iter().all(u8::is_ascii_digit)
}
