//! What stands around the claims of a written file: ISA, GS and the set's own words.

use std::borrow::Cow;

use super::emit::Pen;
use super::record::{Cell, Record};
use super::{MapError, Taps};
use crate::wire::Delimiters;

/// Who sends what to whom, and how the file is laid out. [`Envelope::parse`] reads it from lines `name=value`.
#[derive(Clone, Debug)]
pub struct Envelope {
    /// ISA05 and ISA06.
    pub sender: (String, String),
    /// ISA07 and ISA08.
    pub receiver: (String, String),
    /// GS02; the sender's id where empty.
    pub group_sender: String,
    /// GS03; the receiver's id where empty.
    pub group_receiver: String,
    /// CCYYMMDD.
    pub date: String,
    /// HHMM.
    pub time: String,
    /// ISA13.
    pub control: u64,
    /// GS06.
    pub group_control: u64,
    /// ST02 of the first set; counts on from there.
    pub set_control: u64,
    /// ISA14.
    pub acknowledgment: String,
    /// ISA15: `T` or `P`.
    pub usage: String,
    /// A set is ended after so many claims; 0 for never.
    pub claims_per_set: u64,
    /// A line break after each segment.
    pub newline: bool,
    /// The set's fields for claims that bring none: names of the map's `set` table, and values.
    pub set: Vec<(String, String)>,
}

impl Default for Envelope {
    fn default() -> Self {
        let party = |id: &str| ("ZZ".to_owned(), id.to_owned());
        Self {
            sender: party("SENDER"),
            receiver: party("RECEIVER"),
            group_sender: String::new(),
            group_receiver: String::new(),
            date: "20260101".to_owned(),
            time: "1200".to_owned(),
            control: 1,
            group_control: 1,
            set_control: 1,
            acknowledgment: "0".to_owned(),
            usage: "T".to_owned(),
            claims_per_set: 5000,
            newline: true,
            set: Vec::new(),
        }
    }
}

