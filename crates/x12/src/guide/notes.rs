//! Syntax notes: how the elements of a segment, or the components of a composite, depend on each other.

use std::fmt;

use super::text::{GuideError, fault};

/// What a note asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoteKind {
    /// `P`: all or none.
    Paired,
    /// `R`: at least one.
    Required,
    /// `E`: at most one.
    Exclusive,
    /// `C`: the first requires all others.
    Conditional,
    /// `L`: the first requires at least one other.
    List,
}

/// A syntax note: a kind and the members it speaks of, as bits (bit n is member n).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Note {
    /// What is asked.
    pub kind: NoteKind,
    /// The first member named.
    pub first: u8,
    /// All members named.
    pub members: u64,
}

impl fmt::Display for Note {
    /// As the standard writes it; the members behind the first in ascending order.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            NoteKind::Paired => 'P',
            NoteKind::Required => 'R',
            NoteKind::Exclusive => 'E',
            NoteKind::Conditional => 'C',
            NoteKind::List => 'L',
        };
        write!(out, "{kind}{:02}", self.first)?;
        let others = (0u8..64).filter(|&member| self.members >> member & 1 != 0 && member != self.first);
        others.into_iter().try_for_each(|member| write!(out, "{member:02}"))
    }
}

/// Notes as written between braces: `{P0304 R0203}`.
pub(super) fn parse_notes(word: &str, line: u32) -> Result<Vec<Note>, GuideError> {
    let Some(inner) = word.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
        return fault(line, format!("syntax notes stand in braces: {word}"));
    };
    inner.split_ascii_whitespace().map(|note| parse_note(note, line)).collect()
}

fn parse_note(word: &str, line: u32) -> Result<Note, GuideError> {
    let bytes = word.as_bytes();
    let kind = match bytes.first() {
        Some(b'P') => NoteKind::Paired,
        Some(b'R') => NoteKind::Required,
        Some(b'E') => NoteKind::Exclusive,
        Some(b'C') => NoteKind::Conditional,
        Some(b'L') => NoteKind::List,
        _ => return fault(line, format!("no such syntax note: {word}")),
    };
    let digits = &bytes[1..];
    if digits.len() < 4 || !digits.len().is_multiple_of(2) || !digits.iter().all(u8::is_ascii_digit) {
        return fault(line, format!("a syntax note names members by two digits each: {word}"));
    }
    let mut members = 0u64;
    for pair in digits.chunks_exact(2) {
        let member = (pair[0] - b'0') * 10 + (pair[1] - b'0');
        if member == 0 || member > 63 {
            return fault(line, format!("a syntax note names no such member: {word}"));
        }
        members |= 1 << member;
    }
    let first = (digits[0] - b'0') * 10 + (digits[1] - b'0');
    Ok(Note { kind, first, members })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_name_their_members() {
        let notes = parse_notes("{P0304 L050607}", 1).unwrap();
        assert_eq!(notes[0], Note { kind: NoteKind::Paired, first: 3, members: 0b11000 });
        assert_eq!((notes[1].first, notes[1].members), (5, 0b1110_0000));
        assert_eq!(notes.iter().map(ToString::to_string).collect::<Vec<_>>(), ["P0304", "L050607"]);
        assert_eq!(parse_notes("{}", 1).unwrap(), []);
        for wrong in ["{P03}", "{X0102}", "{P01a2}", "P0102", "{P0001}"] {
            assert_eq!(parse_notes(wrong, 9).unwrap_err().line, 9, "{wrong}");
        }
    }
}
