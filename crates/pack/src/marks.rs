//! The segments of a piece of a file that open or close something, and how many claims stand between them.

use memchr::{memchr, memchr_iter};

use crate::delimiters::is_blank;

const NAMES: [&[u8]; 6] = [b"ISA", b"GS", b"ST", b"SE", b"GE", b"IEA"];
const CLAIM: &[u8] = b"CLM";

/// A segment of the envelope, or any that the piece cuts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Its name: of the envelope, or a claim's where the piece cuts it.
    pub name: &'static [u8],
    /// Its first byte in the piece.
    pub start: usize,
    /// Its terminator; None where the piece ends before.
    pub stop: Option<usize>,
    /// Claims between it and the mark before.
    pub claims: u64,
}

/// What a piece has.
#[derive(Debug, PartialEq, Eq)]
pub struct Marks {
    /// In order; an ISA or IEA is the last, since what follows may have other delimiters.
    pub marks: Vec<Mark>,
    /// Claims behind the last.
    pub claims: u64,
}

/// Looks through a piece from `from` on, where a terminator stands or nothing of interest begins.
#[must_use]
pub fn marks(piece: &[u8], from: usize, element: u8, terminator: u8) -> Marks {
    let mut found = Marks { marks: Vec::new(), claims: 0 };
    let mut behind = from;
    for end in memchr_iter(terminator, piece.get(from..).unwrap_or_default()) {
        let end = from + end;
        if end < behind {
            continue; // it stands in what was looked at
        }
        let Some(skipped) = piece[end + 1..].iter().position(|&byte| !is_blank(byte)) else { break };
        let start = end + 1 + skipped;
        let Some(name) = name(&piece[start..], element) else { continue };
        behind = start + name.len();
        let stop = memchr(terminator, &piece[start..]).map(|stop| start + stop);
        if name == CLAIM && stop.is_some() {
            found.claims += 1;
            continue;
        }
        found.marks.push(Mark { name, start, stop, claims: std::mem::take(&mut found.claims) });
        if stop.is_none() || name == b"ISA" || name == b"IEA" {
            break;
        }
    }
    found
}

/// The name of a segment that is looked for.
fn name(segment: &[u8], element: u8) -> Option<&'static [u8]> {
    if !matches!(segment.first(), Some(b'I' | b'G' | b'S' | b'C')) {
        return None;
    }
    let is = |name: &&&'static [u8]| segment.starts_with(name) && segment.get(name.len()) == Some(&element);
    let other_isa = || segment.starts_with(b"ISA") && segment.get(3).is_some_and(|&byte| byte != b'\n');
    match NAMES.iter().chain([&CLAIM]).find(is) {
        Some(name) => Some(name),
        None if other_isa() => Some(b"ISA"),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(piece: &[u8]) -> (Vec<(&[u8], u64)>, u64) {
        let found = marks(piece, 0, b'*', b'~');
        (found.marks.iter().map(|mark| (mark.name, mark.claims)).collect(), found.claims)
    }

    #[test]
    fn claims_are_counted_between_the_marks() {
        let piece = b"~GS*x~\nST*837~CLM*1~HI*CLM*2~ \r\nCLM*2~SE*1~ST*837~CLM*3~";
        assert_eq!(told(piece), (vec![(&b"GS"[..], 0), (b"ST", 0), (b"SE", 2), (b"ST", 0)], 1));
    }

    #[test]
    fn what_the_piece_cuts_is_told_and_not_counted() {
        let found = marks(b"~CLM*1~CLM*2", 0, b'*', b'~');
        assert_eq!(found.marks, [Mark { name: b"CLM", start: 7, stop: None, claims: 1 }]);
        assert_eq!(found.claims, 0);
    }

    #[test]
    fn nothing_is_looked_at_behind_an_interchange() {
        assert_eq!(told(b"~IEA*1*2~ISA|"), (vec![(&b"IEA"[..], 0)], 0));
        assert_eq!(told(b"~CLM*1~ISA|"), (vec![(&b"ISA"[..], 1)], 0));
    }

    #[test]
    fn a_line_feed_may_end_segments() {
        let found = marks(b"\n\n\nGS*1\nCLM*1\n", 0, b'*', b'\n');
        assert_eq!(found.marks, [Mark { name: b"GS", start: 3, stop: Some(7), claims: 0 }]);
        assert_eq!(found.claims, 1);
    }
}