impl Envelope {
    /// Reads lines `name=value`; `set.NAME=value` gives a field of the set. Names that are absent keep their defaults.
    ///
    /// # Errors
    /// When a line is not understood; the error has its number, not its value.
    pub fn parse(text: &str) -> Result<Self, MapError> {
        let mut envelope = Self::default();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim_end_matches('\r');
            if line.trim().is_empty() {
                continue;
            }
            let wrong = |message: String| MapError { line: number, message };
            let Some((name, value)) = line.split_once('=') else {
                return Err(wrong("`name=value` expected".to_owned()));
            };
            if !envelope.set(name.trim(), value) {
                return Err(wrong(format!("{} is unknown or has no such value", name.trim())));
            }
        }
        Ok(envelope)
    }

    fn set(&mut self, name: &str, value: &str) -> bool {
        let text = match name {
            "sender_qualifier" => &mut self.sender.0,
            "sender" => &mut self.sender.1,
            "receiver_qualifier" => &mut self.receiver.0,
            "receiver" => &mut self.receiver.1,
            "group_sender" => &mut self.group_sender,
            "group_receiver" => &mut self.group_receiver,
            "date" => &mut self.date,
            "time" => &mut self.time,
            "acknowledgment" => &mut self.acknowledgment,
            "usage" => &mut self.usage,
            "newline" => {
                self.newline = value == "yes";
                return matches!(value, "yes" | "no");
            }
            _ => return self.number_or_field(name, value),
        };
        value.clone_into(text);
        true
    }

    fn number_or_field(&mut self, name: &str, value: &str) -> bool {
        let number = match name {
            "control" => &mut self.control,
            "group_control" => &mut self.group_control,
            "set_control" => &mut self.set_control,
            "claims_per_set" => &mut self.claims_per_set,
            _ => {
                let Some(field) = name.strip_prefix("set.") else { return false };
                self.set.push((field.to_owned(), value.to_owned()));
                return true;
            }
        };
        value.parse().is_ok_and(|value| {
            *number = value;
            value <= 999_999_999
        })
    }

    /// The set's own record: BHT, submitter and receiver, with what the envelope knows anyway filled in.
    ///
    /// # Errors
    /// When the map has no such field.
    pub(super) fn record(&self, taps: &Taps) -> Result<Record<'static>, MapError> {
        let unknown = |name: &str| MapError { line: 0, message: format!("the set has no field {name}") };
        let table = taps.map.find("set").ok_or_else(|| unknown("set"))?;
        let mut record = Record::new(table as u16);
        let control = format!("{:09}", self.control);
        let known = [
            ("reference", control.as_str()),
            ("date", &self.date),
            ("time", &self.time),
            ("submitter_id", &self.sender.1),
            ("receiver_id", &self.receiver.1),
            ("submitter_name", &self.sender.1),
            ("receiver_name", &self.receiver.1),
        ];
        let given = self.set.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in known.into_iter().chain(given) {
            let column = taps.map.tables[table].find(name).ok_or_else(|| unknown(name))?;
            record.set(column as u16, Cell::Text(Cow::Owned(value.trim().as_bytes().to_vec())));
        }
        Ok(record)
    }

    pub(super) fn open(&self, pen: &mut Pen) {
        let Delimiters { element, component, repetition, terminator } = pen.delimiters;
        let control = format!("{:09}", self.control);
        let short_date = self.date.get(2..).unwrap_or_default();
        let elements = [
            "00",
            "          ",
            "00",
            "          ",
            &format!("{:<2.2}", self.sender.0),
            &format!("{:<15.15}", self.sender.1),
            &format!("{:<2.2}", self.receiver.0),
            &format!("{:<15.15}", self.receiver.1),
            &format!("{short_date:<6.6}"),
            &format!("{:<4.4}", self.time),
        ];
        pen.out.extend_from_slice(b"ISA");
        for text in elements {
            pen.out.push(element);
            pen.out.extend_from_slice(text.as_bytes());
        }
        pen.out.extend_from_slice(&[element, repetition.unwrap_or(b'^'), element]);
        for text in ["00501", &control, &format!("{:<1.1}", self.acknowledgment), &format!("{:<1.1}", self.usage)] {
            pen.out.extend_from_slice(text.as_bytes());
            pen.out.push(element);
        }
        pen.out.extend_from_slice(&[component, terminator]);
        if pen.newline {
            pen.out.push(b'\n');
        }
    }

    /// Begins the group that `before` others stand before.
    pub(super) fn open_group(&self, pen: &mut Pen, before: u64, group: &str, version: &str) {
        let or = |text: &str, other: &str| if text.is_empty() { other.trim().to_owned() } else { text.to_owned() };
        let (sender, receiver) = (or(&self.group_sender, &self.sender.1), or(&self.group_receiver, &self.receiver.1));
        let number = (self.group_control + before).to_string();
        let texts = [group, &sender, &receiver, self.date.as_str(), self.time.as_str(), number.as_str(), "X", version];
        pen.plain("GS", &texts.map(str::as_bytes));
    }

    pub(super) fn close_group(&self, pen: &mut Pen, before: u64, sets: u64) {
        pen.plain("GE", &[sets.to_string().as_bytes(), (self.group_control + before).to_string().as_bytes()]);
    }

    pub(super) fn close(&self, pen: &mut Pen, groups: u64) {
        pen.plain("IEA", &[groups.to_string().as_bytes(), format!("{:09}", self.control).as_bytes()]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_faults_named() {
        let envelope = Envelope::parse("sender=ACME\ncontrol=77\nnewline=no\n\nset.purpose=18\n").unwrap();
        assert_eq!((envelope.sender.1.as_str(), envelope.control, envelope.newline), ("ACME", 77, false));
        assert_eq!(envelope.set, [("purpose".to_owned(), "18".to_owned())]);
        for (text, line) in
            [("x", 1), ("\nnope=1", 2), ("control=x", 1), ("control=1000000000", 1), ("newline=maybe", 1)]
        {
            assert_eq!(Envelope::parse(text).unwrap_err().line, line);
        }
    }
}
