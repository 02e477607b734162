//! Rows of claims as JSON text: as the store proves and writes them.

use std::io::Write;

use crate::error::Error;
use crate::verdict::Verdict;

/// `[[ordinal,"token","trace",cents,null],...]`, or with a code instead of null.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    text: String,
    pub(crate) count: u64,
    /// Cents of all of them.
    pub(crate) charges: i64,
}

impl Rows {
    /// One more; `last` is the code of a claim that goes nowhere.
    pub(crate) fn add(&mut self, ordinal: u64, verdict: &Verdict<'_>, last: Option<&str>) -> Result<(), Error> {
        let cents = verdict.cents()?;
        self.text.push(if self.count == 0 { '[' } else { ',' });
        self.text.push('[');
        self.text.push_str(&ordinal.to_string());
        self.text.push(',');
        string(&mut self.text, verdict.token());
        self.text.push(',');
        string(&mut self.text, verdict.trace());
        self.text.push(',');
        self.text.push_str(&cents.to_string());
        self.text.push(',');
        match last {
            Some(code) => string(&mut self.text, code),
            None => self.text.push_str("null"),
        }
        self.text.push(']');
        self.count += 1;
        self.charges += cents;
        Ok(())
    }

    pub(crate) fn text(mut self) -> String {
        self.text.push_str(if self.count == 0 { "[]" } else { "]" });
        self.text
    }
}

/// A string of JSON in ASCII, as Python's `json` writes it: a digest of the text is one of the values.
pub(crate) fn string(out: &mut String, value: &str) {
    out.push('"');
    for character in value.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' | '\u{7f}' => out.push(character),
            _ => escaped(out, character),
        }
    }
    out.push('"');
}

fn escaped(out: &mut String, character: char) {
    let mut bytes = Vec::new();
    for unit in character.encode_utf16(&mut [0; 2]) {
        // writing into memory does not fail
        let _ = write!(bytes, "\\u{unit:04x}");
    }
    out.push_str(&String::from_utf8_lossy(&bytes));
}

#[cfg(test)]
mod tests {
    use super::string;

    #[test]
    fn strings_are_ascii_as_python_writes_them() {
        let mut out = String::new();
        string(&mut out, "k.1 \"\\\n\u{1}\u{7f}é😀");
        assert_eq!(out, "\"k.1 \\\"\\\\\\n\\u0001\u{7f}\\u00e9\\ud83d\\ude00\"");
    }
}
